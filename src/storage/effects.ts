import { CompiledQuery, type Kysely, type Transaction } from 'kysely';
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
  const values = ids.toSorted().flatMap((id) => [id, now]);
  const { rows } = await trx.executeQuery<{ id: string }>(CompiledQuery.raw(textFor(trx, ids.length), values));
  return new Set(rows.map(({ id }) => id));
}

/** Nearly every turn has an effect: as in mailbox.ts, the statement is written once for each number of them. */
function textFor(trx: Transaction<Tables>, count: number): string {
  const { adapter } = trx.getExecutor();
  const known = texts.get(adapter) ?? new Map<number, string>();
  texts.set(adapter, known);
  const text = known.get(count) ?? write(trx, count);
  if (known.size < MOST_TEXTS) known.set(count, text);
  return text;
}

const MOST_TEXTS = 500;
/** By the database they are written for. */
const texts = new WeakMap<object, Map<number, string>>();

function write(trx: Transaction<Tables>, count: number): string {
  const { sql } = trx
    .insertInto('done_effects')
    .values(Array.from({ length: count }, () => ({ id: '', at: 0 })))
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .compile();
  return sql;
}

/** Drops ids older than 7 days: no platform repeats an update so late. */
export async function sweepEffects(db: Kysely<Tables>, now: number): Promise<void> {
  await db
    .deleteFrom('done_effects')
    .where('at', '<=', now - KEPT_MS)
    .execute();
}
