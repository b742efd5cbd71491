import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Consultants, bookings, what of a consultant's time is taken, and the record of every change. */
export const bookings: Migration = {
  async up(db) {
    await db.schema
      .createTable('consultants')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('library', 'text', (column) => column.notNull())
      .addColumn('source', 'text', (column) => column.notNull())
      .addColumn('place', 'bigint', (column) => column.notNull())
      .addColumn('plan', 'text', (column) => column.notNull())
      .execute();

    await db.schema
      .createTable('bookings')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('person', 'text')
      .addColumn('library', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('consultant', 'text', (column) => column.notNull())
      .addColumn('wall', 'text', (column) => column.notNull())
      .addColumn('zone', 'text', (column) => column.notNull())
      .addColumn('minutes', 'bigint', (column) => column.notNull())
      .addColumn('from_unit', 'bigint', (column) => column.notNull())
      .addColumn('to_unit', 'bigint', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('how', 'text', (column) => column.notNull())
      .addColumn('contact', 'text')
      .addColumn('language', 'text')
      .addColumn('channel', 'text')
      .addColumn('demo', 'bigint', (column) => column.notNull())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addColumn('open_no', 'bigint')
      .addColumn('web_hour', 'bigint')
      .addColumn('web_no', 'bigint')
      .addColumn('made_at', 'bigint', (column) => column.notNull())
      // Two open ones of a kind a person, whatever the race: open_no is 1 or 2, and null (which is never equal) otherwise.
      .addUniqueConstraint('bookings_open', ['person', 'kind', 'open_no'])
      .addUniqueConstraint('bookings_web', ['library', 'web_hour', 'web_no'])
      .execute();
    await db.schema.createIndex('bookings_person').on('bookings').columns(['person', 'wall']).execute();
    await db.schema.createIndex('bookings_state').on('bookings').columns(['state', 'wall']).execute();
    await db.schema.createIndex('bookings_wall').on('bookings').column('wall').execute();

    // The constraints against double booking: a unit is one row, it belongs to one session, and the session is never
    // over its capacity. Taking a place is one statement with the rule in its conflict clause.
    await db.schema
      .createTable('booking_slots')
      .addColumn('consultant', 'text', (column) => column.notNull())
      .addColumn('unit', 'bigint', (column) => column.notNull())
      .addColumn('session', 'text', (column) => column.notNull())
      .addColumn('capacity', 'bigint', (column) => column.notNull())
      .addColumn('taken', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('booking_slots_key', ['consultant', 'unit'])
      .addCheckConstraint('booking_slots_places', sql`taken >= 0 and taken <= capacity`)
      .execute();

    await db.schema
      .createTable('booking_events')
      .addColumn('booking', 'text', (column) => column.notNull())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addColumn('what', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('wall', 'text', (column) => column.notNull())
      .addColumn('minutes', 'bigint', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('booking_events_key', ['booking', 'version'])
      .execute();

    await db.schema
      .createTable('booking_answers')
      .addColumn('mark', 'text', (column) => column.primaryKey().notNull())
      .addColumn('outcome', 'text', (column) => column.notNull())
      .addColumn('booking', 'text')
      .addColumn('version', 'bigint')
      .addColumn('at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('booking_answers_at').on('booking_answers').column('at').execute();
  },
};
