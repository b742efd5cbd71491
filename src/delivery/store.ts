import type { Insertable, Kysely, Selectable, Transaction } from 'kysely';
import type { Database } from '../storage/database.ts';
import type { Tables } from '../storage/tables/index.ts';
import type { OutboxTable } from '../storage/tables/outbox.ts';

/** The questions and statements of this room. One that takes a `Transaction` must be in one. */

type Db = Kysely<Tables>;
type Trx = Transaction<Tables>;
export type OutboxRow = Selectable<OutboxTable>;

/** Twelve values a row: well below what a statement may bind. */
const ROWS_A_STATEMENT = 400;

/** @returns how many were new */
export async function insertRows(trx: Trx, rows: readonly Insertable<OutboxTable>[]): Promise<number> {
  let added = 0;
  for (let start = 0; start < rows.length; start += ROWS_A_STATEMENT) {
    const result = await trx
      .insertInto('outbox')
      .values(rows.slice(start, start + ROWS_A_STATEMENT))
      .onConflict((conflict) => conflict.column('dedupe').doNothing())
      .executeTakeFirstOrThrow();
    added += Number(result.numInsertedOrUpdatedRows);
  }
  return added;
}

export async function withdrawGroup(trx: Trx, group: string, now: number): Promise<number> {
  const withdrawn = await trx
    .updateTable('outbox')
    .set({ ...free, state: 'withdrawn', payload: null, settled_at: now })
    .where('about', '=', group)
    .where('state', '=', 'waiting')
    .executeTakeFirstOrThrow();
  await trx
    .updateTable('outbox')
    .set({ not_after: 0 })
    .where('about', '=', group)
    .where('state', '=', 'sending')
    .execute();
  return Number(withdrawn.numUpdatedRows);
}

const free = { holder: null, lease_until: null } as const;

export function waitingOf(db: Db, group: string) {
  return db
    .selectFrom('outbox')
    .select(['dedupe', 'due_at as dueAt'])
    .where('about', '=', group)
    .where('state', '=', 'waiting')
    .orderBy('due_at')
    .execute();
}

export async function booksOf(db: Db, group: string) {
  const rows = await db
    .selectFrom('outbox')
    .select((eb) => ['state', 'why', eb.fn.countAll<number | string>().as('n')])
    .where('about', '=', group)
    .groupBy(['state', 'why'])
    .execute();
  const books = { waiting: 0, sending: 0, sent: 0, uncertain: 0, withdrawn: 0, failed: {} as Record<string, number> };
  for (const { state, why, n } of rows) {
    if (state === 'failed') books.failed[why ?? 'unknown'] = Number(n);
    else books[state] += Number(n);
  }
  return books;
}

export function arrivedAfter(db: Db, group: string, after: string, limit: number) {
  return db
    .selectFrom('outbox')
    .select(['id', 'person', 'channel', 'receipt'])
    .where('about', '=', group)
    .where('state', 'in', ['sent', 'uncertain'])
    .where('person', '!=', '')
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
}

export async function deleteOf(db: Db, person: string): Promise<void> {
  await db.deleteFrom('outbox').where('person', '=', person).execute();
}

export async function deleteSettled(db: Db, before: number): Promise<void> {
  await db.deleteFrom('outbox').where('settled_at', '<', before).execute();
}

/** Whose hands, and how long they may hold: UTC ms. */
export type Lease = { holder: string; now: number; until: number };

/**
 * Takes due rows of one priority into hand, the longest due first. One statement: on PostgreSQL dispatchers skip what
 * another is just taking, on SQLite the write lock is taken at once.
 */
export async function claimRows(
  { db, engine }: Database,
  priority: number,
  limit: number,
  { holder, now, until }: Lease,
): Promise<OutboxRow[]> {
  const rows = await db
    .with('due', (cte) =>
      cte
        .selectFrom('outbox')
        .select('id')
        .where('state', '=', 'waiting')
        .where('priority', '=', priority)
        .where('due_at', '<=', now)
        .where((where) => where.or([where('lease_until', 'is', null), where('lease_until', '<=', now)]))
        .orderBy('due_at')
        .orderBy('id')
        .limit(limit)
        .$if(engine === 'postgres', (query) => query.forUpdate().skipLocked()),
    )
    .updateTable('outbox')
    .set({ holder, lease_until: until })
    .where('id', 'in', (where) => where.selectFrom('due').select('due.id'))
    .returningAll()
    .execute();
  return rows.sort((a, b) => a.due_at - b.due_at || (a.id < b.id ? -1 : 1));
}

/**
 * Marks rows as being sent: from here on nobody can say that they have not been.
 * @returns which of them were still to be sent by this holder: neither withdrawn, forgotten, nor somebody else's by now
 */
export async function markSending(db: Db, ids: readonly string[], { holder, now, until }: Lease): Promise<string[]> {
  const rows = await db
    .updateTable('outbox')
    .set((eb) => ({ state: 'sending' as const, attempts: eb('attempts', '+', 1), lease_until: until }))
    .where('id', 'in', ids)
    .where('holder', '=', holder)
    .where('state', '=', 'waiting')
    .where('lease_until', '>', now)
    .returning('id')
    .execute();
  return rows.map((row) => row.id);
}

export type End = { state: 'sent' | 'failed' | 'uncertain' | 'withdrawn'; why: string | null };

/** The books: what became of rows that this holder has in hand. Their payload goes. */
export async function settleRows(db: Db, ids: readonly string[], end: End, { holder, now }: Lease): Promise<void> {
  await db
    .updateTable('outbox')
    .set({ ...free, ...end, payload: null, settled_at: now })
    .where('id', 'in', ids)
    .where('holder', '=', holder)
    .where('state', 'in', ['waiting', 'sending'])
    .execute();
}

/** Lets go of a row that is to be tried again. `unsure`: this try may have arrived. */
export async function putBack(
  db: Db,
  id: string,
  { dueAt, unsure }: { dueAt: number; unsure: boolean },
  { holder }: Lease,
): Promise<void> {
  await db
    .updateTable('outbox')
    .set((eb) => ({
      ...free,
      state: 'waiting' as const,
      due_at: dueAt,
      unsure: unsure ? eb('unsure', '+', 1) : eb.ref('unsure'),
    }))
    .where('id', '=', id)
    .where('holder', '=', holder)
    .where('state', 'in', ['waiting', 'sending'])
    .execute();
}

/** Lets go of rows that have not been touched. */
export async function letGo(db: Db, ids: readonly string[], { holder }: Lease): Promise<void> {
  await db
    .updateTable('outbox')
    .set(free)
    .where('id', 'in', ids)
    .where('holder', '=', holder)
    .where('state', '=', 'waiting')
    .execute();
}

/** What a dead dispatcher left: marked, and its lease over. With `alone` nobody else lives, so every lease is over. */
export function abandonedRows(db: Db, now: number, alone: boolean, limit: number): Promise<OutboxRow[]> {
  return db
    .selectFrom('outbox')
    .selectAll()
    .where('state', '=', 'sending')
    .$if(!alone, (query) => query.where('lease_until', '<=', now))
    .orderBy('due_at')
    .limit(limit)
    .execute();
}

/**
 * Takes an abandoned row over: to be tried again, or settled as uncertain.
 * @returns false when another dispatcher was quicker, or its holder is alive after all
 */
export async function takeOver(
  db: Db,
  row: OutboxRow,
  fate: { again: boolean; dueAt: number; now: number },
): Promise<boolean> {
  const change = fate.again
    ? ({ state: 'waiting', due_at: fate.dueAt, unsure: row.unsure + 1 } as const)
    : ({ state: 'uncertain', payload: null, settled_at: fate.now } as const);
  const result = await db
    .updateTable('outbox')
    .set({ ...free, ...change })
    .where('id', '=', row.id)
    .where('state', '=', 'sending')
    .where('attempts', '=', row.attempts)
    .executeTakeFirstOrThrow();
  return Number(result.numUpdatedRows) === 1;
}

/** With nobody else alive: what was leased but not marked is free. */
export async function freeAll(db: Db): Promise<void> {
  await db.updateTable('outbox').set(free).where('state', '=', 'waiting').where('holder', 'is not', null).execute();
}
