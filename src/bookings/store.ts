import type { Kysely, Selectable, Transaction } from 'kysely';
import type { Seal } from '../storage/seal.ts';
import type { BookingEventsTable, BookingsTable } from '../storage/tables/bookings.ts';
import type { Tables } from '../storage/tables/index.ts';
import type { Booking } from './bookings.ts';
import { instantOfBooked } from './slots.ts';

/** The questions and statements of this room. One that takes a `Transaction` must be in one. */

type Db = Kysely<Tables>;
type Trx = Transaction<Tables>;
export type BookingRow = Selectable<BookingsTable>;

/** What a booking occupies. `session` names the consultation: people in one share its units. */
export type Place = { consultant: string; session: string; from: number; to: number };

export function placeOf(row: BookingRow): Place {
  return { consultant: row.consultant, session: sessionOf(row.kind, row.wall), from: row.from_unit, to: row.to_unit };
}

export function sessionOf(kind: string, wall: string): string {
  return `${kind}@${wall}`;
}

/**
 * Takes one place in every unit: a free unit becomes this session's, one of the session gets one more until it is full.
 * The rule stands in the conflict clause, so that there is no moment between looking and taking.
 * @returns false when a unit is somebody else's or full; roll back then
 */
export async function takePlace(trx: Trx, place: Place, capacity: number): Promise<boolean> {
  const { consultant, session } = place;
  const units = Array.from({ length: place.to - place.from }, (_, i) => place.from + i);
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('booking_slots')
    .values(units.map((unit) => ({ consultant, unit, session, capacity, taken: 1 })))
    .onConflict((conflict) =>
      conflict
        .columns(['consultant', 'unit'])
        .doUpdateSet((eb) => ({ taken: eb('booking_slots.taken', '+', 1), capacity }))
        .where('booking_slots.session', '=', session)
        .where('booking_slots.taken', '<', capacity),
    )
    .executeTakeFirstOrThrow();
  return Number(numInsertedOrUpdatedRows) === units.length;
}

/** Gives back what `takePlace` took. */
export async function leavePlace(trx: Trx, place: Place): Promise<void> {
  await trx
    .updateTable('booking_slots')
    .set((eb) => ({ taken: eb('taken', '-', 1) }))
    .where('consultant', '=', place.consultant)
    .where('unit', '>=', place.from)
    .where('unit', '<', place.to)
    .where('session', '=', place.session)
    .execute();
  await trx
    .deleteFrom('booking_slots')
    .where('consultant', '=', place.consultant)
    .where('unit', '>=', place.from)
    .where('unit', '<', place.to)
    .where('taken', '=', 0)
    .execute();
}

/** What is taken of some consultants' time, by `consultant unit`. One query. */
export async function takenBetween(
  db: Db,
  consultants: readonly string[],
  from: number,
  to: number,
): Promise<ReadonlyMap<string, { session: string; taken: number }>> {
  const rows = await db
    .selectFrom('booking_slots')
    .select(['consultant', 'unit', 'session', 'taken'])
    .where('consultant', 'in', consultants)
    .where('unit', '>=', from)
    .where('unit', '<', to)
    .execute();
  return new Map(rows.map(({ consultant, unit, session, taken }) => [unitKey(consultant, unit), { session, taken }]));
}

export function unitKey(consultant: string, unit: number): string {
  return `${consultant} ${unit}`;
}

export async function bookingById(db: Db, id: string): Promise<BookingRow | undefined> {
  return db.selectFrom('bookings').selectAll().where('id', '=', id).executeTakeFirst();
}

/** @returns false when somebody else has the person's place for this kind or the library's for this hour */
export async function insertBooking(trx: Trx, row: BookingRow): Promise<boolean> {
  const result = await trx
    .insertInto('bookings')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return Number(result.numInsertedOrUpdatedRows) === 1;
}

/** Changes a booking and counts its version up. @returns false when it has changed since `row` was read */
export async function changeBooking(trx: Trx, row: BookingRow, change: Partial<BookingRow>): Promise<boolean> {
  const result = await trx
    .updateTable('bookings')
    .set({ ...change, version: row.version + 1 })
    .where('id', '=', row.id)
    .where('version', '=', row.version)
    .executeTakeFirstOrThrow();
  return Number(result.numUpdatedRows) === 1;
}

export async function recordEvent(
  trx: Trx,
  row: BookingRow,
  what: BookingEventsTable['what'],
  at: number,
  side: NonNullable<BookingEventsTable['side']> = 'person',
): Promise<void> {
  const { id: booking, version, state, wall, minutes } = row;
  await trx.insertInto('booking_events').values({ booking, version, what, state, wall, minutes, at, side }).execute();
}

export async function recordWords(
  db: Db,
  booking: string,
  said: 'coming' | 'useful' | 'useless',
  at: number,
): Promise<void> {
  await db
    .insertInto('booking_words')
    .values({ booking, said, at })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** What a call came to. */
export type Answer = { outcome: string; booking: string | null; version: number | null };

export async function answerTo(db: Db, mark: string): Promise<Answer | undefined> {
  return db
    .selectFrom('booking_answers')
    .select(['outcome', 'booking', 'version'])
    .where('mark', '=', mark)
    .executeTakeFirst();
}

/** @returns false when the call has been answered before */
export async function recordAnswer(db: Db, mark: string, answer: Answer, at: number): Promise<boolean> {
  const result = await db
    .insertInto('booking_answers')
    .values({ mark, ...answer, at })
    .onConflict((conflict) => conflict.column('mark').doNothing())
    .executeTakeFirstOrThrow();
  return Number(result.numInsertedOrUpdatedRows) === 1;
}

/** A booking as it was when it had that version. */
export async function bookingAt(db: Db, id: string, version: number): Promise<BookingRow | undefined> {
  const row = await bookingById(db, id);
  const then = await db
    .selectFrom('booking_events')
    .select(['state', 'wall', 'minutes', 'version'])
    .where('booking', '=', id)
    .where('version', '=', version)
    .executeTakeFirst();
  return row && then && { ...row, ...then };
}

/** The person's bookings of a kind that hold one of their places for it. */
export async function holding(db: Db, person: string, kind: string): Promise<readonly BookingRow[]> {
  return db
    .selectFrom('bookings')
    .selectAll()
    .where('person', '=', person)
    .where('kind', '=', kind)
    .where('open_no', 'is not', null)
    .orderBy('wall')
    .execute();
}

/** Consultations that are over no longer count. */
export async function releaseOver(db: Db, rows: readonly BookingRow[]): Promise<void> {
  const ids = rows.map((row) => row.id);
  if (ids.length > 0) await db.updateTable('bookings').set({ open_no: null }).where('id', 'in', ids).execute();
}

/** How many of a library's bookings in this hour came from anonymous chats and were confirmed at once. */
export async function confirmedFromWeb(db: Db, library: string, hour: number): Promise<number> {
  const row = await db
    .selectFrom('bookings')
    .select((eb) => eb.fn.max('web_no').as('last'))
    .where('library', '=', library)
    .where('web_hour', '=', hour)
    .executeTakeFirst();
  return Number(row?.last ?? 0);
}

/** Everything of a person, soonest first. `since`: only walls from this on. */
export async function bookingsOf(db: Db, person: string, since = ''): Promise<readonly BookingRow[]> {
  return db
    .selectFrom('bookings')
    .selectAll()
    .where('person', '=', person)
    .where('wall', '>=', since)
    .orderBy('wall')
    .orderBy('id')
    .execute();
}

/** Open ones of a library on a day, soonest first. */
export async function bookingsOn(db: Db, library: string, day: string): Promise<readonly BookingRow[]> {
  return db
    .selectFrom('bookings')
    .selectAll()
    .where('library', '=', library)
    .where('wall', '>=', day)
    .where('wall', '<', `${day}U`)
    .where('state', 'in', ['requested', 'confirmed'])
    .orderBy('wall')
    .orderBy('id')
    .execute();
}

export async function bookingsById(db: Db, ids: readonly string[]): Promise<readonly BookingRow[]> {
  if (ids.length === 0) return [];
  return db.selectFrom('bookings').selectAll().where('id', 'in', ids).execute();
}

/** What the person said of themselves when they last booked. */
export async function lastOf(db: Db, person: string): Promise<BookingRow | undefined> {
  return db
    .selectFrom('bookings')
    .selectAll()
    .where('person', '=', person)
    .where('contact', 'is not', null)
    .orderBy('made_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** A row as the rest of the program knows it, with the contact opened. */
export function opened(row: BookingRow, seal: Seal): Booking {
  const { id, version, state, how, library, kind, wall, zone, minutes } = row;
  const { name, phone } = openContact(row, seal);
  const at = instantOfBooked(wall, zone);
  const where = { library, kind, wall, zone, at, minutes, demo: row.demo === 1 };
  return { id, version, state, as: 'owner', together: 0, how, ...where, name, phone };
}

type Contact = { name: string; phone: string | null };

export function sealContact(contact: Contact, id: string, seal: Seal): string {
  return seal.seal(JSON.stringify(contact), id);
}

function openContact(row: BookingRow, seal: Seal): Contact {
  const plain = row.contact === null ? null : seal.open(row.contact, row.id);
  return plain === null ? { name: '', phone: null } : (JSON.parse(plain) as Contact);
}
