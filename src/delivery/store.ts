import { type Insertable, type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { Database } from '../storage/database.ts';
import type { Tables } from '../storage/tables/index.ts';
import type { OutboxTable } from '../storage/tables/outbox.ts';

/** The questions and statements of this room. One that takes a `Transaction` must be in one. */

type Db = Kysely<Tables>;
type Trx = Transaction<Tables>;
export type OutboxRow = Selectable<OutboxTable>;

/** Of the sizes tried the quickest on SQLite: 36 µs a row, where 400 a statement take 46. */
const ROWS_A_STATEMENT = 100;

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

/** Two looks into the index. */
export async function isGroupOpen(db: Db, group: string): Promise<boolean> {
  for (const state of ['waiting', 'sending'] as const) {
    const found = await db
      .selectFrom('outbox')
      .select('id')
      .where('about', '=', group)
      .where('state', '=', state)
      .limit(1)
      .executeTakeFirst();
    if (found) return true;
  }
  return false;
}

/** Marked, or claimed under a lease that holds: its words may have been made already. */
export async function isGroupInHand(db: Db, group: string, now: number): Promise<boolean> {
  const found = await db
    .selectFrom('outbox')
    .select('id')
    .where('about', '=', group)
    .where((where) =>
      where.or([
        where('state', '=', 'sending'),
        where.and([where('state', '=', 'waiting'), where('lease_until', '>', now)]),
      ]),
    )
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

/** Counted from the index alone; the rows themselves are read for reasons only, and few have one. */
export async function booksOf(db: Db, group: string) {
  const { rows } = await sql<{ state: OutboxRow['state']; why: string | null; n: number | string }>`
    select state, null as why, count(*) as n from outbox
    where about = ${group} and state in ('waiting', 'sending', 'sent', 'uncertain', 'withdrawn') group by state
    union all
    select state, why, count(*) as n from outbox where about = ${group} and state = 'failed' group by state, why
  `.execute(db);
  const books = { waiting: 0, sending: 0, sent: 0, uncertain: 0, withdrawn: 0, failed: {} as Record<string, number> };
  for (const { state, why, n } of rows) {
    if (state === 'failed') books.failed[why ?? 'unknown'] = Number(n);
    else books[state] += Number(n);
  }
  return books;
}

/** In an order that the index has: those that surely arrived first. The place of one that was settled never changes. */
export async function arrivedAfter(db: Db, group: string, after: string, limit: number) {
  const last =
    after === ''
      ? undefined
      : await db.selectFrom('outbox').select(['state', 'due_at', 'id']).where('id', '=', after).executeTakeFirst();
  const page = (state: 'sent' | 'uncertain', most: number) =>
    db
      .selectFrom('outbox')
      .select(['id', 'person', 'channel', 'receipt'])
      .where('about', '=', group)
      .where('state', '=', state)
      .where('person', '!=', '')
      .$if(last?.state === state, (query) =>
        query.where(sql<boolean>`(due_at, id) > (${last?.due_at ?? 0}, ${last?.id ?? ''})`),
      )
      .orderBy('due_at')
      .orderBy('id')
      .limit(most)
      .execute();
  const sent = last?.state === 'uncertain' ? [] : await page('sent', limit);
  if (sent.length === limit) return sent;
  return [...sent, ...(await page('uncertain', limit - sent.length))];
}

export async function deleteOf(db: Db, person: string): Promise<void> {
  await db.deleteFrom('outbox').where('person', '=', person).where('kind', '!=', 'announcement').execute();
}

/**
 * What was announced to somebody is counted all the same, and leads to nobody any more. What waits is withdrawn; what is
 * just being sent is not tried again.
 */
export async function makeAnonymous(db: Db, person: string, now: number): Promise<void> {
  await db
    .updateTable('outbox')
    .set({ ...free, state: 'withdrawn', why: forgotten, settled_at: now })
    .where('person', '=', person)
    .where('kind', '=', 'announcement')
    .where('state', '=', 'waiting')
    .execute();
  await db
    .updateTable('outbox')
    .set((eb) => ({
      person: '',
      payload: null,
      receipt: null,
      dedupe: sql<string>`'forgotten:' || id`,
      not_after: eb.case().when('state', '=', 'sending').then(sql<number>`0`).else(eb.ref('not_after')).end(),
    }))
    .where('person', '=', person)
    .where('kind', '=', 'announcement')
    .execute();
}

const DELETED_AT_ONCE = 500;

/** Little by little, so that nobody waits for it. What is still being told stays whole: its books are counted at the end. */
export async function deleteSettled(db: Db, before: number): Promise<void> {
  const over = ['done', 'recalled', 'dropped'] as const;
  const open = await db.selectFrom('announcements').select('id').where('state', 'not in', over).execute();
  const groups = open.map(({ id }) => `announcement:${id}`);
  for (;;) {
    const deleted = await db
      .deleteFrom('outbox')
      .where('id', 'in', (where) =>
        where
          .selectFrom('outbox')
          .select('id')
          .where('settled_at', '<', before)
          .$if(groups.length > 0, (query) =>
            query.where((or) => or.or([or('about', 'is', null), or('about', 'not in', groups)])),
          )
          .limit(DELETED_AT_ONCE),
      )
      .executeTakeFirstOrThrow();
    if (Number(deleted.numDeletedRows) < DELETED_AT_ONCE) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Of these people, who has a message of this group already. Found by person: a group may be everybody. */
export async function peopleIn(trx: Trx, group: string, people: readonly string[]): Promise<string[]> {
  const rows = await trx
    .selectFrom('outbox')
    .select(['person', 'about'])
    .where('person', 'in', people)
    .where('kind', '=', 'announcement')
    .execute();
  return rows.filter((row) => row.about === group).map((row) => row.person);
}

/** It has reached them, may have, or will. */
const COUNTED: readonly OutboxRow['state'][] = ['waiting', 'sending', 'sent', 'uncertain'];

/**
 * Moves a person's messages to another person. Of an announcement that both would get one is enough: the other one, if it
 * still waits, is withdrawn.
 * @returns the ids of what has moved
 */
export async function moveRows(trx: Trx, from: string, into: string): Promise<string[]> {
  const moved = await trx
    .updateTable('outbox')
    .set({ person: into })
    .where('person', '=', from)
    .returning(['id', 'kind', 'about', 'state'])
    .execute();
  const announced = moved.filter(({ kind, state }) => kind === 'announcement' && COUNTED.includes(state));
  for (const { id, about, state } of announced) {
    if (about === null) continue;
    const all = await trx.selectFrom('outbox').select(['id', 'state', 'about']).where('person', '=', into).execute();
    const others = all.filter((row) => row.about === about && row.id !== id && COUNTED.includes(row.state));
    if (others.length === 0) continue;
    const waiting = others.filter((other) => other.state === 'waiting').map((other) => other.id);
    const twice = state === 'waiting' ? [id] : waiting;
    if (twice.length === 0) continue;
    await trx
      .updateTable('outbox')
      .set((eb) => ({ ...free, state: 'withdrawn', why: 'twice', payload: null, settled_at: eb.ref('due_at') }))
      .where('id', 'in', twice)
      .where('state', '=', 'waiting')
      .execute();
  }
  return moved.map((row) => row.id);
}

/** Whose hands, and how long they may hold: UTC ms. */
export type Lease = { holder: string; now: number; until: number };

/**
 * Takes due rows of one priority or one group into hand, the longest due first. One statement: on PostgreSQL dispatchers skip what
 * another is just taking, on SQLite the write lock is taken at once.
 */
export async function claimRows(
  { db, engine }: Database,
  which: { priority: number } | { group: string },
  limit: number,
  { holder, now, until }: Lease,
): Promise<OutboxRow[]> {
  const rows = await db
    .with('due', (cte) =>
      cte
        .selectFrom('outbox')
        .select('id')
        .where('state', '=', 'waiting')
        .$if('priority' in which, (query) => query.where('priority', '=', 'priority' in which ? which.priority : 0))
        .$if('group' in which, (query) => query.where('about', '=', 'group' in which ? which.group : ''))
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

/** Is a row that this holder has marked neither withdrawn, forgotten, nor somebody else's since? */
export async function isStillWanted(db: Db, id: string, holder: string): Promise<boolean> {
  const found = await db
    .selectFrom('outbox')
    .select('id')
    .where('id', '=', id)
    .where('holder', '=', holder)
    .where('state', '=', 'sending')
    .where('not_after', '>', 0)
    .executeTakeFirst();
  return found !== undefined;
}

/**
 * Somebody has said otherwise: announcements to them that are in hand, but have not gone out, are looked at anew. `alsoMarked`:
 * one that waits for its turn already does not go out any more either.
 */
export async function takeFromHands(db: Db, person: string, { alsoMarked }: { alsoMarked: boolean }): Promise<void> {
  await db
    .updateTable('outbox')
    .set(free)
    .where('person', '=', person)
    .where('kind', '=', 'announcement')
    .where('state', '=', 'waiting')
    .where('holder', 'is not', null)
    .execute();
  if (!alsoMarked) return;
  await db
    .updateTable('outbox')
    .set({ not_after: 0 })
    .where('person', '=', person)
    .where('kind', '=', 'announcement')
    .where('state', '=', 'sending')
    .execute();
}

export type End = {
  state: 'sent' | 'failed' | 'uncertain' | 'withdrawn';
  why: string | null;
  /** Where it was, or would have been, said. */
  channel?: string;
};

/** The books: what became of rows that this holder has in hand. Their payload goes. */
export async function settleRows(db: Db, ids: readonly string[], end: End, { holder, now }: Lease): Promise<void> {
  if (ids.length === 0) return;
  await db
    .updateTable('outbox')
    .set({ ...free, ...end, payload: null, settled_at: now })
    .where('id', 'in', ids)
    .where('holder', '=', holder)
    .where('state', 'in', ['waiting', 'sending'])
    .execute();
}

/** The same for rows that were sent, with what names each of them there. Of who was forgotten meanwhile nothing is kept. */
export async function settleSent(
  db: Db,
  rows: readonly { id: string; receipt: string | null }[],
  channel: string,
  { holder, now }: Lease,
): Promise<void> {
  if (rows.length === 0) return;
  const values = rows.map(({ id, receipt }) => sql`(cast(${id} as text), cast(${receipt} as text))`);
  await sql`
    with given(id, receipt) as (values ${sql.join(values)})
    update outbox set state = 'sent', why = null, payload = null, holder = null, lease_until = null,
      settled_at = ${now}, channel = ${channel},
      receipt = case when person = '' then null else given.receipt end
    from given
    where outbox.id = given.id and outbox.id in (${idsOf(rows)})
      and holder = ${holder} and state in ('waiting', 'sending')`.execute(db);
}

/** Lets go of a row that is to be tried again. `unsure`: this try may have arrived. */
export function putBack(
  db: Db,
  id: string,
  { dueAt, unsure }: { dueAt: number; unsure: boolean },
  lease: Lease,
): Promise<void> {
  return putAllBack(db, [{ id, dueAt }], { unsure, keep: false }, lease);
}

/**
 * Rows that surely were not sent, or may be sent again, wait once more. What was withdrawn while it was being sent does not.
 * `keep`: they stay in this holder's hands.
 */
export async function putAllBack(
  db: Db,
  rows: readonly { id: string; dueAt: number }[],
  { unsure, keep }: { unsure: boolean; keep: boolean },
  { holder, now }: Lease,
): Promise<void> {
  if (rows.length === 0) return;
  const values = rows.map(({ id, dueAt }) => sql`(cast(${id} as text), cast(${dueAt} as bigint))`);
  const unlessWithdrawn = (there: ReturnType<typeof sql>, type: 'text' | 'bigint') =>
    sql`case when not_after = 0 then null else cast(${there} as ${sql.raw(type)}) end`;
  await sql`
    with given(id, due_at) as (values ${sql.join(values)})
    update outbox set
      state = case when not_after = 0 then 'withdrawn' else 'waiting' end,
      why = case when not_after = 0 and person = '' then ${forgotten} else why end,
      settled_at = case when not_after = 0 then cast(${now} as bigint) else null end,
      payload = ${unlessWithdrawn(sql`payload`, 'text')},
      due_at = given.due_at,
      unsure = unsure + ${unsure ? sql`1` : sql`0`},
      holder = ${keep ? unlessWithdrawn(sql`holder`, 'text') : sql`null`},
      lease_until = ${keep ? unlessWithdrawn(sql`lease_until`, 'bigint') : sql`null`}
    from given
    where outbox.id = given.id and outbox.id in (${idsOf(rows)})
      and holder = ${holder} and state in ('waiting', 'sending')`.execute(db);
}

/** Written out, or SQLite reads all that wait to find a few of them. */
function idsOf(rows: readonly { id: string }[]) {
  return sql.join(rows.map(({ id }) => id));
}

const forgotten = 'forgotten';

/** Lets go of rows that have not been touched. */
export async function letGo(db: Db, ids: readonly string[], { holder }: Lease): Promise<void> {
  if (ids.length === 0) return;
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

/** Takes an abandoned row over, to be tried again; unless another process was quicker, or its holder is alive after all. */
export async function takeOver(db: Db, row: OutboxRow, now: number): Promise<void> {
  await db
    .updateTable('outbox')
    .set({ ...free, state: 'waiting', due_at: now, unsure: row.unsure + 1 })
    .where('id', '=', row.id)
    .where('state', '=', 'sending')
    .where('attempts', '=', row.attempts)
    .execute();
}

/**
 * The same for rows that must not be said twice: they may have arrived.
 * @returns those that were settled
 */
export async function takeOverUncertain(db: Db, ids: readonly string[], alone: boolean, now: number) {
  if (ids.length === 0) return [];
  return db
    .updateTable('outbox')
    .set({ ...free, state: 'uncertain', payload: null, settled_at: now })
    .where('id', 'in', ids)
    .where('state', '=', 'sending')
    .$if(!alone, (query) => query.where('lease_until', '<=', now))
    .returning('kind')
    .execute();
}

/** With nobody else alive: what was leased but not marked is free. */
export async function freeAll(db: Db): Promise<void> {
  await db.updateTable('outbox').set(free).where('state', '=', 'waiting').where('holder', 'is not', null).execute();
}
