import type { Migration } from 'kysely/migration';
import { foundations } from './0001-foundations.ts';
import { bookings } from './0002-bookings.ts';
import { signOffs } from './0003-sign-offs.ts';
import { outbox } from './0004-outbox.ts';
import { staff } from './0005-staff.ts';
import { families } from './0006-families.ts';
import { calendar } from './0007-calendar.ts';
import { unanswered } from './0008-unanswered.ts';
import { keys } from './0009-keys.ts';
import { announcements } from './0010-announcements.ts';

/**
 * Every migration in order, by its number. All run in one transaction at the start of the program. One that has been
 * released is never edited: what must change is a new number at the end.
 */
export const migrations: Record<string, Migration> = {
  '0001-foundations': foundations,
  '0002-bookings': bookings,
  '0003-sign-offs': signOffs,
  '0004-outbox': outbox,
  '0005-staff': staff,
  '0006-families': families,
  '0007-calendar': calendar,
  '0008-unanswered': unanswered,
  '0009-keys': keys,
  '0010-announcements': announcements,
};
