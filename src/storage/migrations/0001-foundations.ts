import type { Migration } from 'kysely/migration';

/** People, their mailbox and conversations, the web chat, and the books of what has been done. */
export const foundations: Migration = {
  async up(db) {
    await db.schema
      .createTable('people')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('language', 'text')
      .addColumn('country', 'text')
      .addColumn('zone', 'text')
      .addColumn('library', 'text')
      .addColumn('seen_day', 'text', (column) => column.notNull())
      .execute();

    await db.schema
      .createTable('identities')
      .addColumn('channel', 'text', (column) => column.notNull())
      .addColumn('mark', 'text', (column) => column.notNull())
      .addColumn('sealed', 'text', (column) => column.notNull())
      .addColumn('person', 'text', (column) => column.notNull().references('people.id').onDelete('cascade'))
      .addColumn('seen_at', 'bigint', (column) => column.notNull())
      .addColumn('stopped_at', 'bigint')
      .addPrimaryKeyConstraint('identities_key', ['channel', 'mark'])
      .execute();
    await db.schema.createIndex('identities_person').on('identities').column('person').execute();

    await db.schema
      .createTable('letters')
      .addColumn('channel', 'text', (column) => column.notNull())
      .addColumn('event_id', 'text', (column) => column.notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('person', 'text')
      .addColumn('payload', 'text')
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('done_at', 'bigint')
      .addPrimaryKeyConstraint('letters_key', ['channel', 'event_id'])
      .execute();
    await db.schema.createIndex('letters_person').on('letters').columns(['person', 'seq']).execute();
    await db.schema.createIndex('letters_seq').on('letters').column('seq').execute();
    await db.schema.createIndex('letters_done').on('letters').column('done_at').execute();

    await db.schema
      .createTable('sessions')
      .addColumn('person', 'text', (column) => column.primaryKey().notNull())
      .addColumn('session', 'text', (column) => column.notNull())
      .addColumn('answered_event', 'text')
      .addColumn('answered_replies', 'text')
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('sessions_expiry').on('sessions').column('expires_at').execute();

    await db.schema
      .createTable('web_messages')
      .addColumn('seq', 'bigint', (column) => column.primaryKey().notNull())
      .addColumn('chat', 'text', (column) => column.notNull())
      .addColumn('sealed', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('web_messages_chat').on('web_messages').columns(['chat', 'seq']).execute();
    await db.schema.createIndex('web_messages_at').on('web_messages').column('at').execute();

    await db.schema
      .createTable('done_effects')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('done_effects_at').on('done_effects').column('at').execute();

    await db.schema
      .createTable('counts')
      .addColumn('day', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('n', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('counts_key', ['day', 'name', 'key'])
      .execute();
  },
};
