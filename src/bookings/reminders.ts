import type { Transaction } from 'kysely';
import type { Outbox } from '../delivery/outbox.ts';
import { type QuietHours, quietEdges } from '../delivery/quiet-hours.ts';
import type { Tables } from '../storage/tables/index.ts';
import { instantOfBooked } from './slots.ts';
import type { BookingRow } from './store.ts';

/**
 * What the bot says of its own accord about a consultation: the day before, an hour before, the day after, and that a
 * request has been confirmed. Put and withdrawn in the transaction that changes the booking, tied to its version.
 */
export type Reminders = {
  /** The zone that a person's clock shows. Asked before the transaction, in which nothing else can be asked. */
  zoneOf(person: string): Promise<string>;
  /**
   * To be called in every transaction that changes a booking's state or time, with the row as it is now: what was to be
   * said goes, what is to be said comes. `told`: the change was not the person's own, so they are told of it.
   */
  follow(
    trx: Transaction<Tables>,
    row: BookingRow,
    about: { zone: string; now: number; told?: 'confirmed' },
  ): Promise<void>;
  /** Which reminders are still to come for a booking as it is now. */
  ahead(booking: { id: string; version: number }): Promise<readonly Ahead[]>;
};

export type Ahead = 'day' | 'hour';

/** What stands sealed in the outbox. `language`: that of the booking, where the person has not chosen one. */
export type BookingNotice = {
  what: 'reminder' | 'followup' | 'confirmed';
  /** Of a reminder: an hour before goes at any hour, the others wait for the morning. */
  which: Ahead | null;
  booking: string;
  version: number;
  language: string | null;
};

export function createReminders(deps: {
  outbox: Outbox;
  quietHours: QuietHours;
  zoneOf(person: string): Promise<string>;
}): Reminders {
  const { outbox, quietHours } = deps;
  return {
    zoneOf: deps.zoneOf,
    async follow(trx, row, { zone, now, told }) {
      const group = groupOf(row.id);
      if (row.version > 1) await outbox.withdraw(trx, group);
      const { person } = row;
      if (row.state !== 'confirmed' || person === null) return;
      const about = { booking: row.id, version: row.version, language: row.language };
      const message = ({
        name,
        ...times
      }: {
        name: Planned['name'] | 'confirmed';
        dueAt: number;
        notAfter: number;
      }) => {
        const [what, which] = saidAs[name];
        const payload: BookingNotice = { what, which, ...about };
        return { person, kind: kindOf[what], payload, ...times, group, dedupe: dedupeOf(row, name) };
      };
      const news = { name: 'confirmed', dueAt: now, notAfter: instantOfBooked(row.wall, row.zone) } as const;
      await outbox.put(trx, [
        ...(told === 'confirmed' ? [message(news)] : []),
        ...planned(row, { zone, quietHours, now }).map(message),
      ]);
    },
    async ahead(booking) {
      const waiting = await outbox.waiting(groupOf(booking.id));
      return (['day', 'hour'] as const).filter((which) =>
        waiting.some(({ dedupe }) => dedupe === dedupeOf(booking, which)),
      );
    },
  };
}

const saidAs = {
  day: ['reminder', 'day'],
  hour: ['reminder', 'hour'],
  after: ['followup', null],
  confirmed: ['confirmed', null],
} as const;
const kindOf = { reminder: 'reminder', followup: 'notice', confirmed: 'answer' } as const;
const groupOf = (booking: string) => `booking:${booking}`;
const dedupeOf = ({ id, version }: { id: string; version: number }, name: string) => `booking:${id}:${version}:${name}`;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** A decent hour to be asked how it was. */
const followUpHour = 11;
const followUpKeptMs = 48 * hourMs;

export type Planned = { name: Ahead | 'after'; dueAt: number; notAfter: number };

/**
 * When what is said about a consultation: 24 hours and one hour before its instant, and in the forenoon of the day after
 * by the reader's clock. What would be due already is left out. The first moves out of the reader's quiet hours, the
 * second always goes. Neither goes where the next one, or the consultation itself, has come: too late is not sent.
 */
export function planned(
  { wall, zone, minutes }: Pick<BookingRow, 'wall' | 'zone' | 'minutes'>,
  reader: { zone: string; quietHours: QuietHours; now: number },
): Planned[] {
  const at = instantOfBooked(wall, zone);
  const hourBefore = at - hourMs;
  const dayBefore = outOfQuiet(at - 24 * hourMs, { ...reader, before: hourBefore });
  const after = dayAfter(at + minutes * minuteMs, reader);
  return [
    ...(at - 24 * hourMs > reader.now && dayBefore !== null
      ? [{ name: 'day' as const, dueAt: dayBefore, notAfter: hourBefore }]
      : []),
    ...(hourBefore > reader.now ? [{ name: 'hour' as const, dueAt: hourBefore, notAfter: at }] : []),
    { name: 'after', dueAt: after, notAfter: after + followUpKeptMs },
  ];
}

/** The nearer edge of the quiet time that is still ahead and leaves two hours before the next reminder; null: neither. */
function outOfQuiet(
  ideal: number,
  { zone, quietHours, now, before }: { zone: string; quietHours: QuietHours; now: number; before: number },
): number | null {
  const edges = quietEdges(ideal, zone, quietHours);
  if (!edges) return ideal;
  const possible = [edges.before, edges.after].filter((edge) => edge > now && edge <= before - 2 * hourMs);
  return possible.sort((a, b) => Math.abs(a - ideal) - Math.abs(b - ideal))[0] ?? null;
}

function dayAfter(end: number, { zone, quietHours }: { zone: string; quietHours: QuietHours }): number {
  const day = Temporal.Instant.fromEpochMilliseconds(end).toZonedDateTimeISO(zone).toPlainDate().add({ days: 1 });
  const at = day.toZonedDateTime({ timeZone: zone, plainTime: { hour: followUpHour } }).epochMilliseconds;
  return quietEdges(at, zone, quietHours)?.after ?? at;
}
