import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { type Database, type DatabaseConfig, openDatabase } from '../src/storage/database.ts';

/** Both SQL engines as data: `describe.each(engines)('…', (engine) => …)`. */
export const engines = ['sqlite', 'postgres'] as const;
export type Engine = (typeof engines)[number];

/** A new, empty, migrated database. `config` opens it once more, as another process would. */
export async function freshDatabase(
  engine: Engine,
): Promise<{ database: Database; config: DatabaseConfig; drop(): Promise<void> }> {
  const { config, drop } = await (engine === 'sqlite' ? emptyFile() : emptyPostgres());
  const database = await openDatabase(config);
  return {
    database,
    config,
    async drop() {
      await database.close();
      await drop();
    },
  };
}

/** A place for a database in which nothing has been made yet. */
export function emptyDatabase(engine: Engine): Promise<{ config: DatabaseConfig; drop(): Promise<void> }> {
  return engine === 'sqlite' ? emptyFile() : emptyPostgres();
}

async function emptyFile() {
  const folder = await mkdtemp(join(tmpdir(), 'vistka-db-'));
  const config: DatabaseConfig = { kind: 'sqlite', file: join(folder, 'vistka.sqlite') };
  return { config, drop: () => rm(folder, { recursive: true, force: true }) };
}

async function emptyPostgres() {
  const server = inject('postgresUrl');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await onServer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const config: DatabaseConfig = { kind: 'postgres', url: url.href };
  return { config, drop: () => onServer(server, `drop database if exists ${name} with (force)`) };
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}
