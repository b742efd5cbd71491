import type { Kysely } from 'kysely';
import type { Tables } from '../storage/tables/index.ts';

/** Asked anew each time: another process, or the terminal, may have closed a day a moment ago. */

type Db = Kysely<Tables>;

export async function isClosed(db: Db, library: string, day: string): Promise<boolean> {
  const found = await db
    .selectFrom('closures')
    .select('day')
    .where('library', '=', library)
    .where('day', '=', day)
    .executeTakeFirst();
  return found !== undefined;
}

/** Closed ISO days from first to last. */
export async function closedDays(db: Db, library: string, first: string, last: string): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('closures')
    .select('day')
    .where('library', '=', library)
    .where('day', '>=', first)
    .where('day', '<=', last)
    .execute();
  return new Set(rows.map((row) => row.day));
}
