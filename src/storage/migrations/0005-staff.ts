import type { Migration } from 'kysely/migration';

/** Staff, talks with librarians, and one person on several platforms. */
export const staff: Migration = {
  async up(db) {
    await db.schema
      .createTable('staff')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('no', 'bigint', (column) => column.notNull())
      .addColumn('person', 'text')
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('library', 'text')
      .addColumn('name', 'text')
      .addColumn('joined_at', 'bigint', (column) => column.notNull())
      .addColumn('ended_at', 'bigint')
      .addUniqueConstraint('staff_no', ['no'])
      .execute();
    await db.schema.createIndex('staff_person').on('staff').column('person').execute();

    await db.schema
      .createTable('staff_invitations')
      .addColumn('mark', 'text', (column) => column.primaryKey().notNull())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('library', 'text')
      .addColumn('made_by', 'text', (column) => column.notNull())
      .addColumn('made_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('used_by', 'text')
      .execute();

    await db.schema
      .createTable('staff_audit')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('staff', 'text', (column) => column.notNull())
      .addColumn('what', 'text', (column) => column.notNull())
      .addColumn('about', 'text')
      .addColumn('library', 'text')
      .addColumn('at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('staff_audit_at').on('staff_audit').column('at').execute();

    await db.schema
      .createTable('conversations')
      .addColumn('no', 'bigint', (column) => column.primaryKey().notNull())
      .addColumn('person', 'text')
      .addColumn('library', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('staff', 'bigint')
      .addColumn('language', 'text', (column) => column.notNull())
      .addColumn('country', 'text')
      .addColumn('opened_at', 'bigint', (column) => column.notNull())
      .addColumn('touched_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('conversations_person').on('conversations').column('person').execute();
    await db.schema.createIndex('conversations_state').on('conversations').columns(['state', 'touched_at']).execute();

    await db.schema
      .createTable('conversation_messages')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('conversation', 'bigint', (column) =>
        column.notNull().references('conversations.no').onDelete('cascade'),
      )
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('side', 'text', (column) => column.notNull())
      .addColumn('sealed', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('conversation_messages_seq', ['conversation', 'seq'])
      .execute();
    await db.schema.createIndex('conversation_messages_at').on('conversation_messages').column('at').execute();

    await db.schema
      .createTable('blocks')
      .addColumn('mark', 'text', (column) => column.primaryKey().notNull())
      .addColumn('staff', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .execute();

    await db.schema
      .createTable('join_codes')
      .addColumn('person', 'text', (column) =>
        column.primaryKey().notNull().references('people.id').onDelete('cascade'),
      )
      .addColumn('mark', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('used_by', 'text')
      .addUniqueConstraint('join_codes_mark', ['mark'])
      .execute();

    await db.schema
      .createTable('join_tries')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('person', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('join_tries_person').on('join_tries').columns(['person', 'at']).execute();

    await db.schema
      .createTable('joinings')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('carried', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('parted_at', 'bigint')
      .addColumn('parted_by', 'text')
      .execute();

    await db.schema
      .createTable('joined_accounts')
      .addColumn('channel', 'text', (column) => column.notNull())
      .addColumn('mark', 'text', (column) => column.notNull())
      .addColumn('joining', 'text', (column) => column.notNull().references('joinings.id').onDelete('cascade'))
      .addPrimaryKeyConstraint('joined_accounts_key', ['channel', 'mark', 'joining'])
      .execute();
    await db.schema.createIndex('joined_accounts_joining').on('joined_accounts').column('joining').execute();

    // The account that a letter came from: after a joining its letters are another person's.
    await db.schema.alterTable('letters').addColumn('mark', 'text').execute();
  },
};
