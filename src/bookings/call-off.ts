import type { Transaction } from 'kysely';
import type { BookingEventsTable } from '../storage/tables/bookings.ts';
import type { Tables } from '../storage/tables/index.ts';
import { dropProposal } from './participants.ts';
import type { Audience, News } from './reminders.ts';
import { again, closed, type Room } from './room.ts';
import { type BookingRow, changeBooking, leavePlace, placeOf, recordEvent } from './store.ts';
import { handOver, type NextInLine } from './waits.ts';

/**
 * Cancels a booking within a transaction: the place goes to whoever is next in line, or is free; the others are told.
 * @param change beyond the state: what is forgotten with it
 * @returns the row as it is then
 * @throws again
 */
export async function callOff(
  trx: Transaction<Tables>,
  room: Room,
  row: BookingRow,
  about: {
    audience: Audience;
    now: number;
    side: NonNullable<BookingEventsTable['side']>;
    news: News;
    next: NextInLine | null;
    change?: Partial<BookingRow>;
  },
): Promise<BookingRow> {
  const { audience, now, side, news, next, change } = about;
  if (!(await changeBooking(trx, row, { ...closed, ...change }))) throw again;
  if (next) await handOver(trx, room, next, row, now);
  else await leavePlace(trx, placeOf(row));
  const cancelled: BookingRow = { ...row, ...closed, ...change, version: row.version + 1 };
  await dropProposal(trx, row.id);
  await recordEvent(trx, cancelled, 'cancelled', now, side);
  await room.reminders?.follow(trx, cancelled, { audience, now, news });
  return cancelled;
}
