import type { Announcement } from '../announcements/announcements.ts';
import { type Language, languages } from '../texts.ts';
import type { Reader } from './flow.ts';
import { demoNote, whenWords } from './flows/book.ts';
import { inWords } from './names.ts';
import type { Choice, Reply } from './reply.ts';
import { toMenu } from './screens.ts';

/** `now`, UTC ms: whether a date is still to come. Without it every date is. */
type ReaderOfNews = Reader & { now?: number };

/**
 * An announcement as one reader sees it: whose it is, the librarian's own words and nothing but words, the date in both
 * clocks, and buttons. No topic is named, for somebody else may look at the phone. `trial`: shown to whoever writes it.
 */
export function announcementReply(
  announcement: Announcement,
  reader: ReaderOfNews,
  options: { corrected?: boolean; trial?: boolean } = {},
): Reply {
  const { t } = reader;
  const head = `**${senderName(announcement.library, reader)}**`;
  return {
    text: paragraphs([
      options.corrected ? `${t('announce:correction')}\n${head}` : head,
      ...bodyOf(announcement, reader),
    ]),
    rows: [
      ...remindRow(announcement, reader),
      ...bookRow(announcement, reader),
      ...linkRow(announcement, reader),
      [
        // Whoever only tries it out would stop their own news.
        { label: t('announce:stop'), action: options.trial ? `announce:open:${announcement.no}` : 'subscribe:stop' },
        toMenu(reader),
      ],
    ],
    ...attachmentOf(announcement),
  };
}

/** The date that somebody follows comes near. */
export function dateReply(announcement: Announcement, reader: ReaderOfNews): Reply {
  const { t } = reader;
  return {
    text: paragraphs([
      `${t('announce:dateNear')}\n**${senderName(announcement.library, reader)}**`,
      ...bodyOf(announcement, reader),
    ]),
    rows: [
      ...bookRow(announcement, reader),
      ...linkRow(announcement, reader),
      [{ label: t('announce:remindNoMore'), action: `dates:unfollow:${announcement.no}` }, toMenu(reader)],
    ],
  };
}

/** Whose announcement it is, as people know the library. */
export function senderName(id: string | null, { services, language, t }: Reader): string {
  const found = id === null ? undefined : services.directory.get(id);
  return found ? inWords(found.name, language) : (services.libraryName ?? t('announce:someLibrary'));
}

/** Which of the texts a reader gets: their own, else the first that there is, Ukrainian before all. null: there is none. */
export function wordsFor({ content }: Announcement, language: Language): { language: Language; text: string } | null {
  for (const one of [language, ...languages]) {
    const text = content.words[one];
    if (text !== undefined) return { language: one, text };
  }
  return null;
}

/** «Коли: …», «Подати до: …», the sum and who may apply: what is known of the date, line by line. */
export function dateLines({ content, dateAt }: Announcement, reader: Reader): string[] {
  const { date } = content;
  if (!date) return [];
  const { t, services } = reader;
  const at = dateAt ?? Temporal.PlainDateTime.from(date.wall).toZonedDateTime(date.zone).epochMilliseconds;
  const said = (key: string, words: string | null) =>
    words === null ? [] : [`${t(key)} ${services.plain(words, { links: false })}`];
  return [
    `${t(date.what === 'event' ? 'announce:dateIs' : 'announce:dueBy')} **${whenWords(at, date.zone, reader)}**`,
    ...said('announce:sumIs', date.sum),
    ...said('announce:whoMay', date.who),
  ];
}

function bodyOf(announcement: Announcement, reader: Reader): string[] {
  const { language, services, t } = reader;
  const words = wordsFor(announcement, language);
  const library = announcement.library === null ? undefined : services.directory.get(announcement.library);
  return [
    words && words.language !== language ? t(`announce:writtenIn.${words.language}`) : '',
    words
      ? services
          // What is to be tapped stands in its own button, where it is seen where it leads.
          .plain(words.text, { links: false })
          .replace(/\n{3,}/g, '\n\n')
          .trim()
      : '',
    dateLines(announcement, reader).join('\n'),
    demoNote(library?.demo ?? false, reader),
  ];
}

function remindRow({ no, content, dateAt }: Announcement, { t, now }: ReaderOfNews): Choice[][] {
  const toCome = content.date !== null && (dateAt === null || now === undefined || dateAt > now);
  return toCome ? [[{ label: t('announce:remind'), action: `dates:follow:${no}` }]] : [];
}

function bookRow({ library, audience, content }: Announcement, { t, services }: Reader): Choice[][] {
  const where = library ?? audience.library;
  if (!content.date?.book || where === null || !services.bookings.joined(where)) return [];
  return [[{ label: t('announce:book'), action: `book:lib:${where}` }]];
}

function linkRow({ content }: Announcement, { t }: Reader): Choice[][] {
  return content.link === null ? [] : [[{ label: t('announce:more'), url: content.link }]];
}

/** The bytes are the channel's to ask for, by the id. */
function attachmentOf({ content: { attachment } }: Announcement): Pick<Reply, 'picture' | 'file'> {
  if (!attachment) return {};
  const { id, name, mime } = attachment;
  return attachment.kind === 'picture' ? { picture: { id, name, mime } } : { file: { id, name, mime } };
}

function paragraphs(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}
