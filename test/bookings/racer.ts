import { createBookings } from '../../src/bookings/book.ts';
import type { Booking, Bookings, BookRequest, Family, Slot, Waiting } from '../../src/bookings/bookings.ts';
import { closeDay } from '../../src/bookings/closures.ts';
import { openRoom, type Room } from '../../src/bookings/room.ts';
import { type DatabaseConfig, openDatabase } from '../../src/storage/database.ts';
import { contentDir, noon, parts } from './world.ts';

/**
 * A process of its own that makes many calls at once against a database that others use too. It is told which
 * database, says when it is ready, is told what to call, and says what came of it.
 */

export type Call =
  | { call: 'book'; request: BookRequest }
  | { call: 'move'; request: Parameters<Bookings['move']>[0] }
  | { call: 'cancel'; request: Parameters<Bookings['cancel']>[0] }
  | { call: 'come'; request: Parameters<Family['join']>[0] }
  | { call: 'leave'; request: Parameters<Family['leave']>[0] }
  | { call: 'agree'; request: Parameters<Family['agree']>[0] }
  | { call: 'wait'; request: Parameters<Waiting['join']>[0] }
  | { call: 'pass'; request: { person: string; wait: string } }
  | { call: 'tend'; request: null }
  | { call: 'close'; request: Parameters<typeof closeDay>[1] };
export type Result = { outcome: string; booking?: Booking; nearest?: readonly Slot[] };

export type Rooms = { bookings: Bookings; room: Room };
export type ToRacer = { open: DatabaseConfig } | { run: readonly Call[] } | 'end';
export type FromRacer = 'ready' | { results: readonly Result[] } | { failed: string };

/** All at once. */
export function runAll(rooms: Rooms, calls: readonly Call[]): Promise<Result[]> {
  return Promise.all(calls.map((one) => run(rooms, one) as Promise<Result>));
}

async function run({ bookings, room }: Rooms, one: Call): Promise<{ outcome: string }> {
  switch (one.call) {
    case 'book':
      return bookings.book(one.request);
    case 'move':
      return bookings.move(one.request);
    case 'cancel':
      return bookings.cancel(one.request);
    case 'come':
      return bookings.family.join(one.request);
    case 'leave':
      return { outcome: await bookings.family.leave(one.request) };
    case 'agree':
      return bookings.family.agree(one.request);
    case 'wait':
      return bookings.waiting.join(one.request);
    case 'pass':
      await bookings.waiting.leave(one.request.person, one.request.wait);
      return { outcome: 'passed' };
    case 'tend':
      await bookings.tend();
      return { outcome: 'tended' };
    case 'close':
      return closeDay(room, one.request);
  }
}

if (process.send) {
  const say = (message: FromRacer) => process.send?.(message);
  let world: (Rooms & { close(): Promise<void> }) | null = null;
  const obey = async (message: ToRacer) => {
    if (message === 'end') {
      await world?.close();
      process.disconnect?.();
    } else if ('open' in message) {
      const database = await openDatabase(message.open);
      const clock = { now: () => noon };
      const all = { ...parts(database, clock), contentDir };
      const bookings = await createBookings({ ...all, demo: false });
      world = { bookings, room: await openRoom(all), close: () => database.close() };
      say('ready');
    } else if (world) {
      say({ results: await runAll(world, message.run) });
    }
  };
  process.on('message', (message: ToRacer) => {
    obey(message).catch((error: unknown) => say({ failed: String(error instanceof Error ? error.stack : error) }));
  });
}
