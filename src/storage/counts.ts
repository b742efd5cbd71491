import type { Kysely } from 'kysely';
import type { Tables } from './tables/index.ts';

/** `day`: ISO. `key`: what is counted, such as an article's id; never anything of a person. */
export type Count = { day: string; name: string; key: string };

/** Adds one. `db` may be a transaction. */
export function addCount(db: Kysely<Tables>, count: Count): Promise<void> {
  return addCounts(db, [count]);
}

/** Adds one for each. In one order everywhere, so that two processes never wait for each other crosswise. */
export async function addCounts(db: Kysely<Tables>, counts: readonly Count[]): Promise<void> {
  if (counts.length === 0) return;
  const same = Map.groupBy(counts, ({ day, name, key }) => `${day}\n${name}\n${key}`);
  const rows = [...same].toSorted(([a], [b]) => (a < b ? -1 : 1));
  await db
    .insertInto('counts')
    .values(rows.map(([, [first, ...more]]) => ({ ...(first as Count), n: 1 + more.length })))
    .onConflict((conflict) =>
      conflict
        .columns(['day', 'name', 'key'])
        .doUpdateSet((row) => ({ n: row('counts.n', '+', row.ref('excluded.n')) })),
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
