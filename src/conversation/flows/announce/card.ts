import type { Announcement } from '../../../announcements/announcements.ts';
import { languages } from '../../../texts.ts';
import { announcementReply, dateLines, wordsFor } from '../../announcement-words.ts';
import type { Reader, Told, Turn } from '../../flow.ts';
import { countryName } from '../../names.ts';
import type { Choice } from '../../reply.ts';
import { list, notThere } from './list.ts';
import {
  allAndMenu,
  backTo,
  beginning,
  button,
  channelName,
  first,
  goesTo,
  heading,
  lines,
  paragraphs,
  scopeName,
  screen,
  topicName,
} from './parts.ts';
import { approvalRows, progressReply, startLine, writtenBy } from './progress.ts';

/** One announcement, as it is now, and what can be done with it. */
export async function open(no: number, turn: Turn): Promise<Told> {
  const { person, services, t } = turn;
  const found = await services.announcements.find(person, no);
  if (!found) return notThere(turn);
  if (found.state === 'draft') return draft(found, turn);
  if (found.state === 'scheduled') return scheduled(found, turn);
  if (found.state === 'approving') return approving(found, turn);
  if (found.state === 'dropped') return screen(t('announce:isDropped', { no }), [allAndMenu(turn)]);
  const progress = await services.announcements.progress(person, no);
  return progress ? { replies: [progressReply(progress, turn)], at: null } : notThere(turn);
}

/** Opens it once more after something was done. */
export async function opened(no: number, done: Announcement | null, said: string, turn: Turn): Promise<Told> {
  return done ? first(said, await open(done.no, turn)) : unchanged(no, turn);
}

/** It could not be changed: it is not theirs, or over, or goes to so many that new words need a second person's yes. */
export async function unchanged(no: number, turn: Turn): Promise<Told> {
  const found = await turn.services.announcements.find(turn.person, no);
  const going = found?.state === 'sending' || found?.state === 'paused';
  return going ? first(turn.t('announce:mendInstead'), await open(no, turn)) : notThere(turn);
}

const snippet = 160;

async function draft(announcement: Announcement, turn: Turn): Promise<Told> {
  const { t } = turn;
  const { no, corrects } = announcement;
  const reach = await turn.services.announcements.reach(turn.person, no);
  const two = (one: Choice, other: Choice) => [one, other];
  return screen(
    paragraphs(
      lines(heading(announcement, turn), t('announce:state.draft')),
      contentLines(announcement, turn),
      lines(
        corrects === null ? audienceLine(announcement, turn) : t('announce:goesToFirst', { no: corrects }),
        goesTo(reach?.people ?? 0, turn),
      ),
    ),
    [
      [button('announce:look', `look:${no}`, turn)],
      [button('announce:send', `when:${no}`, turn)],
      two(button('announce:texts', `texts:${no}`, turn), button('announce:file', `file:${no}`, turn)),
      two(button('announce:link', `link:${no}`, turn), button('announce:date', `date:${no}`, turn)),
      ...(corrects === null
        ? [two(button('announce:to', `to:${no}`, turn), button('announce:topic', `topic:${no}`, turn))]
        : []),
      [button('announce:drop', `drop:${no}`, turn)],
      allAndMenu(turn),
    ],
  );
}

const addressInside = /https?:\/\/|www\./i;

/** What there is of it, line by line. */
function contentLines(announcement: Announcement, turn: Turn): string {
  const { t, services, language } = turn;
  const { words, link, attachment } = announcement.content;
  const written = languages.filter((one) => words[one] !== undefined).map((one) => services.t(one, 'language:name'));
  const text = wordsFor(announcement, language);
  return lines(
    written.length > 0 ? t('announce:textIs', { languages: written.join(', ') }) : t('announce:textNone'),
    text ? services.plain(beginning(text.text, snippet)) : '',
    Object.values(words).some((one) => addressInside.test(one)) ? t('announce:addressInside') : '',
    attachment ? t(`announce:has.${attachment.kind}`) : '',
    link === null ? '' : t('announce:linkIs', { address: services.plain(hostOf(link)) }),
    ...dateLines(announcement, turn),
    announcement.content.date?.book ? t('announce:canBook') : '',
  );
}

export function hostOf(link: string): string {
  return URL.canParse(link) ? new URL(link).hostname : link;
}

/** Who is meant: those who asked for the topic, and of them which. */
export function audienceLine({ topic, audience }: Announcement, reader: Reader): string {
  const { t, services, language } = reader;
  const oblast = services.directory.oblasts().find(({ key }) => key === audience.oblast);
  const narrower = [
    audience.library === null ? '' : t('announce:ofLibrary', { library: scopeName(audience.library, reader) }),
    oblast
      ? t('announce:ofOblast', { oblast: language === 'uk' || language === 'ru' ? oblast.name.uk : oblast.name.en })
      : '',
    audience.country === null ? '' : t('announce:ofCountry', { country: countryName(audience.country, language) }),
    audience.channel === null ? '' : t('announce:ofChannel', { channel: channelName(audience.channel, reader) }),
  ];
  return lines(t('announce:asked', { topic: topicName(topic, reader) }), ...narrower);
}

function scheduled(announcement: Announcement, turn: Turn): Told {
  const { no } = announcement;
  return screen(
    paragraphs(
      lines(heading(announcement, turn), turn.t('announce:state.scheduled')),
      contentLines(announcement, turn),
      lines(startLine(announcement, turn), sizeLine(announcement, turn)),
    ),
    [[button('announce:undo', `undo:${no}`, turn)], [button('announce:look', `look:${no}`, turn)], allAndMenu(turn)],
  );
}

/** A second person looks at it as it will be read, and decides; the author can take it back. */
async function approving(announcement: Announcement, turn: Turn): Promise<Told> {
  const { person, services, t } = turn;
  const { no, library } = announcement;
  const [mine, judge, roles, author] = await Promise.all([
    services.team.allowed(person, 'announce', library),
    services.team.allowed(person, 'approve', library),
    services.team.of(person),
    services.team.member(announcement.staff),
  ]);
  const own = roles.some(({ id }) => id === announcement.staff);
  const text = paragraphs(
    lines(heading(announcement, turn), t('announce:state.approving')),
    lines(author ? writtenBy(author, turn) : '', startLine(announcement, turn), sizeLine(announcement, turn)),
    own ? '' : t('announce:whatApprovalIs'),
  );
  const rows = [
    ...(judge && !own ? approvalRows(announcement, turn) : []),
    ...(mine ? [[button('announce:undo', `undo:${no}`, turn)]] : []),
    allAndMenu(turn),
  ];
  return { replies: [asRead(announcement, turn), { text, rows }], at: null };
}

function sizeLine({ size }: Announcement, reader: Reader): string {
  return size === null ? '' : goesTo(size, reader);
}

/** The real message, as the one who looks at it would get it. */
export function asRead(announcement: Announcement, reader: Reader & { now: number }) {
  return announcementReply(announcement, reader, { corrected: announcement.corrects !== null, trial: true });
}

// ---------------------------------------------------------------- thrown away

export async function askDrop(no: number, turn: Turn): Promise<Told> {
  const found = await turn.services.announcements.find(turn.person, no);
  if (found?.state !== 'draft') return open(no, turn);
  return screen(turn.t('announce:askDrop', { no }), [
    [button('announce:yesDrop', `gone:${no}`, turn)],
    backTo(no, turn),
  ]);
}

export async function drop(no: number, turn: Turn): Promise<Told> {
  const dropped = await turn.services.announcements.drop(turn.person, no);
  return dropped ? first(turn.t('announce:isDropped', { no }), await list(turn)) : open(no, turn);
}
