import type { Kysely, Transaction } from 'kysely';
import type { Tables } from './tables/index.ts';

const KEPT_MS = 7 * 24 * 3_600_000;

/**
 * To be asked in the transaction that carries the effect out, so that both happen or neither.
 * @param id `eventId:index`
 * @returns true the first time
 */
export async function once(trx: Transaction<Tables>, id: string, now: number): Promise<boolean> {
  return (await firstTimes(trx, [id], now)).has(id);
}

/** `once` for many. @returns those ids that were not there yet */
export async function firstTimes(trx: Transaction<Tables>, ids: readonly string[], now: number): Promise<Set<string>> {
  const added = await trx
    .insertInto('done_effects')
    .values(ids.toSorted().map((id) => ({ id, at: now })))
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .execute();
  return new Set(added.map(({ id }) => id));
}

/** Drops ids older than 7 days: no platform repeats an update so late. */
export async function sweepEffects(db: Kysely<Tables>, now: number): Promise<void> {
  await db
    .deleteFrom('done_effects')
    .where('at', '<=', now - KEPT_MS)
    .execute();
}
