import { randomBytes } from 'node:crypto';
import type { Database } from '../storage/database.ts';
import type { Seal } from '../storage/seal.ts';
import { calendarFeed, type FeedEvent } from './calendar-file.ts';
import { guestsOf } from './participants.ts';
import { instantOfBooked, wallOf } from './slots.ts';
import { type BookingRow, opened, sessionOf } from './store.ts';

/**
 * A consultant's own calendar, under an address that only they know: Google, Apple and Thunderbird read it again and
 * again. Whoever has the address sees times, kinds and first names, never a phone number. The address can be revoked.
 */

type Parts = { database: Database; seal: Seal; clock: { now(): number } };

export type FeedWords = {
  /** `kind` in words. */
  kind(id: string): string;
  calendar(consultant: string): string;
  /** «7 людей» */
  people(count: number): string;
  /** How the talk is held. */
  how(how: BookingRow['how']): string;
  /** Relatives come along. */
  together(count: number): string;
};

/** A new address for a consultant; the one before it works no longer. @returns its random part; null: no such consultant */
export async function createFeed({ database, seal, clock }: Parts, consultant: string): Promise<string | null> {
  const { db } = database;
  const known = await db.selectFrom('consultants').select('id').where('id', '=', consultant).executeTakeFirst();
  if (!known) return null;
  const secret = randomBytes(24).toString('base64url');
  const now = clock.now();
  await database.transaction(async (trx) => {
    await trx
      .updateTable('calendar_feeds')
      .set({ revoked_at: now })
      .where('consultant', '=', consultant)
      .where('revoked_at', 'is', null)
      .execute();
    await trx
      .insertInto('calendar_feeds')
      .values({ mark: markOf(seal, secret), consultant, made_at: now, revoked_at: null })
      .execute();
  });
  return secret;
}

/** @returns false when there was none */
export async function revokeFeed({ database, clock }: Omit<Parts, 'seal'>, consultant: string): Promise<boolean> {
  const { numUpdatedRows } = await database.db
    .updateTable('calendar_feeds')
    .set({ revoked_at: clock.now() })
    .where('consultant', '=', consultant)
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows) > 0;
}

const markOf = (seal: Seal, secret: string) => seal.mark(`calendar feed\n${secret}`);

/** Days past that are still shown. */
const pastDays = 30;

/** @returns the calendar as iCalendar text; null for an address that is unknown or revoked, which look the same */
export async function readFeed(
  { database, seal, clock }: Parts,
  secret: string,
  words: FeedWords,
): Promise<string | null> {
  const { db } = database;
  const feed = await db
    .selectFrom('calendar_feeds')
    .select('consultant')
    .where('mark', '=', markOf(seal, secret))
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (!feed) return null;
  const rows = await db
    .selectFrom('bookings')
    .selectAll()
    .where('consultant', '=', feed.consultant)
    .where('wall', '>=', wallOf(clock.now() - pastDays * 86_400_000, 'UTC'))
    .where('state', '!=', 'cancelled')
    .orderBy('wall')
    .orderBy('id')
    .execute();
  const ids = rows.map((row) => row.id);
  const guests = await guestsOf(db, ids);
  const changes =
    ids.length === 0
      ? []
      : await db
          .selectFrom('booking_events')
          .select((eb) => ['booking', eb.fn.max('at').as('at')])
          .where('booking', 'in', ids)
          .groupBy('booking')
          .execute();
  const changed = new Map(changes.map(({ booking, at }) => [booking, Number(at)]));
  // People of one group are one event.
  const sessions = Map.groupBy(rows, (row) => sessionOf(row.kind, row.wall));
  const events = [...sessions.values()].map((together): FeedEvent => {
    const [first] = together as [BookingRow];
    const along = guests.filter(({ booking }) => together.some(({ id }) => id === booking)).length;
    const description = [words.how(first.how), along > 0 ? words.together(along) : ''].filter((part) => part !== '');
    const who = together.length > 1 ? words.people(together.length) : firstName(opened(first, seal).name);
    const { wall, zone, minutes } = first;
    return {
      uid: first.id,
      sequence: Math.max(...together.map((row) => row.version)),
      changed: Math.max(...together.map((row) => changed.get(row.id) ?? row.made_at)),
      ...{ wall, zone, minutes, at: instantOfBooked(wall, zone) },
      tentative: together.every((row) => row.state === 'requested'),
      summary: [words.kind(first.kind), who].filter((part) => part !== '').join(', '),
      description: description.join('\n'),
    };
  });
  return calendarFeed(words.calendar(feed.consultant), events);
}

/** A calendar is seen by many: no surname. Digits are a number that somebody took for a name. */
function firstName(name: string): string {
  const [first = ''] = name.trim().split(/\s+/);
  return /\d{4}/.test(first) ? '' : first;
}
