import type { Deed } from '../event.ts';
import type { Flow, Told, Turn } from '../flow.ts';
import type { Choice } from '../reply.ts';
import type { Step } from '../session.ts';
import { buttonMeant, means, timeMeant } from '../typed.ts';
import { audience, choices, hearPlace, narrow } from './announce/audience.ts';
import { askFirstWords, askTopic, changeTopic, chosenScope, chosenTopic, create } from './announce/begin.ts';
import { askDrop, drop, open } from './announce/card.ts';
import { askDate, askDetail, changeDate, dateOf, hearDate, hearDetail, removeDate } from './announce/date.ts';
import { list } from './announce/list.ts';
import { stand, zone } from './announce/parts.ts';
import {
  approve,
  askRecall,
  askWhen,
  correct,
  hearCount,
  hearWhen,
  look,
  pause,
  recall,
  refuse,
  resume,
  summary,
  tapped,
  test,
  undo,
} from './announce/send.ts';
import {
  askFile,
  askLink,
  askText,
  hearFile,
  hearLink,
  hearWords,
  removeFile,
  removeLink,
  removeText,
  takeShort,
  texts,
} from './announce/write.ts';

export { campaignNotice, progressReply } from './announce/progress.ts';

/**
 * Staff: announcements to everybody who asked. What is written becomes a draft in the store at once, so nothing is lost
 * when somebody does something else in between; and nothing is sent but by a second tap. Every step asks the store who
 * is asking. `no` is the announcement's number.
 *
 *   `announce` · `new` `for:<library|->` `about:<library|->:<topic>` · `open:<no>`
 *   words   `texts:<no>` `words:<no>:<language>` `unwords:<no>:<language>` `short` · `topic:<no>` `theme:<no>:<topic>`
 *   more    `file:<no>` `nofile:<no>` · `link:<no>` `nolink:<no>` · `date:<no>` `event:<no>` `deadline:<no>` `nodate:<no>`
 *           `sum:<no>` `nosum:<no>` `who:<no>` `nowho:<no>` `book:<no>:<on|off>`
 *   to whom `to:<no>` `by:<no>:<dimension>` `set:<no>:<dimension>:<value|->`
 *   sending `look:<no>` `test:<no>` `when:<no>` `at:<no>:<wall|now>` `yes:<no>:<version>:<people>:<wall|now>`
 *   after   `undo:<no>` `pause:<no>` `resume:<no>` `recall:<no>` `stop:<no>` `fix:<no>` `approve:<no>:<version>` `refuse:<no>`
 *           `drop:<no>` `gone:<no>`
 */
export const announce: Flow = {
  word: 'announce',
  // It is read by many: a warning of danger is an announcement too.
  passesOn: true,

  async choose([step = '', given = '', ...more], turn) {
    const act = acts[step];
    return act ? act(given, more, turn) : list(turn);
  },

  async hear(step, deed, turn) {
    if (deed.kind === 'text' && !deed.file) {
      const pressed = await hearButton(deed.text, step, turn);
      if (pressed) return pressed;
    }
    return listens(step, deed, turn);
  },

  async again({ step, told }, turn) {
    const no = Number(told.no);
    switch (step) {
      case 'first':
        return askFirstWords(told, turn);
      case 'words':
        return askText(no, told.language ?? '', turn);
      case 'file':
        return askFile(no, turn);
      case 'link':
        return askLink(no, turn);
      case 'date':
        return askDate(no, told.what === 'deadline' ? 'deadline' : 'event', turn);
      case 'sum':
      case 'who':
        return askDetail(no, step, turn);
      case 'place':
        return choices(no, 'library', turn);
      case 'when':
        return askWhen(no, turn);
      case 'count':
      case 'sure':
        return summary(no, told.at ?? 'now', turn);
      default:
        return open(no, turn);
    }
  },
};

type Act = (given: string, more: readonly string[], turn: Turn) => Promise<Told>;

const ofNo =
  (act: (no: number, turn: Turn) => Promise<Told>): Act =>
  (given, _more, turn) =>
    act(Number(given), turn);

/** By the word of the action. */
const acts: Readonly<Record<string, Act | undefined>> = {
  new: (_given, _more, turn) => create(turn),
  for: (library, _more, turn) => chosenScope(library, turn),
  about: (library, [topic = ''], turn) => chosenTopic(library, topic, turn),
  open: ofNo(open),
  texts: ofNo(texts),
  words: (no, [language = ''], turn) => askText(Number(no), language, turn),
  unwords: (no, [language = ''], turn) => removeText(Number(no), language, turn),
  short: (_given, _more, turn) => takeShort(turn),
  topic: ofNo(askTopic),
  theme: (no, [topic = ''], turn) => changeTopic(Number(no), topic, turn),
  file: ofNo(askFile),
  nofile: ofNo(removeFile),
  link: ofNo(askLink),
  nolink: ofNo(removeLink),
  date: ofNo(dateOf),
  event: ofNo((no, turn) => askDate(no, 'event', turn)),
  deadline: ofNo((no, turn) => askDate(no, 'deadline', turn)),
  nodate: ofNo(removeDate),
  sum: ofNo((no, turn) => askDetail(no, 'sum', turn)),
  who: ofNo((no, turn) => askDetail(no, 'who', turn)),
  nosum: ofNo((no, turn) => changeDate(no, { sum: null }, turn)),
  nowho: ofNo((no, turn) => changeDate(no, { who: null }, turn)),
  book: (no, [on], turn) => changeDate(Number(no), { book: on === 'on' }, turn),
  to: ofNo(audience),
  by: (no, [dimension = ''], turn) => choices(Number(no), dimension, turn),
  set: (no, [dimension = '', value = '-'], turn) => narrow(Number(no), dimension, value, turn),
  look: ofNo(look),
  test: ofNo(test),
  when: ofNo(askWhen),
  at: (no, [wall = 'now'], turn) => summary(Number(no), wall, turn),
  yes: (no, [version = '', people = '', at = 'now'], turn) => tapped(stand('sure', { no, version, people, at }), turn),
  undo: ofNo(undo),
  pause: ofNo(pause),
  resume: ofNo(resume),
  recall: ofNo(askRecall),
  stop: ofNo(recall),
  fix: ofNo(correct),
  approve: (no, [version = ''], turn) => approve(Number(no), Number(version), turn),
  refuse: ofNo(refuse),
  drop: ofNo(askDrop),
  gone: ofNo(drop),
};

/** A button of the screen where somebody stands, by its words. Not by its number: numbers are dates, sums and people here. */
async function hearButton(text: string, step: Step, turn: Turn): Promise<Told | null> {
  if (text.length > 60 || /^\W*\d/u.test(text)) return null;
  const shown: Choice[][] = (await announce.again?.(step, turn))?.replies.at(-1)?.rows ?? [];
  const [word, ...args] = (buttonMeant(text, shown) ?? '').split(':');
  return word === 'announce' ? announce.choose(args, turn) : null;
}

/** Words are taken at a step that asks for them, and only there. */
async function listens(step: Step, deed: Deed, turn: Turn): Promise<Told | null> {
  if (step.step === 'first' || step.step === 'words') return hearWords(deed, step, turn);
  if (step.step === 'file') return hearFile(deed, step, turn);
  if (deed.kind !== 'text') return null;
  const { text } = deed;
  if (isQuestion(text, step, turn)) return null;
  switch (step.step) {
    case 'link':
      return hearLink(text, step, turn);
    case 'date':
      return hearDate(text, step, turn);
    case 'sum':
    case 'who':
      return hearDetail(text, step, turn);
    case 'place':
      return hearPlace(text, step, turn);
    case 'when':
      return hearWhen(text, step, turn);
    case 'count':
      return hearCount(text, step, turn);
    case 'sure':
      return means(text, 'typed:yes', turn.services) ? tapped(step, turn) : null;
    default:
      return null;
  }
}

/** Where a date, an address or a place is asked for, what is none of them but a plain question is answered as one, and the step waits. */
function isQuestion(text: string, { step }: Step, turn: Turn): boolean {
  if (text.length <= 12 || isWhatWasAsked(text, step, turn)) return false;
  return turn.services.knowledge.ask(text).outcome === 'answer';
}

function isWhatWasAsked(text: string, step: string, turn: Turn): boolean {
  switch (step) {
    case 'link':
      // An address says in its letters what it is about.
      return !/\s/.test(text.trim());
    case 'date':
    case 'when':
      return timeMeant(text, zone, turn) !== null;
    case 'place':
      return turn.services.directory.findPlace(text).outcome !== 'none';
    default:
      return true;
  }
}
