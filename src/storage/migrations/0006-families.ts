import type { Migration } from 'kysely/migration';

/** Relatives in a consultation: links to come to it, who has come, what other time they propose. */
export const families: Migration = {
  async up(db) {
    await db.schema
      .createTable('booking_guests')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('booking', 'text', (column) => column.notNull().references('bookings.id').onDelete('cascade'))
      .addColumn('person', 'text', (column) => column.notNull())
      .addColumn('language', 'text')
      .addColumn('joined_at', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('booking_guests_once', ['booking', 'person'])
      .execute();
    await db.schema.createIndex('booking_guests_person').on('booking_guests').column('person').execute();

    await db.schema
      .createTable('family_invitations')
      .addColumn('mark', 'text', (column) => column.primaryKey().notNull())
      .addColumn('booking', 'text', (column) => column.notNull().references('bookings.id').onDelete('cascade'))
      .addColumn('made_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('used_by', 'text')
      .execute();
    await db.schema.createIndex('family_invitations_booking').on('family_invitations').column('booking').execute();

    await db.schema
      .createTable('booking_proposals')
      .addColumn('booking', 'text', (column) =>
        column.primaryKey().notNull().references('bookings.id').onDelete('cascade'),
      )
      .addColumn('guest', 'text', (column) => column.notNull())
      .addColumn('wall', 'text', (column) => column.notNull())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .execute();

    // On whose side a change was made; never who.
    await db.schema.alterTable('booking_events').addColumn('side', 'text').execute();
  },
};
