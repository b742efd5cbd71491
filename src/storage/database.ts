import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { CompiledQuery, Kysely, PostgresDialect, type Transaction } from 'kysely';
import { Migrator } from 'kysely/migration';
import type pg from 'pg';
import { groupCommit } from './group-commit.ts';
import { migrations } from './migrations/index.ts';
import { openSqlite } from './sqlite.ts';
import type { Tables } from './tables/index.ts';

/**
 * One schema on two engines. Instants are UTC epoch milliseconds in `bigint` columns, ids UUIDv7 text, JSON text, yes
 * and no are 1 and 0: nothing that only one of the engines has.
 */
export type Database = {
  readonly db: Kysely<Tables>;
  readonly engine: 'sqlite' | 'postgres';
  /**
   * Runs `fn` in one transaction that sees no other half done: IMMEDIATE on SQLite, where transactions queue for the
   * one connection, SERIALIZABLE on PostgreSQL. There `fn` may run several times (a conflict rolls back what it wrote),
   * so nothing but SQL may happen in it. Inside, use `trx` alone: a query on `db` would wait for its own transaction.
   * @throws whatever `fn` throws, after rolling back
   */
  transaction<T>(fn: (trx: Transaction<Tables>) => Promise<T>): Promise<T>;
  /**
   * For short writes that many people cause at the same moment, and that decide nothing by what they read. On SQLite those
   * that wait share a transaction, for reaching the disk is the dear part; one that fails takes back only its own. On
   * PostgreSQL, which gathers commits by itself, each has its own (READ COMMITTED). Resolves after the commit.
   * @throws whatever `fn` throws, after rolling back
   */
  together<T>(fn: (trx: Transaction<Tables>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

export type DatabaseConfig =
  /** `file`: made when absent, with its folder; `:memory:` keeps nothing. */
  { kind: 'sqlite'; file: string } | { kind: 'postgres'; url: string };

/**
 * Opens the database and brings its schema up to date. Safe when several processes do so at once.
 * @throws when it can't be reached, or was written by a newer program
 */
export async function openDatabase(config: DatabaseConfig): Promise<Database> {
  const database = config.kind === 'sqlite' ? sqlite(config.file) : await postgres(config.url);
  try {
    await migrate(database.db);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

function sqlite(file: string): Database {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  const db = new Kysely<Tables>({ dialect: openSqlite(file) });
  return {
    db,
    engine: 'sqlite',
    transaction: (fn) => db.transaction().execute(fn),
    together: sharing(db),
    close: () => db.destroy(),
  };
}

type Job = (trx: Transaction<Tables>) => Promise<unknown>;
type Ended = { result: unknown } | { error: unknown };

const JOBS_A_TRANSACTION = 100;

function sharing(db: Kysely<Tables>): Database['together'] {
  const run = groupCommit(
    (jobs: readonly Job[]) =>
      db.transaction().execute(async (trx) => {
        const ended: Ended[] = [];
        for (const job of jobs) ended.push(await apart(trx, job));
        return ended;
      }),
    JOBS_A_TRANSACTION,
  );
  return async <T>(fn: (trx: Transaction<Tables>) => Promise<T>): Promise<T> => {
    const ended = await run(fn);
    if ('error' in ended) throw ended.error;
    return ended.result as T;
  };
}

const [BEGIN_JOB, UNDO_JOB, END_JOB] = ['savepoint job', 'rollback to savepoint job', 'release savepoint job'].map(
  (text) => CompiledQuery.raw(text),
) as [CompiledQuery, CompiledQuery, CompiledQuery];

async function apart(trx: Transaction<Tables>, job: Job): Promise<Ended> {
  await trx.executeQuery(BEGIN_JOB);
  let ended: Ended;
  try {
    ended = { result: await job(trx) };
  } catch (error) {
    ended = { error };
    await trx.executeQuery(UNDO_JOB);
  }
  await trx.executeQuery(END_JOB);
  return ended;
}

async function postgres(url: string): Promise<Database> {
  // Loaded where it is used: most deployments have no PostgreSQL.
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 5_000,
    // A half-open connection must not hold a person's turn for ever.
    query_timeout: 30_000,
    keepAlive: true,
    types: { getTypeParser: numbersFor(pg) },
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {});
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    db,
    engine: 'postgres',
    transaction: (fn) => serializable(db, fn),
    together: (fn) => db.transaction().execute(fn),
    close: () => db.destroy(),
  };
}

/** `bigint` comes back as a number, as SQLite gives it: our instants and counts stay far below 2^53. */
function numbersFor({ types }: typeof pg): typeof pg.types.getTypeParser {
  return (oid: number, format?: 'text' | 'binary') =>
    oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format);
}

const ATTEMPTS = 12;

async function serializable<T>(db: Kysely<Tables>, fn: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().setIsolationLevel('serializable').execute(fn);
    } catch (error) {
      if (attempt === ATTEMPTS || !isConflict(error)) throw error;
      // Chance keeps two that collided from colliding again.
      await wait(Math.random() * 2 ** Math.min(attempt, 8));
    }
  }
}

/** serialization_failure or deadlock_detected (PostgreSQL, appendix A: error codes). */
function isConflict(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === '40001' || code === '40P01';
}

async function migrate(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}
