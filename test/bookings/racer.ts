import { createBookings } from '../../src/bookings/book.ts';
import type { Bookings, BookOutcome, BookRequest, MoveOutcome } from '../../src/bookings/bookings.ts';
import { type DatabaseConfig, openDatabase } from '../../src/storage/database.ts';
import { contentDir, noon, parts } from './world.ts';

/**
 * A process of its own that makes many calls at once against a database that others use too. It is told which
 * database, says when it is ready, is told what to call, and says what came of it.
 */

export type Call =
  | { call: 'book'; request: BookRequest }
  | { call: 'move'; request: Parameters<Bookings['move']>[0] }
  | { call: 'cancel'; request: Parameters<Bookings['cancel']>[0] };
export type Result = BookOutcome | MoveOutcome | Awaited<ReturnType<Bookings['cancel']>>;
export type ToRacer = { open: DatabaseConfig } | { run: readonly Call[] } | 'end';
export type FromRacer = 'ready' | { results: readonly Result[] } | { failed: string };

/** All at once. */
export function runAll(bookings: Bookings, calls: readonly Call[]): Promise<Result[]> {
  return Promise.all(
    calls.map((one) => {
      if (one.call === 'book') return bookings.book(one.request);
      return one.call === 'move' ? bookings.move(one.request) : bookings.cancel(one.request);
    }),
  );
}

if (process.send) {
  const say = (message: FromRacer) => process.send?.(message);
  let world: { bookings: Bookings; close(): Promise<void> } | null = null;
  const obey = async (message: ToRacer) => {
    if (message === 'end') {
      await world?.close();
      process.disconnect?.();
    } else if ('open' in message) {
      const database = await openDatabase(message.open);
      const clock = { now: () => noon };
      const bookings = await createBookings({ ...parts(database, clock), contentDir, demo: false });
      world = { bookings, close: () => database.close() };
      say('ready');
    } else if (world) {
      say({ results: await runAll(world.bookings, message.run) });
    }
  };
  process.on('message', (message: ToRacer) => {
    obey(message).catch((error: unknown) => say({ failed: String(error instanceof Error ? error.stack : error) }));
  });
}
