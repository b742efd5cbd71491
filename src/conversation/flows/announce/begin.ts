import { topics } from '../../../announcements/topics.ts';
import type { Told, Turn } from '../../flow.ts';
import { guessLanguage } from '../../guess-language.ts';
import type { Choice } from '../../reply.ts';
import { inRows } from '../../screens.ts';
import { opened } from './card.ts';
import { notForThem, notThere } from './list.ts';
import { allAndMenu, asking, scopeName, screen, topicName } from './parts.ts';

/** A new announcement: for whom it is written, about what, and its first words, which make the draft. */
export async function create(turn: Turn): Promise<Told> {
  const scopes = await turn.services.announcements.scopes(turn.person);
  const [only] = scopes;
  if (only === undefined) return notForThem(turn);
  if (scopes.length === 1) return whichTopic(only, turn);
  const choices = scopes.slice(0, mostScopes).map((library) => ({
    label: scopeName(library, turn),
    action: `announce:for:${library ?? '-'}`,
  }));
  return screen(turn.t('announce:forWhom'), [...choices.map((choice) => [choice]), allAndMenu(turn)]);
}

const mostScopes = 12;

export async function chosenScope(given: string, turn: Turn): Promise<Told> {
  const library = await scopeOf(given, turn);
  return library === undefined ? create(turn) : whichTopic(library, turn);
}

function whichTopic(library: string | null, turn: Turn): Told {
  const rows = topicRows(turn, (i) => `announce:about:${library ?? '-'}:${i}`);
  return screen(turn.t('announce:whichTopic'), [...rows, allAndMenu(turn)]);
}

/** By its place in the list: a button may show what it sends. */
export function topicRows(turn: Turn, action: (i: number) => string): Choice[][] {
  const choices = topics.map((topic, i) => ({ label: topicName(topic, turn), action: action(i) }));
  return inRows(choices, 2, 20);
}

export async function chosenTopic(given: string, i: string, turn: Turn): Promise<Told> {
  const library = await scopeOf(given, turn);
  if (library === undefined || !topics[Number(i)]) return create(turn);
  return askFirstWords({ library: given, topic: i }, turn);
}

/** @returns undefined where it is not theirs */
async function scopeOf(given: string, { person, services }: Turn): Promise<string | null | undefined> {
  const library = given === '-' ? null : given;
  return (await services.announcements.scopes(person)).find((scope) => scope === library);
}

type Wanted = Readonly<Record<string, string>>;

export function askFirstWords({ library = '', topic = '' }: Wanted, turn: Turn): Told {
  return asking(turn.t('announce:write'), [allAndMenu(turn)], 'first', { library, topic });
}

/** @returns the number of the draft; null where it is not theirs to write */
export async function draftOf(text: string, { library = '', topic = '' }: Wanted, turn: Turn): Promise<number | null> {
  const { eventId, person, services, language } = turn;
  const scope = await scopeOf(library, turn);
  const about = topics[Number(topic)];
  if (scope === undefined || !about) return null;
  const words = { language: guessLanguage(text) ?? language, words: text };
  const made = await services.announcements.draft({ eventId, person, library: scope, topic: about, ...words });
  return made?.no ?? null;
}

// ---------------------------------------------------------------- another topic

export async function askTopic(no: number, turn: Turn): Promise<Told> {
  const found = await turn.services.announcements.find(turn.person, no);
  if (!found) return notThere(turn);
  const rows = topicRows(turn, (i) => `announce:theme:${no}:${i}`);
  return screen(turn.t('announce:whichTopic'), [
    ...rows,
    [{ label: turn.t('announce:back'), action: `announce:open:${no}` }],
  ]);
}

export async function changeTopic(no: number, i: string, turn: Turn): Promise<Told> {
  const topic = topics[Number(i)];
  if (!topic) return askTopic(no, turn);
  const changed = await turn.services.announcements.change(turn.person, no, { topic });
  return opened(no, changed, turn.t('announce:changed'), turn);
}
