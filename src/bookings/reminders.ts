import type { Transaction } from 'kysely';
import type { Message, Outbox } from '../delivery/outbox.ts';
import { type QuietHours, quietEdges } from '../delivery/quiet-hours.ts';
import type { Tables } from '../storage/tables/index.ts';
import { instantOfBooked } from './slots.ts';
import type { BookingRow } from './store.ts';

/**
 * What the bot says of its own accord about a consultation: the day before, an hour before, the day after, and what
 * others have done about it. Put and withdrawn in the transaction that changes the booking, tied to its version.
 */
export type Reminders = {
  /** The zone that a person's clock shows. Asked before the transaction, in which nothing else can be asked. */
  zoneOf(person: string): Promise<string>;
  /**
   * To be called in every transaction that changes a booking's state, time or people, with the row as it is now: what was
   * to be said goes, what is to be said comes. `news`: what those are told who did not do it themselves.
   */
  follow(
    trx: Transaction<Tables>,
    row: BookingRow,
    about: { audience: Audience; now: number; news?: News },
  ): Promise<void>;
  /** Says something that changes nothing about the booking. `id`: the same is never said twice. */
  tell(
    trx: Transaction<Tables>,
    row: BookingRow,
    about: Told & { to: Audience; now: number; id: string },
  ): Promise<void>;
  /** A time that has come free, to somebody on the waiting list. */
  offer(trx: Transaction<Tables>, offer: WaitingOffer): Promise<void>;
  withdrawOffer(trx: Transaction<Tables>, wait: string): Promise<void>;
  /** When something that is put now would be read by somebody in that zone: not before the quiet time ends. UTC ms. */
  awake(zone: string, now: number): number;
  /** Which reminders are still to come for a booking as it is now, to whoever booked (`tag` empty) or to a relative. */
  ahead(booking: { id: string; version: number }, tag?: string): Promise<readonly Ahead[]>;
};

export type Ahead = 'day' | 'hour';

/** `tag`: empty for whoever booked, else the id of the relative's row. `language`: where none has been chosen. */
export type Audience = readonly { person: string; tag: string; language: string | null; zone: string }[];

/** `why`: who or what called it off. */
type Told = { what: NewsOf; why?: string | undefined; wall?: string | undefined };
export type News = Told & {
  /** The person whose doing it is: they know. */
  except?: string | null;
  /** Only to whoever booked. */
  only?: 'owner';
};
/** `called-off`: by family, staff or a closed day. `proposed`: a relative would rather come at `wall`. */
export type NewsOf = 'confirmed' | 'moved' | 'called-off' | 'joined' | 'left' | 'proposed' | 'refused';

/** What stands sealed in the outbox. `language`: that of the booking, where the person has not chosen one. */
export type BookingNotice = {
  what: 'reminder' | 'followup' | NewsOf;
  /** Of a reminder: an hour before goes at any hour, the others wait for the morning. */
  which: Ahead | null;
  booking: string;
  version: number;
  language: string | null;
  why?: string | null | undefined;
  /** `2026-12-03T15:00` */
  wall?: string | null | undefined;
};

/** `until`: UTC ms, how long the time is theirs. */
export type WaitingOffer = { person: string; wait: string; language: string | null; dueAt: number; until: number };

export type OfferNotice = { what: 'offer'; wait: string; language: string | null };

export function createReminders(deps: {
  outbox: Outbox;
  quietHours: QuietHours;
  zoneOf(person: string): Promise<string>;
}): Reminders {
  const { outbox, quietHours } = deps;

  function newsTo(row: BookingRow, to: Audience, told: Told, now: number, id: string): Message[] {
    const starts = instantOfBooked(row.wall, row.zone);
    // That it is called off is worth knowing until it would be over.
    const ends = starts + row.minutes * minuteMs;
    const { what, why = null, wall = null } = told;
    return to.map(({ person, tag, language }) => ({
      ...{ person, kind: 'answer', dueAt: now, notAfter: what === 'called-off' ? ends : starts },
      ...{ group: groupOf(row.id), dedupe: dedupeOf(row, id, tag) },
      payload: {
        what,
        which: null,
        booking: row.id,
        version: row.version,
        language,
        why,
        wall,
      } satisfies BookingNotice,
    }));
  }

  return {
    zoneOf: deps.zoneOf,
    async follow(trx, row, { audience, now, news }) {
      if (row.version > 1) await outbox.withdraw(trx, groupOf(row.id));
      const told = news
        ? audience.filter(({ person, tag }) => person !== news.except && (news.only !== 'owner' || tag === ''))
        : [];
      const reminders = audience.flatMap(({ person, tag, language, zone }) =>
        toSay(row, { zone, quietHours, now }).map(({ name, dueAt, notAfter }): Message => {
          const [what, which] = saidAs[name];
          const about = { booking: row.id, version: row.version, language, why: null, wall: null };
          const payload: BookingNotice = { what, which, ...about };
          const { id } = row;
          return {
            person,
            kind: kindOf[what],
            payload,
            dueAt,
            notAfter,
            group: groupOf(id),
            dedupe: dedupeOf(row, name, tag),
          };
        }),
      );
      await outbox.put(trx, [...(news ? newsTo(row, told, news, now, news.what) : []), ...reminders]);
    },
    async tell(trx, row, { to, now, id, ...told }) {
      await outbox.put(trx, newsTo(row, to, told, now, id));
    },
    async offer(trx, { person, wait, language, dueAt, until }) {
      const payload: OfferNotice = { what: 'offer', wait, language };
      await outbox.put(trx, [
        {
          person,
          kind: 'answer',
          payload,
          dueAt,
          notAfter: until,
          group: `wait:${wait}`,
          dedupe: `wait:${wait}:${until}`,
        },
      ]);
    },
    async withdrawOffer(trx, wait) {
      await outbox.withdraw(trx, `wait:${wait}`);
    },
    awake: (zone, now) => quietEdges(now, zone, quietHours)?.after ?? now,
    async ahead(booking, tag = '') {
      const waiting = await outbox.waiting(groupOf(booking.id));
      return (['day', 'hour'] as const).filter((which) =>
        waiting.some(({ dedupe }) => dedupe === dedupeOf(booking, which, tag)),
      );
    },
  };
}

/** What is still to be said of a booking in its state. */
function toSay(row: BookingRow, reader: Parameters<typeof planned>[1]): Planned[] {
  if (row.state === 'confirmed') return planned(row, reader);
  // Marked as held before the next day: the question how it was still comes.
  if (row.state === 'held')
    return planned(row, reader).filter(({ name, notAfter }) => name === 'after' && notAfter > reader.now);
  return [];
}

const saidAs = {
  day: ['reminder', 'day'],
  hour: ['reminder', 'hour'],
  after: ['followup', null],
} as const;
const kindOf = { reminder: 'reminder', followup: 'notice' } as const;
const groupOf = (booking: string) => `booking:${booking}`;
const dedupeOf = ({ id, version }: { id: string; version: number }, name: string, tag: string) =>
  `booking:${id}:${version}:${name}${tag === '' ? '' : `:${tag}`}`;

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
