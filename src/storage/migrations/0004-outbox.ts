import type { Migration } from 'kysely/migration';

/** What the bot starts of its own accord, and what people say about their consultations. */
export const outbox: Migration = {
  async up(db) {
    await db.schema
      .createTable('outbox')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('person', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('payload', 'text')
      .addColumn('due_at', 'bigint', (column) => column.notNull())
      .addColumn('not_after', 'bigint', (column) => column.notNull())
      .addColumn('about', 'text')
      .addColumn('dedupe', 'text', (column) => column.notNull())
      .addColumn('priority', 'bigint', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('why', 'text')
      .addColumn('attempts', 'bigint', (column) => column.notNull())
      .addColumn('unsure', 'bigint', (column) => column.notNull())
      .addColumn('holder', 'text')
      .addColumn('lease_until', 'bigint')
      .addColumn('settled_at', 'bigint')
      .addUniqueConstraint('outbox_dedupe', ['dedupe'])
      .execute();
    // A claim reads one priority from the oldest on: it never sorts, however much waits.
    await db.schema.createIndex('outbox_due').on('outbox').columns(['state', 'priority', 'due_at', 'id']).execute();
    await db.schema.createIndex('outbox_about').on('outbox').column('about').execute();
    await db.schema.createIndex('outbox_person').on('outbox').column('person').execute();
    await db.schema.createIndex('outbox_settled').on('outbox').column('settled_at').execute();

    await db.schema
      .createTable('booking_words')
      .addColumn('booking', 'text', (column) => column.notNull())
      .addColumn('said', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('booking_words_key', ['booking', 'said'])
      .execute();
  },
};
