import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createBookings } from '../../src/bookings/book.ts';
import type { BookRequest } from '../../src/bookings/bookings.ts';
import { createReminders } from '../../src/bookings/reminders.ts';
import { openRoom } from '../../src/bookings/room.ts';
import { createOutbox } from '../../src/delivery/outbox.ts';
import type { Database } from '../../src/storage/database.ts';
import { createSeal, type Seal } from '../../src/storage/seal.ts';

/** The libraries of test/bookings/content, at a time that a test can set. */

/** Tuesday noon in Kyiv (10:00 UTC). */
export const noon = Date.UTC(2026, 11, 1, 10);

export const contentDir = join(import.meta.dirname, 'content');

export const seal: Seal = createSeal([Buffer.alloc(32, 7)]);

export async function openWorld(database: Database, { demo = false } = {}) {
  const clock = {
    time: noon,
    now: () => clock.time,
  };
  const all = { ...parts(database, clock), contentDir };
  const bookings = await createBookings({ ...all, demo });
  return { bookings, clock, database, seal, room: await openRoom(all) };
}

/** With reminders, as the program has them: they are put in the same transactions, and must not make these collide. */
export function parts(database: Database, clock: { now(): number }) {
  const outbox = createOutbox({ database, seal, clock });
  const reminders = createReminders({ outbox, quietHours: { from: 21, to: 8 }, zoneOf: async () => 'Europe/Warsaw' });
  return { database, seal, clock, reminders };
}

/** A booking of Thursday, 3 December, 15:00, by somebody new; what a test is about, it gives. */
export function request(about: Partial<BookRequest> = {}): BookRequest {
  return {
    eventId: `web:${randomUUID()}`,
    person: randomUUID(),
    library: 'village',
    kind: 'talk',
    wall: '2026-12-03T15:00',
    how: 'in-person',
    name: 'Oksana',
    phone: null,
    language: 'uk',
    channel: 'telegram',
    fromAnonymousChannel: false,
    ...about,
  };
}
