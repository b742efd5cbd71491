import type { Danger } from '../knowledge/knowledge.ts';
import { findCommand } from './commands.ts';
import type { Event } from './event.ts';
import type { Effect, Flow, Services, Told, Turn } from './flow.ts';
import { answerQuestion } from './flows/ask.ts';
import { flows } from './flows/index.ts';
import { dangerAnswer, gentleQuestion } from './flows/sos.ts';
import { guessLanguage, platformLanguage } from './guess-language.ts';
import type { Reply } from './reply.ts';
import { toMenu } from './screens.ts';
import type { Session, Step } from './session.ts';

/**
 * One turn of a conversation: what the person did, and what follows. Knows no platform, no clock and no I/O but the
 * services it is handed; the same event with the same session gives the same answer.
 *
 * The order is the promise: danger before all else, then the rate limit, commands, the step where the person stands,
 * and otherwise a question.
 */
export async function turn(
  session: Session,
  event: Event,
  eventId: string,
  person: string,
  services: Services,
): Promise<{ session: Session; replies: Reply[]; effects: Effect[] }> {
  if (event.kind === 'stopped') return { session, replies: [], effects: [{ kind: 'stopped' }] };

  const language = session.language ?? firstLanguage(event, services);
  // A chosen language is stored by words or a tap only; a platform's hint orders the first question and is not kept.
  const firstWords =
    session.language === null &&
    event.kind === 'text' &&
    !event.text.startsWith('/') &&
    guessLanguage(event.text) !== null;
  const start: Turn = {
    event,
    eventId,
    person,
    session: firstWords ? { ...session, language } : session,
    language,
    now: event.at,
    services,
    t: (key, values) => services.t(language, key, values),
    again,
  };

  const danger = event.kind === 'text' ? dangerIn(event.text, services) : null;
  if (danger?.certainty === 'sure') {
    return close(start, firstWords, await alsoPassedOn(dangerAnswer(danger.class, start), start));
  }

  if (!asksForNumbers(event, services)) {
    const allowed = await services.allow(person);
    if (!allowed.ok) {
      if (danger) return close(start, firstWords, { replies: [gentleQuestion(danger.class, start)] });
      return { session, replies: allowed.first ? [{ text: start.t('notices:tooMany') }] : [], effects: [] };
    }
  }

  return close(start, firstWords, withGentleQuestion(danger, start, await answer(start)));
}

/** A word that stands for a command is no oblique call for help; a plain call is one, whatever else it is. */
function dangerIn(text: string, services: Services): Danger | null {
  const found = services.knowledge.danger(text);
  return found?.certainty === 'asks' && findCommand(text, { services }) !== null ? null : found;
}

/** Somebody calls for help, by words, by the button or by the command: no limit counts, here or before. */
export function isUrgent(event: Event, services: Services): boolean {
  if (asksForNumbers(event, services)) return true;
  return event.kind === 'text' && dangerIn(event.text, services) !== null;
}

function asksForNumbers(event: Event, services: Services): boolean {
  if (event.kind === 'choice') return /^sos(:|$)/.test(event.action);
  return event.kind === 'text' && findCommand(event.text, { services }) === 'sos';
}

function firstLanguage(event: Event, services: Services): Turn['language'] {
  const guessed = event.kind === 'text' && !event.text.startsWith('/') ? guessLanguage(event.text) : null;
  return guessed ?? platformLanguage(event.hint?.language) ?? services.defaultLanguage;
}

async function answer(turn: Turn): Promise<Told> {
  const { event, session, t } = turn;
  switch (event.kind) {
    case 'started':
      return open(event.payload ?? '', turn);
    case 'choice':
      return choose(event.action, turn);
    case 'text': {
      const command = findCommand(event.text, turn);
      if (command && !isForSomebody(command, event.text, turn)) return choose(command, turn);
      const heard = await hear(turn);
      if (heard) return heard;
      return resume(turn, await answerQuestion(event.text, turn));
    }
    case 'place':
    case 'contact': {
      const heard = await hear(turn);
      if (heard) return heard;
      if (event.kind === 'place') return flow('library').choose(['near', String(event.lat), String(event.lon)], turn);
      return { replies: [{ text: t('notices:contactNotAsked'), rows: [[toMenu(turn)]] }] };
    }
    case 'unreadable': {
      const heard = await hear(turn);
      if (heard) return heard;
      return resume(turn, {
        replies: [
          {
            text: t(`notices:unreadable.${event.what}`),
            rows: [[{ label: t('menu:ask'), action: 'ask' }, toMenu(turn)]],
          },
        ],
      });
    }
    default:
      return { replies: [], ...(session.at ? { at: session.at } : {}) };
  }
}

/** Between people a greeting is a greeting and a word a word: only the way out, help and the language stay commands. */
function isForSomebody(command: string, text: string, { session }: Turn): boolean {
  const { at } = session;
  if (!at || text.trim().startsWith('/') || /^(menu|sos|language)(:|$)/.test(command)) return false;
  return flows.find((f) => f.word === at.flow)?.passesOn === true;
}

/** Chat opened: by a deep link it lands where the link says, else with the welcome. */
async function open(payload: string, turn: Turn): Promise<Told> {
  const [word, ...rest] = payload.split('-');
  const target = rest.join('-');
  if (word === 'book' && turn.services.directory.get(target)) return flow('book').choose(['lib', target], turn);
  if (word === 'lib') return flow('start').choose(['lib', target], turn);
  if (word === 'a' && turn.services.knowledge.article(target)) return flow('ask').choose(['a', target], turn);
  if (word === 'family') return flow('family').choose(['code', target], turn);
  if (word === 'join') return flow('join').choose(['code', target], turn);
  if (word === 'staff') return flow('join').choose(['staff', target], turn);
  if (word === 'news') return flow('subscribe').choose([], turn);
  return flow('start').choose([], turn);
}

/** A pressed button. One from an older build, or forged, leads to the menu. */
async function choose(action: string, turn: Turn): Promise<Told> {
  const [word = '', ...args] = action.split(':');
  const found = flows.find((f) => f.word === word);
  if (!found) return flow('menu').choose([], turn);
  if (turn.services.sessionsDown && needsSession.has(word)) return paused(turn);
  return found.choose(args, turn);
}

/** Flows that go over several steps can't go on while the session store is away; answers can. */
const needsSession = new Set(['book', 'mybookings', 'family', 'forget', 'join', 'inbox', 'announce']);

function paused(turn: Turn): Told {
  return {
    replies: [
      {
        text: turn.t('notices:paused'),
        rows: [
          [
            { label: turn.t('menu:ask'), action: 'ask' },
            { label: turn.t('menu:sos'), action: 'sos' },
          ],
        ],
      },
    ],
  };
}

async function hear(turn: Turn): Promise<Told | null> {
  const at = turn.session.at;
  if (!at) return null;
  const standing = flows.find((f) => f.word === at.flow);
  return (await standing?.hear?.(at, turn.event, turn)) ?? null;
}

/** After an answer in the middle of a flow the person finds the way back to where they stood. */
async function resume(turn: Turn, told: Told): Promise<Told> {
  const at = turn.session.at;
  if (!at || told.at !== undefined) return told;
  const shown = await again(at, turn);
  return shown ? { ...told, replies: [...told.replies, ...shown.replies] } : told;
}

async function again(at: Step, turn: Turn): Promise<Told | null> {
  return (await flows.find((f) => f.word === at.flow)?.again?.(at, turn)) ?? null;
}

/** Who writes to a librarian in danger gets the numbers first, and the librarian gets the words all the same. */
async function alsoPassedOn(told: Told, turn: Turn): Promise<Told> {
  const at = turn.session.at;
  if (!at || !flows.find((f) => f.word === at.flow)?.passesOn) return told;
  try {
    if (!(await turn.services.allow(turn.person)).ok) return told;
    const heard = await hear(turn);
    return heard ? { ...heard, ...told, replies: [...told.replies, ...heard.replies] } : told;
  } catch {
    // Whatever fails here must not keep the numbers back.
    return told;
  }
}

/** Unsure whether someone is in danger: the number first, then the answer to what they asked. */
function withGentleQuestion(danger: Danger | null, turn: Turn, told: Told): Told {
  if (!danger) return told;
  return { ...told, replies: [gentleQuestion(danger.class, turn), ...told.replies] };
}

/** The session after the turn, and the facts about the person as an effect, so that they outlive it. */
function close(
  turn: Turn,
  languageIsNew: boolean,
  told: Told,
): { session: Session; replies: Reply[]; effects: Effect[] } {
  const known = { ...(languageIsNew ? { language: turn.language } : {}), ...told.known };
  const session: Session = {
    ...turn.session,
    ...(known as Partial<Session>),
    at: told.at === undefined ? turn.session.at : told.at,
  };
  const effects: Effect[] = [
    ...(Object.keys(known).length > 0 ? [{ kind: 'profile', change: known } as const] : []),
    ...(told.effects ?? []),
  ];
  return { session, replies: told.replies, effects };
}

function flow(word: string): Flow {
  const found = flows.find((f) => f.word === word);
  if (!found) throw new Error(`no flow ${word}`);
  return found;
}
