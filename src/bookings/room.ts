import type { Clock } from '../clock.ts';
import { newId } from '../ids.ts';
import type { Database } from '../storage/database.ts';
import type { Seal } from '../storage/seal.ts';
import { loadKinds } from './kinds.ts';
import type { Reminders } from './reminders.ts';
import { type Offer, readSchedule, type Schedule } from './schedule.ts';
import { bookable, dayOf, isDay, startsOn, unitsOf } from './slots.ts';
import type { BookingRow } from './store.ts';

/** What every act of this room works with. */
export type Room = {
  database: Database;
  seal: Seal;
  clock: Clock;
  /** What is said about bookings later; without it nothing is. */
  reminders?: Reminders;
  newId: typeof newId;
  schedule: Schedule;
};

export type RoomParts = Pick<Room, 'database' | 'seal' | 'clock' | 'reminders'> & {
  /** The folder with kinds.yaml. */
  contentDir: string;
  newId?: typeof newId;
};

/**
 * The room as the store has it; the files' consultants are put into the store by `createBookings` alone.
 * @throws ContentError
 */
export async function openRoom(parts: RoomParts): Promise<Room> {
  const schedule = await readSchedule(parts.database, loadKinds(parts.contentDir));
  return { ...parts, newId: parts.newId ?? newId, schedule };
}

/** Nothing of the event or the person can be read from it, and nobody else's event meets it. */
export function markOf(
  room: Pick<Room, 'seal'>,
  call: string,
  { person, eventId }: { person: string; eventId: string },
): string {
  return room.seal.mark(JSON.stringify([call, person, eventId]));
}

export async function zoneOf(room: Pick<Room, 'reminders'>, person: string): Promise<string> {
  return (await room.reminders?.zoneOf(person)) ?? 'Europe/Kyiv';
}

/** The offers that have a start at that wall time; none where the text is no wall time. */
export function offersAt(room: Room, library: string, kind: string, wall: string, now: number): Offer[] {
  if (!/^.{10}T\d\d:\d\d$/.test(wall) || !isDay(wall.slice(0, 10))) return [];
  return room.schedule.offers(library, kind).filter((offer) => {
    const { zone } = offer.hours;
    const day = wall.slice(0, 10);
    const open = bookable(zone, offer.rules, now);
    if (day < open.first || day > open.last) return false;
    return startsOn(dayOf(day, zone), offer.hours, offer.rules, open).some((start) => start.wall === wall);
  });
}

/** What a consultation by that offer occupies. */
export function timesOf(offer: Offer, wall: string) {
  const { minutes, buffer } = offer.rules;
  const { from, to } = unitsOf(wall, offer.hours.zone, minutes + buffer);
  const where = { consultant: offer.consultant, wall, zone: offer.hours.zone, demo: offer.demo ? 1 : 0 };
  return { ...where, minutes, from_unit: from, to_unit: to };
}

/** What is no longer open keeps no number of the person's. */
export const closed = { state: 'cancelled', open_no: null } as const satisfies Partial<BookingRow>;

/** What was read first has changed meanwhile: look again. */
export const again = Symbol('again');
/** The time is somebody else's. */
export const taken = Symbol('taken');

/** Runs a transaction in which throwing `again` or `taken` rolls back and is the result. */
export async function attempt(
  database: Database,
  write: Parameters<typeof database.transaction<void>>[0],
): Promise<'done' | typeof again | typeof taken> {
  try {
    await database.transaction(write);
    return 'done';
  } catch (error) {
    if (error === again || error === taken) return error;
    if (isConflict(error)) return again;
    throw error;
  }
}

/** PostgreSQL: serialization_failure, deadlock_detected. The transaction has been tried several times already. */
function isConflict(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '40001' || error.code === '40P01');
}

/** Each round ends because somebody else's write went through, so the bound is far above what can be met. */
const rounds = 50;

export async function untilSettled<T>(work: () => Promise<T | typeof again>): Promise<T> {
  for (let round = 1; round <= rounds; round++) {
    const result = await work();
    if (result !== again) return result;
  }
  throw new Error('a booking could not be settled: its rows kept changing');
}
