import type { Transaction } from 'kysely';
import type { ClosuresTable } from '../storage/tables/calendar.ts';
import type { Tables } from '../storage/tables/index.ts';
import { callOff } from './call-off.ts';
import { audienceOf } from './participants.ts';
import { again, attempt, type Room, untilSettled } from './room.ts';
import { isOpen } from './rules.ts';
import { wallOf } from './slots.ts';
import { bookingsOn } from './store.ts';
import { takeOffersBack } from './waits.ts';

/** A library closes a day: a power cut, an air raid. Who had booked is told, and offered the next free times. */

export type Reason = ClosuresTable['reason'];
export const reasons: readonly Reason[] = ['power', 'raid', 'other'];

/** `cancelled`: how many consultations were called off. `past`: the day is over. */
export type ClosingOutcome = { outcome: 'closed' | 'already'; cancelled: number } | { outcome: 'past' };

/**
 * Closes a day and calls off what is booked on it, in one transaction: nobody books meanwhile. Said again, it calls off
 * what it finds and says `already`.
 * @param day ISO day by the library's clock
 */
export async function closeDay(
  room: Room,
  { library, day, reason }: { library: string; day: string; reason: Reason },
): Promise<ClosingOutcome> {
  return untilSettled<ClosingOutcome>(async () => {
    const now = room.clock.now();
    // The last zone in which the day is not over yet.
    if (day < wallOf(now - 86_400_000, 'UTC').slice(0, 10)) return { outcome: 'past' };
    const rows = (await bookingsOn(room.database.db, library, day)).filter((row) => isOpen(row, now));
    const audiences = await Promise.all(rows.map((row) => audienceOf(room, row)));
    let fresh = false;
    const written = await attempt(room.database, async (trx) => {
      fresh = await addClosure(trx, { library, day, reason, made_at: now });
      const open = (await bookingsOn(trx, library, day)).filter((row) => isOpen(row, now));
      if (open.length !== rows.length) throw again;
      for (const [i, row] of rows.entries()) {
        const news = { what: 'called-off', why: reason } as const;
        await callOff(trx, room, row, { audience: audiences[i] ?? [], now, side: 'staff', news, next: null });
      }
      await takeOffersBack(trx, room, { library, day });
    });
    if (written !== 'done') return again;
    return { outcome: fresh ? 'closed' : 'already', cancelled: rows.length };
  });
}

/** Opens a day again. What was called off stays so. @returns false when it was not closed */
export async function openDay(room: Pick<Room, 'database'>, library: string, day: string): Promise<boolean> {
  const { numDeletedRows } = await room.database.db
    .deleteFrom('closures')
    .where('library', '=', library)
    .where('day', '=', day)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows) === 1;
}

async function addClosure(trx: Transaction<Tables>, row: ClosuresTable): Promise<boolean> {
  const result = await trx
    .insertInto('closures')
    .values(row)
    .onConflict((conflict) => conflict.columns(['library', 'day']).doNothing())
    .executeTakeFirstOrThrow();
  return Number(result.numInsertedOrUpdatedRows) === 1;
}
