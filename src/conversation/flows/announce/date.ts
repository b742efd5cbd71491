import type { AnnouncedDate, Announcement } from '../../../announcements/announcements.ts';
import { dateLines } from '../../announcement-words.ts';
import type { Told, Turn } from '../../flow.ts';
import type { Choice } from '../../reply.ts';
import type { Step } from '../../session.ts';
import { timeMeant } from '../../typed.ts';
import type { When } from '../../when.ts';
import { opened, unchanged } from './card.ts';
import { notThere } from './list.ts';
import { asking, backTo, button, first, lines, paragraphs, screen, zone } from './parts.ts';
import { longestLine } from './write.ts';

/** The date of an announcement: an event, or the last day of a contest; typed in words, by the libraries' clock. */
export async function dateOf(no: number, turn: Turn): Promise<Told> {
  const { t, person, services } = turn;
  const found = await services.announcements.find(person, no);
  if (!found) return notThere(turn);
  const { date } = found.content;
  if (!date) {
    return screen(t('announce:whichDate'), [
      [button('announce:anEvent', `event:${no}`, turn)],
      [button('announce:aDeadline', `deadline:${no}`, turn)],
      backTo(no, turn),
    ]);
  }
  const sumAndWho = [button('announce:sum', `sum:${no}`, turn), button('announce:who', `who:${no}`, turn)];
  return screen(lines(...dateLines(found, turn), date.book ? t('announce:canBook') : ''), [
    [button('announce:otherDate', `${date.what}:${no}`, turn)],
    ...(date.what === 'deadline' ? [sumAndWho] : bookRow(found, date, turn)),
    [button('announce:removeDate', `nodate:${no}`, turn)],
    backTo(no, turn),
  ]);
}

/** Only where places can be booked at all. */
function bookRow({ no, library, audience }: Announcement, { book }: AnnouncedDate, turn: Turn): Choice[][] {
  const where = library ?? audience.library;
  if (where === null || !turn.services.bookings.joined(where)) return [];
  return [[button(book ? 'announce:bookOff' : 'announce:bookOn', `book:${no}:${book ? 'off' : 'on'}`, turn)]];
}

export async function askDate(no: number, what: AnnouncedDate['what'], turn: Turn): Promise<Told> {
  if (!(await turn.services.announcements.find(turn.person, no))) return notThere(turn);
  return asking(turn.t(`announce:ask.${what}`), [backTo(no, turn)], 'date', { no: String(no), what });
}

export async function hearDate(text: string, step: Step, turn: Turn): Promise<Told> {
  const { t, person, services, now } = turn;
  const no = Number(step.told.no);
  const what = step.told.what === 'deadline' ? 'deadline' : 'event';
  const found = await services.announcements.find(person, no);
  if (!found) return notThere(turn);
  const again = (key: string, told = step.told): Told => asking(t(key), [backTo(no, turn)], 'date', told);
  const when = timeMeant(text, zone, turn);
  if (!when) return again('announce:dateUnknown');
  const day = when.days ? (when.days.from === when.days.to ? when.days.from : null) : (step.told.day ?? null);
  if (day === null) return again('announce:dateWhichDay');
  const at = when.at ?? (what === 'deadline' ? lastHourOf(when) : null);
  if (at === null) return again('announce:dateWhichTime', { ...step.told, day });
  const wall = `${day}T${two(Math.floor(at / 60) % 24)}:${two(at % 60)}`;
  if (Temporal.PlainDateTime.from(wall).toZonedDateTime(zone).epochMilliseconds <= now)
    return again('announce:datePast');
  const before = found.content.date;
  const kept = before?.what === what ? before : { sum: null, who: null, book: false };
  const date: AnnouncedDate = { what, wall, zone, sum: kept.sum, who: kept.who, book: kept.book };
  const changed = await services.announcements.change(person, no, { date });
  return changed ? first(t('announce:changed'), await dateOf(no, turn)) : unchanged(no, turn);
}

/** «Until 18:00» is the hour of a last day; without one it is all of it. */
function lastHourOf({ span }: When): number {
  return span?.from === 0 && span.to < lastMinute ? span.to : lastMinute;
}

const lastMinute = 24 * 60 - 1;
const two = (n: number) => String(n).padStart(2, '0');

export async function askDetail(no: number, which: 'sum' | 'who', turn: Turn): Promise<Told> {
  const { t, person, services } = turn;
  const date = (await services.announcements.find(person, no))?.content.date;
  if (!date) return dateOf(no, turn);
  const now = date[which];
  const text = paragraphs(
    t(`announce:askDetail.${which}`),
    now === null ? '' : `${t('announce:nowIs')} ${services.plain(now)}`,
  );
  const remove = now === null ? [] : [[button('announce:removeDetail', `no${which}:${no}`, turn)]];
  return asking(text, [...remove, backTo(no, turn)], which, { no: String(no) });
}

export async function hearDetail(text: string, { step, told }: Step, turn: Turn): Promise<Told> {
  const which = step === 'who' ? 'who' : 'sum';
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '') return askDetail(Number(told.no), which, turn);
  if ([...line].length > longestLine) {
    return first(turn.t('announce:lineTooLong', { most: longestLine }), await askDetail(Number(told.no), which, turn));
  }
  return changeDate(Number(told.no), { [which]: line }, turn);
}

export async function changeDate(no: number, change: Partial<AnnouncedDate>, turn: Turn): Promise<Told> {
  const { announcements } = turn.services;
  const date = (await announcements.find(turn.person, no))?.content.date;
  if (!date) return dateOf(no, turn);
  const changed = await announcements.change(turn.person, no, { date: { ...date, ...change } });
  return changed ? first(turn.t('announce:changed'), await dateOf(no, turn)) : unchanged(no, turn);
}

export async function removeDate(no: number, turn: Turn): Promise<Told> {
  const changed = await turn.services.announcements.change(turn.person, no, { date: null });
  return opened(no, changed, turn.t('announce:changed'), turn);
}
