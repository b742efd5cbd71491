import type { Migration } from 'kysely/migration';

/** The names of lawyers under the texts that they have checked. */
export const signOffs: Migration = {
  async up(db) {
    await db.schema
      .createTable('sign_offs')
      .addColumn('article', 'text', (column) => column.notNull())
      .addColumn('language', 'text', (column) => column.notNull())
      .addColumn('text_hash', 'text', (column) => column.notNull())
      .addColumn('signed_by', 'text', (column) => column.notNull())
      .addColumn('signed_on', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('sign_offs_key', ['article', 'language'])
      .execute();
  },
};
