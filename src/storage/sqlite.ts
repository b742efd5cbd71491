import { closeSync, fdatasync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { promisify } from 'node:util';
import {
  type DatabaseConnection,
  type DialectAdapter,
  type Driver,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';

/**
 * `node:sqlite` in the shape of Kysely's SqliteDialect. One connection: transactions queue for it.
 * What was committed has reached the disk when the caller is told, what was deleted is overwritten (`secure_delete`).
 *
 * SQLite itself would wait for the disk in this thread, and nobody would be served meanwhile. So it only writes its log
 * (`synchronous=normal`: the log is synced before anything of it moves to the database file, and what a power cut tears
 * off its end is whole transactions), the log is synced in another thread, and until that is done nobody is told
 * what they have written, or read of what others wrote.
 */
export function openSqlite(file: string): SqliteDialect {
  const connection = new DatabaseSync(file, { timeout: 5_000, enableForeignKeyConstraints: true });
  const mode = connection.prepare('pragma journal_mode = wal').get()?.journal_mode;
  // A file system that can't have a log, and a database in memory, go by SQLite's own means.
  const log = mode === 'wal' ? createLog(`${file}-wal`) : null;
  connection.exec(`pragma synchronous = ${log ? 'normal' : 'full'}; pragma secure_delete = on;`);
  connection.exec('pragma cache_size = -16000; pragma temp_store = memory;');
  return new Dialect(adapt(connection, log), log);
}

/** The write-ahead log, as far as it is on the disk. */
type Log = {
  /** Something was committed. */
  grown(): void;
  /** Resolves when all that was committed before is on the disk. @throws the system's error */
  settled(): Promise<void>;
  close(): void;
};

function createLog(file: string): Log {
  const sync = promisify(fdatasync);
  let descriptor: number | null = null;
  let commits = 0;
  let onDisk = 0;
  let syncing: Promise<void> | null = null;

  async function syncOnce(): Promise<void> {
    const upTo = commits;
    // It is there since the first commit, and stays the same file for as long as a connection is open.
    descriptor ??= openSync(file, 'r+');
    await sync(descriptor);
    onDisk = upTo;
  }

  return {
    grown() {
      commits += 1;
    },
    async settled() {
      const wanted = commits;
      while (onDisk < wanted) {
        syncing ??= syncOnce().finally(() => {
          syncing = null;
        });
        await syncing;
      }
    },
    close() {
      if (descriptor !== null) closeSync(descriptor);
      descriptor = null;
    },
  };
}

class Dialect extends SqliteDialect {
  readonly #database: SqliteDatabase;
  readonly #log: Log | null;
  constructor(database: SqliteDatabase, log: Log | null) {
    super({ database });
    this.#database = database;
    this.#log = log;
  }
  override createAdapter(): DialectAdapter {
    return new Adapter();
  }
  override createDriver(): Driver {
    return new OneConnection(this.#database, this.#log);
  }
}

/** Lends the connection to one after another. Whoever gives it back lets the next one begin, and then waits for the disk. */
class OneConnection extends SqliteDriver {
  readonly #log: Log | null;
  readonly #waiting: (() => void)[] = [];
  #lent = false;
  constructor(database: SqliteDatabase, log: Log | null) {
    super({ database });
    this.#log = log;
  }
  override async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#lent) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#lent = true;
    return super.acquireConnection();
  }
  override async releaseConnection(): Promise<void> {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#lent = false;
    await this.#log?.settled();
  }
  override async destroy(): Promise<void> {
    await super.destroy();
    this.#log?.close();
  }
}

/** SQLite's schema changes are transactional: a migration that dies half way leaves nothing behind. */
class Adapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
  /** The driver queues by itself, see OneConnection. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

const CACHED_STATEMENTS = 500;

function adapt(connection: DatabaseSync, log: Log | null): SqliteDatabase {
  const cache = new Map<string, SqliteStatement>();
  return {
    close: () => {
      cache.clear();
      connection.close();
    },
    prepare(sql) {
      // A deferred transaction that reads before it writes fails when another process has written in between.
      if (sql === 'begin') return this.prepare('begin immediate');
      const known = cache.get(sql);
      if (known) {
        cache.delete(sql);
        cache.set(sql, known);
        return known;
      }
      const made = statement(connection, sql, log);
      cache.set(sql, made);
      if (cache.size > CACHED_STATEMENTS) cache.delete(cache.keys().next().value as string);
      return made;
    },
  };
}

/** Leaves the database as it is; all else may have committed something once no transaction is open any more. */
const CHANGES_NOTHING =
  /^\s*(?:(?:select|pragma|explain|begin|savepoint|rollback)\b|with\b(?![\s\S]*\b(?:insert|update|delete|replace)\b))/i;

function statement(connection: DatabaseSync, sql: string, log: Log | null): SqliteStatement {
  const prepared: StatementSync = connection.prepare(sql);
  const noted =
    log === null || CHANGES_NOTHING.test(sql)
      ? <T>(result: T): T => result
      : <T>(result: T): T => {
          if (!connection.isTransaction) log.grown();
          return result;
        };
  return {
    reader: prepared.columns().length > 0,
    all: (parameters) => noted(prepared.all(...(parameters as SQLInputValue[]))),
    run: (parameters) => noted(prepared.run(...(parameters as SQLInputValue[]))),
    iterate: (parameters) => prepared.iterate(...(parameters as SQLInputValue[])),
  };
}
