import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Tables } from '../../src/storage/tables/index.ts';
import { engines, freshDatabase } from '../engines.ts';

const MEND = 'UPDATE_SCHEMA=1 npx vitest run test/storage/schema.test.ts';

test.each(engines)('a change of the schema on %s shows in review', async (engine) => {
  const { database, drop } = await freshDatabase(engine);
  const dump = await (engine === 'sqlite' ? dumpSqlite : dumpPostgres)(database.db);
  await drop();
  const file = fileURLToPath(new URL(`schema.${engine}.sql`, import.meta.url));
  if (process.env.UPDATE_SCHEMA === '1') await writeFile(file, dump);
  expect(dump, `If the migration is meant to do this, run: ${MEND}`).toBe(await readFile(file, 'utf8'));
});

test('what is a number on one engine is one on the other', async () => {
  const kinds = await Promise.all(
    engines.map(async (engine) => {
      const { database, drop } = await freshDatabase(engine);
      const tables = await database.db.introspection.getTables();
      await drop();
      return tables.flatMap(({ name, columns }) =>
        columns.map((column) => `${name}.${column.name} ${/int/i.test(column.dataType) ? 'number' : 'text'}`),
      );
    }),
  );
  expect(kinds[0]?.toSorted()).toEqual(kinds[1]?.toSorted());
});

async function dumpSqlite(db: Kysely<Tables>): Promise<string> {
  const { rows } = await sql<{ statement: string }>`
    select sql as statement from sqlite_master
    where sql is not null and tbl_name not like 'kysely_%' and tbl_name not like 'sqlite_%'
    order by tbl_name, type desc, name`.execute(db);
  return `${rows.map((row) => `${oneAColumn(row.statement)};`).join('\n\n')}\n`;
}

/** Kysely writes a table on one line; a review wants a line for each column. */
function oneAColumn(statement: string): string {
  if (!/^create table/i.test(statement)) return statement;
  let depth = 0;
  return statement.replace(/\(|\)|, /g, (found) => {
    if (found === '(') return ++depth === 1 ? '(\n  ' : found;
    if (found === ')') return --depth === 0 ? '\n)' : found;
    return depth === 1 ? ',\n  ' : found;
  });
}

async function dumpPostgres(db: Kysely<Tables>): Promise<string> {
  const columns = await sql<{ table: string; line: string }>`
    select table_name as "table",
      column_name || ' ' || data_type || case is_nullable when 'NO' then ' not null' else '' end
        || coalesce(' default ' || column_default, '') as line
    from information_schema.columns where table_schema = 'public' order by table_name, ordinal_position`.execute(db);
  const constraints = await sql<{ table: string; line: string }>`
    select conrelid::regclass::text as "table", 'constraint ' || conname || ' ' || pg_get_constraintdef(oid) as line
    from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n' order by 1, conname`.execute(db);
  const indexes = await sql<{ table: string; line: string }>`
    select tablename as "table", indexdef as line from pg_indexes
    where schemaname = 'public' and indexname not in (select conname from pg_constraint) order by 1, indexname`.execute(
    db,
  );
  const of = (list: { rows: { table: string; line: string }[] }, table: string) =>
    list.rows.filter((row) => row.table === table).map((row) => row.line);
  const tables = [...new Set(columns.rows.map((row) => row.table))].filter((table) => !table.startsWith('kysely_'));
  const parts = tables.flatMap((table) => [
    `create table ${table} (\n  ${[...of(columns, table), ...of(constraints, table)].join(',\n  ')}\n);`,
    ...of(indexes, table).map((index) => `${index};`),
  ]);
  return `${parts.join('\n\n')}\n`;
}
