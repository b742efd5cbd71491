import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { DatabaseConfig } from './database.ts';

/** Another process serves the same data, and without Redis the two could not take turns. */
export class NotAlone extends Error {
  override readonly name = 'NotAlone';
}

/**
 * Without Redis one process holds all leases in its memory, so a second one must not start. The hold is a lock of the
 * operating system or of PostgreSQL: it ends with the process, however that ends.
 * @returns lets go
 * @throws NotAlone
 */
export async function holdAlone(config: DatabaseConfig): Promise<() => Promise<void>> {
  if (config.kind === 'postgres') return holdPostgres(config.url);
  if (config.file === ':memory:') return async () => undefined;
  mkdirSync(dirname(config.file), { recursive: true });
  const lock = new DatabaseSync(join(dirname(config.file), 'vistka.lock'));
  try {
    lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch {
    lock.close();
    throw new NotAlone('another process of Vistka uses this data directory; stop it, or give both REDIS_URL');
  }
  return async () => lock.close();
}

/** "vistka" as a number: the key of PostgreSQL's advisory lock. */
const advisoryKey = 0x76_69_73_74;

async function holdPostgres(url: string): Promise<() => Promise<void>> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, keepAlive: true });
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query('select pg_try_advisory_lock($1) as held', [advisoryKey]);
  if (rows[0]?.held !== true) {
    await client.end();
    throw new NotAlone('another process of Vistka uses this database; stop it, or give both REDIS_URL');
  }
  return () => client.end();
}
