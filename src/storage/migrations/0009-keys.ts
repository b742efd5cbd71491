import type { Migration } from 'kysely/migration';

export const keys: Migration = {
  async up(db) {
    await db.schema
      .createTable('keys')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('sealed', 'text', (column) => column.notNull())
      .execute();
  },
};
