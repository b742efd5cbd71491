import type { Kysely } from 'kysely';
import type { Tables } from './tables/index.ts';

/** `day`: ISO. `key`: what is counted, such as an article's id; never anything of a person. */
export type Count = { day: string; name: string; key: string };

/** Adds one. `db` may be a transaction. */
export async function addCount(db: Kysely<Tables>, count: Count): Promise<void> {
  await db
    .insertInto('counts')
    .values({ ...count, n: 1 })
    .onConflict((conflict) =>
      conflict.columns(['day', 'name', 'key']).doUpdateSet((row) => ({ n: row('counts.n', '+', 1) })),
    )
    .execute();
}

/** The sums of one name since a day (included), the highest first. */
export async function countsSince(db: Kysely<Tables>, name: string, day: string, limit: number) {
  const rows = await db
    .selectFrom('counts')
    .select((row) => ['key', row.fn.sum<number | string>('n').as('n')])
    .where('name', '=', name)
    .where('day', '>=', day)
    .groupBy('key')
    .orderBy('n', 'desc')
    .orderBy('key')
    .limit(limit)
    .execute();
  // PostgreSQL sums bigints as numeric, which arrives as text.
  return rows.map(({ key, n }) => ({ key, n: Number(n) }));
}
