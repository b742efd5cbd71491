import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type DialectAdapter, SqliteAdapter, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';

/**
 * `node:sqlite` in the shape of Kysely's SqliteDialect. One connection: Kysely queues transactions for it.
 * What was committed has reached the disk (`synchronous=full`), what was deleted is overwritten (`secure_delete`).
 */
export function openSqlite(file: string): SqliteDialect {
  const connection = new DatabaseSync(file, { timeout: 5_000, enableForeignKeyConstraints: true });
  connection.exec('pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on;');
  connection.exec('pragma cache_size = -16000; pragma temp_store = memory;');
  return new Dialect({ database: adapt(connection) });
}

class Dialect extends SqliteDialect {
  override createAdapter(): DialectAdapter {
    return new Adapter();
  }
}

/** SQLite's schema changes are transactional: a migration that dies half way leaves nothing behind. */
class Adapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

const CACHED_STATEMENTS = 500;

function adapt(connection: DatabaseSync): SqliteDatabase {
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
      const made = statement(connection.prepare(sql));
      cache.set(sql, made);
      if (cache.size > CACHED_STATEMENTS) cache.delete(cache.keys().next().value as string);
      return made;
    },
  };
}

function statement(prepared: StatementSync): SqliteStatement {
  return {
    reader: prepared.columns().length > 0,
    all: (parameters) => prepared.all(...(parameters as SQLInputValue[])),
    run: (parameters) => prepared.run(...(parameters as SQLInputValue[])),
    iterate: (parameters) => prepared.iterate(...(parameters as SQLInputValue[])),
  };
}
