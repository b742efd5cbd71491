import { SqliteAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Questions that nothing answered. */
export const unanswered: Migration = {
  async up(db) {
    const table = db.schema
      .createTable('unanswered')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('day', 'text', (column) => column.notNull())
      .addColumn('language', 'text', (column) => column.notNull())
      .addColumn('article', 'text')
      .addColumn('sealed', 'text', (column) => column.notNull());
    // Row numbers would tell in which order they came, and so whose they are; without them rows lie by their ids.
    const rowless = db.getExecutor().adapter instanceof SqliteAdapter;
    await (rowless ? table.modifyEnd(sql`without rowid`) : table).execute();
    await db.schema.createIndex('unanswered_day').on('unanswered').column('day').execute();
  },
};
