import type { Clock } from '../clock.ts';
import type { Database } from '../storage/database.ts';
import type { Seal } from '../storage/seal.ts';
import type { Booking } from './bookings.ts';
import { callOff } from './call-off.ts';
import { audienceOf } from './participants.ts';
import { again, attempt, type Room, untilSettled } from './room.ts';
import { answerDays, contactDays, isOpen, maySayHowItWent } from './rules.ts';
import { wallOf } from './slots.ts';
import { type BookingRow, bookingById, changeBooking, opened, recordEvent } from './store.ts';

/** What staff and the program itself do with bookings: confirm, cancel, say how it went, let old data go. */

type Parts = { database: Database; seal: Seal; clock: Clock };

/** Bookings that wait for a librarian's word and are still to come, soonest first. */
export async function requestedBookings({ database, seal, clock }: Parts): Promise<readonly Booking[]> {
  const now = clock.now();
  const rows = await database.db
    .selectFrom('bookings')
    .selectAll()
    .where('state', '=', 'requested')
    .where('wall', '>=', wallOf(now - 2 * 86_400_000, 'UTC'))
    .execute();
  return rows
    .filter((row) => isOpen(row, now))
    .map((row) => opened(row, seal))
    .sort((a, b) => a.at - b.at);
}

/** `already`: so before. `cancelled`: the person was quicker. `over`: its time has passed. `early`: it has not begun. */
export type StaffOutcome =
  | { outcome: 'confirmed' | 'held' | 'missed' | 'called-off' | Refusal; booking: Booking }
  | { outcome: 'unknown' };

/** Says yes to a request: the person is told, and reminded from now on. */
export async function confirmBooking(room: StaffRoom, id: string): Promise<StaffOutcome> {
  return change(room, id, (row, now) => {
    if (row.state === 'requested') return isOpen(row, now) ? { state: 'confirmed' } : 'over';
    return row.state === 'cancelled' ? 'cancelled' : 'already';
  });
}

/** Says whether they came. Can be corrected. */
export async function sayHowItWent(room: StaffRoom, id: string, state: 'held' | 'missed'): Promise<StaffOutcome> {
  return change(room, id, (row, now) => {
    if (row.state === state) return 'already';
    if (row.state === 'cancelled') return 'cancelled';
    return maySayHowItWent(row, now) ? { state, open_no: null } : 'early';
  });
}

/** Calls one off on the library's side: everybody in it is told, and offered other times. */
export async function cancelByStaff(room: Room, id: string): Promise<StaffOutcome> {
  return untilSettled<StaffOutcome>(async () => {
    const now = room.clock.now();
    const row = await bookingById(room.database.db, id);
    if (!row) return { outcome: 'unknown' };
    const booking = opened(row, room.seal);
    if (row.state === 'cancelled') return { outcome: 'already', booking };
    if (!isOpen(row, now)) return { outcome: 'over', booking };
    const audience = await audienceOf(room, row);
    const news = { what: 'called-off', why: 'staff' } as const;
    // Not passed on: who cancels may well not be there.
    const about = { audience, now, side: 'staff', news, next: null } as const;
    const written = await attempt(room.database, async (trx) => void (await callOff(trx, room, row, about)));
    return written === 'done' ? { outcome: 'called-off', booking: { ...booking, state: 'cancelled' } } : again;
  });
}

type StaffRoom = Pick<Room, 'database' | 'seal' | 'clock' | 'reminders'>;
type Refusal = 'already' | 'cancelled' | 'over' | 'early';

async function change(
  room: StaffRoom,
  id: string,
  decide: (
    row: BookingRow,
    now: number,
  ) => (Partial<BookingRow> & { state: 'confirmed' | 'held' | 'missed' }) | Refusal,
): Promise<StaffOutcome> {
  return untilSettled<StaffOutcome>(async () => {
    const now = room.clock.now();
    const row = await bookingById(room.database.db, id);
    if (!row) return { outcome: 'unknown' };
    const decided = decide(row, now);
    if (typeof decided === 'string') return { outcome: decided, booking: opened(row, room.seal) };
    const changed: BookingRow = { ...row, ...decided, version: row.version + 1 };
    const audience = await audienceOf(room, row);
    const written = await attempt(room.database, async (trx) => {
      if (!(await changeBooking(trx, row, decided))) throw again;
      await recordEvent(trx, changed, decided.state, now, 'staff');
      const news = decided.state === 'confirmed' ? { news: { what: 'confirmed' } as const } : {};
      await room.reminders?.follow(trx, changed, { audience, now, ...news });
    });
    return written === 'done' ? { outcome: decided.state, booking: opened(changed, room.seal) } : again;
  });
}

/** Lets go of names and numbers 30 days after the consultation, of answered calls, and of time that has passed. */
export async function sweepBookings({ database, clock }: Omit<Parts, 'seal'>): Promise<void> {
  const { db } = database;
  const now = clock.now();
  const day = 86_400_000;
  await db
    .updateTable('bookings')
    .set({ contact: null, language: null, channel: null, open_no: null })
    .where('wall', '<', wallOf(now - contactDays * day, 'UTC'))
    .where('contact', 'is not', null)
    .execute();
  // Who came along is kept as long as who booked is kept by name.
  await db
    .deleteFrom('booking_guests')
    .where('booking', 'in', (eb) =>
      eb
        .selectFrom('bookings')
        .select('bookings.id')
        .where('wall', '<', wallOf(now - contactDays * day, 'UTC')),
    )
    .execute();
  await db
    .deleteFrom('family_invitations')
    .where('expires_at', '<', now - contactDays * day)
    .execute();
  await db
    .deleteFrom('booking_waits')
    .where('settled_at', '<', now - contactDays * day)
    .execute();
  await db
    .deleteFrom('booking_answers')
    .where('at', '<', now - answerDays * day)
    .execute();
  await db
    .deleteFrom('booking_slots')
    .where('unit', '<', Math.floor((now - 2 * day) / 300_000))
    .execute();
}
