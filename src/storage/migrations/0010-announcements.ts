import type { Migration } from 'kysely/migration';

/** Who asked for announcements, the announcements, and what the outbox must know of them. */
export const announcements: Migration = {
  async up(db) {
    await db.schema
      .createTable('subscribers')
      .addColumn('person', 'text', (column) =>
        column.primaryKey().notNull().references('people.id').onDelete('cascade'),
      )
      .addColumn('consent_at', 'bigint', (column) => column.notNull())
      .addColumn('consent', 'text', (column) => column.notNull())
      .addColumn('quiet', 'text')
      .addColumn('stopped_at', 'bigint')
      .addColumn('stopped_why', 'text')
      .execute();
    await db.schema
      .createTable('subscriber_topics')
      .addColumn('topic', 'text', (column) => column.notNull())
      .addColumn('person', 'text', (column) => column.notNull().references('subscribers.person').onDelete('cascade'))
      .addPrimaryKeyConstraint('subscriber_topics_key', ['topic', 'person'])
      .execute();
    await db.schema.createIndex('subscriber_topics_person').on('subscriber_topics').column('person').execute();
    await db.schema
      .createTable('subscriber_libraries')
      .addColumn('library', 'text', (column) => column.notNull())
      .addColumn('person', 'text', (column) => column.notNull().references('subscribers.person').onDelete('cascade'))
      .addPrimaryKeyConstraint('subscriber_libraries_key', ['library', 'person'])
      .execute();
    await db.schema.createIndex('subscriber_libraries_person').on('subscriber_libraries').column('person').execute();

    await db.schema
      .createTable('announcements')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('no', 'bigint', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('staff', 'text', (column) => column.notNull())
      .addColumn('library', 'text')
      .addColumn('topic', 'text', (column) => column.notNull())
      .addColumn('content', 'text', (column) => column.notNull())
      .addColumn('audience', 'text', (column) => column.notNull())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addColumn('due_at', 'bigint')
      .addColumn('date_at', 'bigint')
      .addColumn('size', 'bigint')
      .addColumn('filled_to', 'text')
      .addColumn('corrects', 'text')
      .addColumn('approved_by', 'text')
      .addColumn('paused_why', 'text')
      .addColumn('blocked_is_fine', 'bigint', (column) => column.notNull())
      .addColumn('holder', 'text')
      .addColumn('lease_until', 'bigint')
      .addColumn('progress', 'text')
      .addColumn('books', 'text')
      .addColumn('made_at', 'bigint', (column) => column.notNull())
      .addColumn('changed_at', 'bigint', (column) => column.notNull())
      .addColumn('begun_at', 'bigint')
      .addColumn('done_at', 'bigint')
      .addUniqueConstraint('announcements_no', ['no'])
      .execute();
    await db.schema.createIndex('announcements_state').on('announcements').columns(['state', 'due_at']).execute();
    await db.schema.createIndex('announcements_date').on('announcements').column('date_at').execute();

    await db.schema
      .createTable('announcement_followers')
      .addColumn('announcement', 'text', (column) =>
        column.notNull().references('announcements.id').onDelete('cascade'),
      )
      .addColumn('person', 'text', (column) => column.notNull().references('people.id').onDelete('cascade'))
      .addPrimaryKeyConstraint('announcement_followers_key', ['announcement', 'person'])
      .execute();
    await db.schema
      .createIndex('announcement_followers_person')
      .on('announcement_followers')
      .column('person')
      .execute();

    await db.schema
      .createTable('attachments')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('mime', 'text', (column) => column.notNull())
      .addColumn('content', 'text', (column) => column.notNull())
      .addColumn('made_at', 'bigint', (column) => column.notNull())
      .execute();

    // Where a message arrived, and what it is called there, so that it can be changed.
    await db.schema.alterTable('outbox').addColumn('channel', 'text').execute();
    await db.schema.alterTable('outbox').addColumn('receipt', 'text').execute();
    // An announcement is claimed and counted by itself.
    await db.schema.dropIndex('outbox_about').execute();
    await db.schema.createIndex('outbox_about').on('outbox').columns(['about', 'state', 'due_at', 'id']).execute();
  },
};
