import type { Flow } from '../flow.ts';
import { announce } from './announce.ts';
import { ask } from './ask.ts';
import { book } from './book.ts';
import { clear } from './clear.ts';
import { close } from './close.ts';
import { country } from './country.ts';
import { dates } from './dates.ts';
import { family } from './family.ts';
import { inbox } from './inbox.ts';
import { join } from './join.ts';
import { language } from './language.ts';
import { librarian } from './librarian.ts';
import { library } from './library.ts';
import { menu } from './menu.ts';
import { mybookings } from './mybookings.ts';
import { exportData, forget, privacy } from './privacy.ts';
import { resources } from './resources.ts';
import { sos } from './sos.ts';
import { start } from './start.ts';
import { subscribe } from './subscribe.ts';
import { team } from './team.ts';

/** Every flow. The word of a flow begins its actions and names its command, its texts and its test. */
export const flows: readonly Flow[] = [
  start,
  menu,
  ask,
  sos,
  resources,
  library,
  book,
  mybookings,
  family,
  subscribe,
  dates,
  language,
  country,
  librarian,
  privacy,
  exportData,
  forget,
  clear,
  close,
  join,
  team,
  inbox,
  announce,
];
