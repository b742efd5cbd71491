import { CompiledQuery, type Kysely, sql } from 'kysely';
import type { Database } from './database.ts';
import { groupCommit } from './group-commit.ts';
import type { Tables } from './tables/index.ts';

/**
 * Every accepted update, written before the platform gets its 200, and taken out when it has been answered.
 * SQL alone, for it must survive. The key (channel, event id) stays for 48 hours after, so that a repeat has no effect.
 */
export type Mailbox = {
  /**
   * Durable when it resolves. Several callers at once share a statement. A key seen before is left out.
   * @returns the entries that were new, in order
   */
  write(letters: readonly Letter[]): Promise<readonly Letter[]>;
  /**
   * The person's oldest letters that are not answered, in order of arrival. `movedTo`: the account that it came from has
   * joined another person since (or was taken apart from this one), and the letter is that person's.
   */
  next(person: string, limit: number): Promise<readonly (Letter & { movedTo?: string })[]>;
  /** Gives a letter to the person whose account it came from. */
  readdress(channel: string, eventId: string, person: string): Promise<void>;
  /** Answered: the payload goes, the key stays. */
  done(channel: string, eventId: string): Promise<void>;
  /** People with letters older than `olderThan` (UTC ms): work that a dead process left behind. */
  waiting(olderThan: number, limit: number): Promise<readonly string[]>;
  /** Drops keys older than 48 hours. */
  sweep(now: number): Promise<void>;
  forget(person: string): Promise<void>;
};

/** `payload` is opaque text, sealed by the caller. `mark`: the keyed hash of the account. `at`: UTC ms. */
export type Letter = { channel: string; eventId: string; person: string; at: number; payload: string; mark?: string };

const KEPT_MS = 48 * 3_600_000;
/** Well below what a statement may bind: 65,535 on PostgreSQL, 32,766 on SQLite. */
const ROWS_A_STATEMENT = 400;
const CALLERS_A_GROUP = 100;
/** Whoever is answered waits for nothing: only their next message does. */
const DONE_GATHERS_MS = 20;
/** To reach the disk costs as much for one as for fifty. */
const BETWEEN_GROUPS_MS = 3;

export function createMailbox(database: Database, clock: { now(): number }): Mailbox {
  const { db } = database;
  const texts = textsFor(db);
  const write = groupCommit(
    (group: readonly (readonly Letter[])[]) => writeGroup(database, texts, group),
    CALLERS_A_GROUP,
    0,
    BETWEEN_GROUPS_MS,
  );
  const next = groupCommit(
    (group: readonly Wanted[]) => readGroup(db, texts, group),
    CALLERS_A_GROUP,
    0,
    BETWEEN_GROUPS_MS,
  );
  const done = groupCommit(
    async (group: readonly Key[]) => {
      await database.together((trx) => markDone(trx, texts, group, clock.now()));
      return group;
    },
    CALLERS_A_GROUP,
    DONE_GATHERS_MS,
  );
  return {
    write: async (letters) => (letters.length === 0 ? [] : write(letters)),
    next: (person, limit) => next({ person, limit }),
    async readdress(channel, eventId, person) {
      await db
        .updateTable('letters')
        .set({ person })
        .where('channel', '=', channel)
        .where('event_id', '=', eventId)
        .where('person', 'is not', null)
        .execute();
    },
    async done(channel, eventId) {
      await done({ channel, eventId });
    },
    async waiting(olderThan, limit) {
      const rows = await db
        .selectFrom('letters')
        .select('person')
        .where('person', 'is not', null)
        .where('at', '<', olderThan)
        .groupBy('person')
        .orderBy('person')
        .limit(limit)
        .$narrowType<{ person: string }>()
        .execute();
      return rows.map((row) => row.person);
    },
    async sweep(now) {
      await db
        .deleteFrom('letters')
        .where('done_at', '<=', now - KEPT_MS)
        .execute();
    },
    async forget(person) {
      await db.updateTable('letters').set(emptied(clock.now())).where('person', '=', person).execute();
    },
  };
}

/** Only of an account that has ever been joined: one that was forgotten and came back anew keeps its old letters apart. */
const ownerNow = sql<string | null>`(
  select identities.person from identities
  where identities.channel = letters.channel and identities.mark = letters.mark
    and exists (
      select 1 from joined_accounts
      where joined_accounts.channel = letters.channel and joined_accounts.mark = letters.mark
    )
)`.as('owner');

type Wanted = { person: string; limit: number };
type Waiting = Letter & { movedTo?: string };

/** One query for all who are about to be answered. */
async function readGroup(
  db: Kysely<Tables>,
  texts: Texts,
  group: readonly Wanted[],
): Promise<readonly (readonly Waiting[])[]> {
  const people = [...new Set(group.map(({ person }) => person))];
  const most = Math.max(...group.map(({ limit }) => limit));
  type Row = Letter & { owner: string | null };
  const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(texts.next(people.length), [...people, most]));
  const of = Map.groupBy(rows, (row) => row.person);
  return group.map(({ person, limit }) =>
    (of.get(person) ?? [])
      .slice(0, limit)
      .map(({ owner, ...letter }) => (owner === null || owner === person ? letter : { ...letter, movedTo: owner })),
  );
}

type Key = { channel: string; eventId: string };

/** What stays of a letter is its key: neither what was said nor by whom. */
const emptied = (now: number) => ({ payload: null, person: null, mark: null, done_at: now });

async function writeGroup(
  database: Database,
  texts: Texts,
  group: readonly (readonly Letter[])[],
): Promise<readonly (readonly Letter[])[]> {
  const firsts = new Map<string, Letter>();
  const keyed = group.map((letters) => letters.map((letter) => ({ letter, key: keyOf(letter) })));
  for (const { letter, key } of keyed.flat()) if (!firsts.has(key)) firsts.set(key, letter);
  const written = await insertAll(database, texts, [...firsts.values()]);
  // The same key may stand twice in a group: only the letter that was written is new.
  return keyed.map((letters) =>
    letters.filter(({ letter, key }) => firsts.get(key) === letter && written.has(key)).map(({ letter }) => letter),
  );
}

async function insertAll(database: Database, texts: Texts, letters: readonly Letter[]): Promise<Set<string>> {
  return database.together(async (trx) => {
    const keys = new Set<string>();
    for (let start = 0; start < letters.length; start += ROWS_A_STATEMENT) {
      for (const key of await insert(trx, texts, letters.slice(start, start + ROWS_A_STATEMENT))) keys.add(key);
    }
    return keys;
  });
}

/** @returns the keys that had not been seen */
async function insert(db: Kysely<Tables>, texts: Texts, letters: readonly Letter[]): Promise<string[]> {
  const values = letters.flatMap(({ channel, eventId, person, payload, mark = null, at }) => {
    return [channel, eventId, person, payload, mark, at];
  });
  const { rows } = await db.executeQuery<Key>(CompiledQuery.raw(texts.insert(letters.length), values));
  return rows.map(keyOf);
}

async function markDone(db: Kysely<Tables>, texts: Texts, keys: readonly Key[], now: number): Promise<void> {
  const { payload, person, mark, done_at } = emptied(now);
  for (const [channel, ofChannel] of Map.groupBy(keys, (key) => key.channel)) {
    const values = [payload, person, mark, done_at, channel, ...ofChannel.map(({ eventId }) => eventId)];
    await db.executeQuery(CompiledQuery.raw(texts.done(ofChannel.length), values));
  }
}

/**
 * The three statements that every message passes through. To write one of them for fifty people takes Kysely longer than the
 * engine takes to carry it out, so each is written once for each number; the values are bound in the order in which they
 * stand here.
 */
type Texts = Record<'insert' | 'next' | 'done', (size: number) => string>;

function textsFor(db: Kysely<Tables>): Texts {
  const last = sql<number>`(select coalesce(max(seq), 0) from letters)`;
  return {
    insert: bySize((size) =>
      db
        .insertInto('letters')
        .values(
          Array.from({ length: size }, (_, index) => ({
            channel: '',
            event_id: '',
            seq: sql<number>`${last} + ${sql.lit(index + 1)}`,
            person: '',
            payload: '',
            mark: '',
            at: 0,
          })),
        )
        .onConflict((conflict) => conflict.columns(['channel', 'event_id']).doNothing())
        .returning(['channel', 'event_id as eventId'])
        .compile(),
    ),
    next: bySize((size) =>
      db
        .with('waiting', (with_) =>
          with_
            .selectFrom('letters')
            .select(['channel', 'event_id as eventId', 'person', 'at', 'payload', 'seq', ownerNow])
            .select((row) =>
              row.fn
                .agg<number>('row_number')
                .over((over) => over.partitionBy('person').orderBy('seq'))
                .as('nth'),
            )
            .where('person', 'in', Array<string>(size).fill('')),
        )
        .selectFrom('waiting')
        .select(['channel', 'eventId', 'person', 'at', 'payload', 'owner'])
        .where('nth', '<=', 0)
        .orderBy('seq')
        .compile(),
    ),
    done: bySize((size) =>
      db
        .updateTable('letters')
        .set(emptied(0))
        .where('person', 'is not', null)
        .where('channel', '=', '')
        .where('event_id', 'in', Array<string>(size).fill(''))
        .compile(),
    ),
  };
}

function bySize(write: (size: number) => { sql: string }): (size: number) => string {
  const known = new Map<number, string>();
  return (size) => {
    const text = known.get(size) ?? write(size).sql;
    known.set(size, text);
    return text;
  };
}

const keyOf = ({ channel, eventId }: Key) => `${channel}\n${eventId}`;
