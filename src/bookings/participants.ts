import type { Kysely, Selectable, Transaction } from 'kysely';
import type { Seal } from '../storage/seal.ts';
import type { BookingGuestsTable } from '../storage/tables/families.ts';
import type { Tables } from '../storage/tables/index.ts';
import type { Booking } from './bookings.ts';
import type { Audience } from './reminders.ts';
import { type Room, zoneOf } from './room.ts';
import { type BookingRow, opened } from './store.ts';

/** Who is in a consultation: whoever booked it, and relatives who have come by a link. */

type Db = Kysely<Tables>;
export type GuestRow = Selectable<BookingGuestsTable>;

/** In the order in which they came. */
export async function guestsOf(db: Db, bookings: readonly string[]): Promise<readonly GuestRow[]> {
  if (bookings.length === 0) return [];
  return db.selectFrom('booking_guests').selectAll().where('booking', 'in', bookings).orderBy('id').execute();
}

export async function guestRowsOf(db: Db, person: string): Promise<readonly GuestRow[]> {
  return db.selectFrom('booking_guests').selectAll().where('person', '=', person).orderBy('id').execute();
}

/**
 * Everybody who is to hear of it, with their clocks. Asked before the transaction, in which no profile can be read; who
 * comes or goes changes the booking's version, so a list that is out of date writes nothing.
 */
export async function audienceOf(room: Pick<Room, 'database' | 'reminders'>, row: BookingRow): Promise<Audience> {
  const guests = await guestsOf(room.database.db, [row.id]);
  const people = [
    ...(row.person === null ? [] : [{ person: row.person, tag: '', language: row.language }]),
    ...guests.map(({ id, person, language }) => ({ person, tag: id, language })),
  ];
  return Promise.all(people.map(async (one) => ({ ...one, zone: await zoneOf(room, one.person) })));
}

/** A booking as that person may see it: a relative reads neither the name nor the number of whoever booked. */
export function asSeenBy(row: BookingRow, person: string, guests: readonly GuestRow[], seal: Seal): Booking | null {
  const inIt = guests.filter((guest) => guest.booking === row.id);
  const booking = { ...opened(row, seal), together: inIt.length };
  if (row.person === person) return booking;
  if (!inIt.some((guest) => guest.person === person)) return null;
  return { ...booking, as: 'relative', name: '', phone: null };
}

export async function removeGuest(trx: Transaction<Tables>, id: string): Promise<boolean> {
  const result = await trx.deleteFrom('booking_guests').where('id', '=', id).executeTakeFirstOrThrow();
  return Number(result.numDeletedRows) === 1;
}

/** What was proposed for an earlier time is void. */
export async function dropProposal(trx: Transaction<Tables>, booking: string): Promise<void> {
  await trx.deleteFrom('booking_proposals').where('booking', '=', booking).execute();
}
