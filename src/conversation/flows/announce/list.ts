import type { Announcement } from '../../../announcements/announcements.ts';
import { wordsFor } from '../../announcement-words.ts';
import type { Told, Turn } from '../../flow.ts';
import type { Choice } from '../../reply.ts';
import { inRows, toMenu } from '../../screens.ts';
import { notStaff } from '../team.ts';
import { beginning, button, first, lines, paragraphs, scopeName, screen, topicName } from './parts.ts';

const snippet = 70;
const shown = 5;

/** All of them on one screen: what goes on or waits for somebody before what is over. */
export async function list(turn: Turn): Promise<Told> {
  const { t, person, services } = turn;
  const scopes = await services.announcements.scopes(person);
  if (scopes.length === 0) return notForThem(turn);
  const all = (await services.announcements.list(person)).toSorted((a, b) => rank(a) - rank(b)).slice(0, shown);
  const create = [button('announce:new', 'new', turn)];
  if (all.length === 0) return screen(t('announce:none'), [create, [toMenu(turn)]]);
  const numbers: Choice[] = all.map(({ no }) => ({ label: t('announce:open', { no }), action: `announce:open:${no}` }));
  return screen(paragraphs(t('announce:yours'), ...all.map((one) => entry(one, turn))), [
    create,
    ...inRows(numbers, 3),
    [toMenu(turn)],
  ]);
}

function rank({ state }: Announcement): number {
  return state === 'done' || state === 'recalled' ? 1 : 0;
}

function entry(announcement: Announcement, turn: Turn): string {
  const { t, services, language } = turn;
  const { no, state, topic, library } = announcement;
  const words = wordsFor(announcement, language);
  return lines(
    `**${t('announce:open', { no })}** ${t(`announce:state.${state}`)}`,
    `${topicName(topic, turn)} · ${scopeName(library, turn)}`,
    words ? services.plain(beginning(words.text, snippet)) : '',
  );
}

/** Who says the word without working here may have wanted to read, not to write. */
export function notForThem(turn: Turn): Told {
  const [reply] = notStaff(turn).replies;
  const news: Choice = { label: turn.t('menu:subscribe'), action: 'subscribe' };
  return screen(reply?.text ?? '', [[news, toMenu(turn)]]);
}

/** They can't do that, or no longer: what they can do is shown. */
export async function notThere(turn: Turn): Promise<Told> {
  const scopes = await turn.services.announcements.scopes(turn.person);
  return scopes.length === 0 ? notForThem(turn) : first(turn.t('announce:notThere'), await list(turn));
}
