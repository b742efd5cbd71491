import type { Clock } from '../clock.ts';
import type { Database } from '../storage/database.ts';
import type { Seal } from '../storage/seal.ts';
import type { Booking } from './bookings.ts';
import type { Reminders } from './reminders.ts';
import { answerDays, contactDays, isOpen } from './rules.ts';
import { wallOf } from './slots.ts';
import { bookingById, changeBooking, opened, recordEvent } from './store.ts';

/** What staff and the program itself do with bookings: confirm requests, let old data go. */

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

/** `already`: confirmed before. `cancelled`: the person was quicker. `over`: its time has passed. */
export type ConfirmOutcome =
  | { outcome: 'confirmed' | 'already' | 'cancelled' | 'over'; booking: Booking }
  | { outcome: 'unknown' };

/** The person is told, and reminded from now on, where `reminders` is given. */
export async function confirmBooking(
  { database, seal, clock, reminders }: Parts & { reminders?: Reminders },
  id: string,
): Promise<ConfirmOutcome> {
  const now = clock.now();
  const asked = await bookingById(database.db, id);
  const zone = asked?.person && reminders ? await reminders.zoneOf(asked.person) : 'Europe/Kyiv';
  return database.transaction(async (trx) => {
    const row = await bookingById(trx, id);
    if (!row) return { outcome: 'unknown' };
    const booking = opened(row, seal);
    if (row.state === 'cancelled') return { outcome: 'cancelled', booking };
    if (row.state === 'confirmed') return { outcome: 'already', booking };
    if (!isOpen(row, now)) return { outcome: 'over', booking };
    const confirmed = { ...row, state: 'confirmed' as const, version: row.version + 1 };
    await changeBooking(trx, row, { state: 'confirmed' });
    await recordEvent(trx, confirmed, 'confirmed', now);
    await reminders?.follow(trx, confirmed, { zone, now, told: 'confirmed' });
    return { outcome: 'confirmed', booking: opened(confirmed, seal) };
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
  await db
    .deleteFrom('booking_answers')
    .where('at', '<', now - answerDays * day)
    .execute();
  await db
    .deleteFrom('booking_slots')
    .where('unit', '<', Math.floor((now - 2 * day) / 300_000))
    .execute();
}
