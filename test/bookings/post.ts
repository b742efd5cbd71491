import { createBookings } from '../../src/bookings/book.ts';
import type { Booking } from '../../src/bookings/bookings.ts';
import { createReminders } from '../../src/bookings/reminders.ts';
import { openRoom } from '../../src/bookings/room.ts';
import { createOutbox } from '../../src/delivery/outbox.ts';
import type { Database } from '../../src/storage/database.ts';
import { contentDir, noon, request, seal } from './world.ts';

/** The libraries of test/bookings/content with an outbox, and people in zones of their own. */
export async function openPost(database: Database) {
  const clock = { time: noon, now: () => clock.time };
  const zones: Record<string, string> = {};
  const outbox = createOutbox({ database, seal, clock });
  const reminders = createReminders({
    outbox,
    quietHours: { from: 21, to: 8 },
    zoneOf: async (person) => zones[person] ?? 'Europe/Kyiv',
  });
  const parts = { database, seal, clock, reminders, contentDir };
  const bookings = await createBookings({ ...parts, demo: false });
  const room = await openRoom(parts);
  let events = 0;

  return {
    ...{ database, seal, clock, zones, bookings, room },
    /** A new event. */
    event: () => `telegram:${++events}`,
    async booked(about: Parameters<typeof request>[0] = {}): Promise<Booking> {
      const outcome = await bookings.book(request(about));
      if (outcome.outcome !== 'booked' && outcome.outcome !== 'requested') throw new Error(outcome.outcome);
      return outcome.booking;
    },
    async invited(person: string, booking: string): Promise<string> {
      const invited = await bookings.family.invite({ eventId: `telegram:${++events}`, person, booking });
      if (invited.outcome !== 'invited') throw new Error(invited.outcome);
      return invited.code;
    },
    /** What waits to be said to somebody, in order: what it is and when (UTC ms). */
    async letters(person: string) {
      const rows = await database.db
        .selectFrom('outbox')
        .selectAll()
        .where('person', '=', person)
        .where('state', '=', 'waiting')
        .orderBy('due_at')
        .orderBy('id')
        .execute();
      return rows.map((row) => {
        const payload = JSON.parse(seal.open(row.payload ?? '', row.id) ?? '{}') as Record<string, unknown>;
        return { ...payload, due: row.due_at } as Letter;
      });
    },
    /** The same, in a word each. */
    async told(person: string): Promise<string[]> {
      return (await this.letters(person)).map(({ what, which, why }) =>
        [what, which ?? why].filter((x) => x).join(' '),
      );
    },
    events: (booking: string) =>
      database.db
        .selectFrom('booking_events')
        .select(['version', 'what', 'state', 'side'])
        .where('booking', '=', booking)
        .orderBy('version')
        .execute(),
    units: () => database.db.selectFrom('booking_slots').selectAll().execute(),
  };
}

export type Post = Awaited<ReturnType<typeof openPost>>;
export type Letter = {
  what: string;
  which?: string | null;
  why?: string | null;
  wall?: string | null;
  wait?: string;
  version?: number;
  due: number;
};

/** Everything that the store holds, as text; the outbox, which others empty, left out. */
export async function everything(database: Database): Promise<string> {
  const tables = await database.db.introspection.getTables();
  const parts = await Promise.all(
    tables
      .filter(({ name }) => name !== 'outbox')
      .map(({ name }) =>
        database.db
          .selectFrom(name as 'bookings')
          .selectAll()
          .execute(),
      ),
  );
  return JSON.stringify(parts);
}
