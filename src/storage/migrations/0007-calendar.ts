import type { Migration } from 'kysely/migration';

/** Closed days, the waiting list, and the consultants' calendar feeds. */
export const calendar: Migration = {
  async up(db) {
    await db.schema
      .createTable('closures')
      .addColumn('library', 'text', (column) => column.notNull())
      .addColumn('day', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('made_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('closures_key', ['library', 'day'])
      .execute();

    await db.schema
      .createTable('booking_waits')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('person', 'text')
      .addColumn('library', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('day', 'text')
      .addColumn('language', 'text')
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('wait_no', 'bigint')
      .addColumn('made_at', 'bigint', (column) => column.notNull())
      .addColumn('consultant', 'text')
      .addColumn('wall', 'text')
      .addColumn('from_unit', 'bigint')
      .addColumn('to_unit', 'bigint')
      .addColumn('offered_until', 'bigint')
      .addColumn('settled_at', 'bigint')
      // Two at a time a person, whatever the race; null once it is over.
      .addUniqueConstraint('booking_waits_open', ['person', 'wait_no'])
      .execute();
    await db.schema
      .createIndex('booking_waits_state')
      .on('booking_waits')
      .columns(['state', 'library', 'kind', 'made_at'])
      .execute();

    await db.schema
      .createTable('calendar_feeds')
      .addColumn('mark', 'text', (column) => column.primaryKey().notNull())
      .addColumn('consultant', 'text', (column) => column.notNull())
      .addColumn('made_at', 'bigint', (column) => column.notNull())
      .addColumn('revoked_at', 'bigint')
      .execute();
    await db.schema.createIndex('calendar_feeds_consultant').on('calendar_feeds').column('consultant').execute();
    await db.schema.createIndex('bookings_consultant').on('bookings').columns(['consultant', 'wall']).execute();
    await db.schema.createIndex('bookings_library').on('bookings').columns(['library', 'wall']).execute();
  },
};
