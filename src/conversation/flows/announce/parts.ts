import type { Announcement } from '../../../announcements/announcements.ts';
import type { Topic } from '../../../announcements/topics.ts';
import type { Language } from '../../../texts.ts';
import type { Reader, Told } from '../../flow.ts';
import { inWords } from '../../names.ts';
import type { Choice } from '../../reply.ts';
import { asSentence, toMenu } from '../../screens.ts';
import type { Step } from '../../session.ts';

/** What every screen about announcements is made of. */

const word = 'announce';
/** Announcements are planned by the libraries' clock. */
export const zone = 'Europe/Kyiv';

export function button(key: string, action: string, { t }: Pick<Reader, 't'>): Choice {
  return { label: t(key), action: `${word}:${action}` };
}

/** The way back to one of them, to all, and to the menu. */
export function backTo(no: number, reader: Reader): Choice[] {
  return [button('announce:back', `open:${no}`, reader), toMenu(reader)];
}

export function allAndMenu(reader: Reader): Choice[] {
  return [{ label: reader.t('announce:all'), action: 'announce' }, toMenu(reader)];
}

/** A screen on which nothing is typed: what is written next is a question like any other. */
export function screen(text: string, rows: Choice[][]): Told {
  return { replies: [{ text, rows }], at: null };
}

/** A screen that waits for words. */
export function asking(text: string, rows: Choice[][], step: string, told: Readonly<Record<string, string>>): Told {
  return { replies: [{ text, rows }], at: stand(step, told) };
}

export function stand(step: string, told: Readonly<Record<string, string>>): Step {
  return { flow: word, step, told };
}

/** Says something before a screen. */
export function first(text: string, told: Told): Told {
  const [reply, ...others] = told.replies;
  if (!reply) return { ...told, replies: [{ text }] };
  return { ...told, replies: [{ ...reply, text: `${text}\n\n${reply.text}` }, ...others] };
}

export function lines(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n');
}

export function paragraphs(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}

/** «4 120» */
export function amount(n: number, language: Language): string {
  return new Intl.NumberFormat(language).format(n);
}

/** «Це отримають 412 людей.» */
export function goesTo(count: number, { t, language }: Pick<Reader, 't' | 'language'>): string {
  return count === 0 ? t('announce:nobodyYet') : t('announce:goesTo', { count, n: amount(count, language) });
}

/** «4,12 €» */
export function euros(sum: number, language: Language): string {
  const style = { style: 'currency', currency: 'EUR', currencyDisplay: 'narrowSymbol' } as const;
  return new Intl.NumberFormat(language, style).format(sum);
}

/** A way to people as they call it. */
export function channelName(channel: string, { t }: Pick<Reader, 't'>): string {
  return t(`join:on.${channel}`);
}

/** Whose announcement: of a library, or of the whole network. */
export function scopeName(library: string | null, { t, language, services }: Reader): string {
  if (library === null) return asSentence(t('team:network'));
  const found = services.directory.get(library);
  return found ? inWords(found.name, language) : library;
}

/** «**Оголошення № 3**» and whose it is, about what. */
export function heading({ no, library, topic, corrects }: Announcement, reader: Reader): string {
  const { t } = reader;
  const what = corrects === null ? t('announce:number', { no }) : t('announce:numberMends', { no, first: corrects });
  return `**${what}**\n${scopeName(library, reader)} · ${topicName(topic, reader)}`;
}

/** The beginning of a text on one line, cut between characters. */
export function beginning(text: string, most: number): string {
  const letters = [...text.replace(/\s+/g, ' ').trim()];
  return letters.length > most ? `${letters.slice(0, most).join('').trimEnd()}…` : letters.join('');
}

/** As people see it; of two whose names are discreet, staff are told what they are about. */
export function topicName(topic: Topic, { t }: Pick<Reader, 't'>): string {
  const name = t(`subscribe:topic.${topic}`);
  return topic === 'after-prison' || topic === 'addiction-family' ? `${name} (${t(`announce:about.${topic}`)})` : name;
}
