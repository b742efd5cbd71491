import type { Clock } from '../clock.ts';
import { newId } from '../ids.ts';
import type { Database } from '../storage/database.ts';
import type { Seal } from '../storage/seal.ts';
import type { Booking, Bookings, BookOutcome, BookRequest, MoveOutcome, Slot } from './bookings.ts';
import { freeDaysOf } from './free.ts';
import { type KindRules, loadKinds } from './kinds.ts';
import type { Reminders } from './reminders.ts';
import { isOpen, openPerKind, stateOfMoved, stateOfNew } from './rules.ts';
import { loadSeeds, type Offer, readSchedule, type Schedule, seedSchedule } from './schedule.ts';
import { bookable, dayOf, instantOf, isDay, startsOn, unitsOf, wallOf } from './slots.ts';
import {
  type Answer,
  answerTo,
  type BookingRow,
  bookingAt,
  bookingById,
  bookingsOf,
  changeBooking,
  confirmedFromWeb,
  holding,
  insertBooking,
  lastOf,
  leavePlace,
  opened,
  placeOf,
  recordAnswer,
  recordEvent,
  recordWords,
  releaseOver,
  sealContact,
  takePlace,
} from './store.ts';

export type BookingsParts = {
  database: Database;
  seal: Seal;
  clock: Clock;
  /** The folder with kinds.yaml, joined/ and demo/. */
  contentDir: string;
  /** Loads the made-up consultants of content/demo. */
  demo: boolean;
  /** What is said about bookings later; without it nothing is. */
  reminders?: Reminders;
  newId?: typeof newId;
};

/**
 * Puts the consultants of the content files into the store and serves bookings from it.
 * @throws ContentError when a file is wrong
 */
export async function createBookings(parts: BookingsParts): Promise<Bookings> {
  const kinds = loadKinds(parts.contentDir);
  await seedSchedule(parts.database, loadSeeds(parts.contentDir, kinds, parts.demo));
  const schedule = await readSchedule(parts.database, kinds);
  const room: Room = { ...parts, newId: parts.newId ?? newId, schedule };
  const byId = new Map<string, KindRules>(kinds.map((kind) => [kind.id, kind]));
  return {
    joined: (library) => schedule.joined(library),
    joinedLibraries: () => schedule.libraries(),
    kind: (id) => byId.get(id),
    kindsAt: async (library) => kinds.filter((kind) => schedule.offers(library, kind.id).length > 0),
    free: (query) => free(room, query),
    freeDays: (query) => freeDays(room, query),
    book: (request) => book(room, request),
    move: (request) => move(room, request),
    cancel: (request) => cancel(room, request),
    of: (person) => openOf(room, person),
    find: (person, id) => find(room, person, id),
    async last(person) {
      const row = await lastOf(parts.database.db, person);
      if (!row) return null;
      const { how, name, phone } = opened(row, parts.seal);
      return { how, name, phone };
    },
    ahead: async (booking) => (await parts.reminders?.ahead(booking)) ?? [],
    heard: (request) => heard(room, request),
    forget: (person) => forget(room, person),
    export: async (person) => (await bookingsOf(room.database.db, person)).map((row) => opened(row, room.seal)),
  };
}

type Room = BookingsParts & { newId: typeof newId; schedule: Schedule };

async function free(room: Room, query: Parameters<Bookings['free']>[0]): Promise<readonly Slot[]> {
  const { library, kind, limit, day, after = 0 } = query;
  if (day !== undefined && !isDay(day)) return [];
  const found: Slot[] = [];
  const offers = room.schedule.offers(library, kind);
  for (const { slots } of await freeDaysOf(room.database, offers, room.clock.now(), { only: day })) {
    found.push(...slots.filter((slot) => slot.at > after));
    if (found.length >= limit) break;
  }
  return found.slice(0, limit);
}

async function freeDays(room: Room, query: Parameters<Bookings['freeDays']>[0]) {
  const { library, kind, limit, after } = query;
  if (after !== undefined && !isDay(after)) return [];
  const found: { day: string; free: number }[] = [];
  const offers = room.schedule.offers(library, kind);
  for (const { day, slots } of await freeDaysOf(room.database, offers, room.clock.now(), { after })) {
    if (found.length >= limit) break;
    found.push({ day, free: slots.length });
  }
  return found;
}

/**
 * What has to be looked up is looked up first; the transaction then only writes, and every rule that a race could
 * break is a constraint that such a write runs into: the call's own mark, the units of the consultant's time, the
 * person's places for the kind, the library's share for anonymous chats.
 */
async function book(room: Room, request: BookRequest): Promise<BookOutcome> {
  const { database, seal } = room;
  const mark = markOf(room, 'book', request);
  return untilSettled(async () => {
    const earlier = await answerTo(database.db, mark);
    if (earlier) return retellBooking(room, request, earlier);
    if (!room.schedule.joined(request.library)) return { outcome: 'not-joined' };
    const now = room.clock.now();
    const { open, place } = await placesOf(room, request, now);
    if (place === null) {
      const answer = { outcome: 'too-many', booking: null, version: null };
      return (await recordAnswer(database.db, mark, answer, now)) ? { outcome: 'too-many', open } : again;
    }
    const zone = await zoneOf(room, request.person);
    for (const offer of offersAt(room, request.library, request.kind, request.wall, now)) {
      const row = await newRow(room, request, offer, place, now);
      const outcome = row.state === 'requested' ? 'requested' : 'booked';
      const written = await attempt(database, async (trx) => {
        if (!(await recordAnswer(trx, mark, { outcome, booking: row.id, version: row.version }, now))) throw again;
        if (!(await takePlace(trx, placeOf(row), offer.rules.capacity))) throw taken;
        if (!(await insertBooking(trx, row))) throw again;
        await recordEvent(trx, row, outcome, now);
        await room.reminders?.follow(trx, row, { zone, now });
      });
      if (written === again) return again;
      if (written === 'done') return { outcome, booking: opened(row, seal) };
    }
    return settleTaken(room, mark, request, now);
  });
}

async function move(room: Room, request: Parameters<Bookings['move']>[0]): Promise<MoveOutcome> {
  const { database, seal } = room;
  const mark = markOf(room, 'move', request);
  return untilSettled(async () => {
    const now = room.clock.now();
    const row = await ownOpen(room, request, now);
    const earlier = await answerTo(database.db, mark);
    if (earlier) return retellMove(room, request, earlier);
    if (!row || row.state === 'cancelled') return { outcome: 'unknown' };
    if (row.wall === request.wall) return { outcome: 'moved', booking: opened(row, seal) };
    const offers = offersAt(room, row.library, row.kind, request.wall, now);
    const zone = await zoneOf(room, request.person);
    // Whoever has been promised stays, if that consultant is free then.
    for (const offer of offers.sort((a, b) => mine(b, row) - mine(a, row))) {
      const change = { ...timesOf(offer, request.wall), state: stateOfMoved(offer.confirm, row.state) };
      const moved: BookingRow = { ...row, ...change, version: row.version + 1 };
      const written = await attempt(database, async (trx) => {
        const answer = { outcome: 'moved', booking: row.id, version: moved.version };
        if (!(await recordAnswer(trx, mark, answer, now))) throw again;
        if (!(await changeBooking(trx, row, change))) throw again;
        await leavePlace(trx, placeOf(row));
        if (!(await takePlace(trx, placeOf(moved), offer.rules.capacity))) throw taken;
        await recordEvent(trx, moved, 'moved', now);
        await room.reminders?.follow(trx, moved, { zone, now });
      });
      if (written === again) return again;
      if (written === 'done') return { outcome: 'moved', booking: opened(moved, seal) };
    }
    return settleTaken(room, mark, { ...request, library: row.library, kind: row.kind }, now);
  });
}

type Cancelled = Awaited<ReturnType<Bookings['cancel']>>;

async function cancel(room: Room, request: Parameters<Bookings['cancel']>[0]): Promise<Cancelled> {
  const { database, seal } = room;
  const mark = markOf(room, 'cancel', request);
  return untilSettled<Cancelled>(async () => {
    const now = room.clock.now();
    const row = await bookingById(database.db, request.booking);
    const earlier = await answerTo(database.db, mark);
    if (row?.person !== request.person) return { outcome: 'unknown' };
    if (earlier) return { outcome: 'cancelled', booking: opened(row, seal) };
    if (row.state === 'cancelled') return { outcome: 'already', booking: opened(row, seal) };
    if (!isOpen(row, now)) return { outcome: 'unknown' };
    const cancelled: BookingRow = { ...row, ...closed, version: row.version + 1 };
    const written = await attempt(database, async (trx) => {
      const answer = { outcome: 'cancelled', booking: row.id, version: cancelled.version };
      if (!(await recordAnswer(trx, mark, answer, now))) throw again;
      if (!(await changeBooking(trx, row, closed))) throw again;
      await leavePlace(trx, placeOf(row));
      await recordEvent(trx, cancelled, 'cancelled', now);
      await room.reminders?.follow(trx, cancelled, { zone: cancelled.zone, now });
    });
    return written === 'done' ? { outcome: 'cancelled', booking: opened(cancelled, seal) } : again;
  });
}

const closed = { state: 'cancelled', open_no: null } as const;

async function openOf(room: Room, person: string): Promise<readonly Booking[]> {
  const now = room.clock.now();
  // Two days cover every zone and the longest consultation; isOpen decides.
  const since = wallOf(now - 2 * 86_400_000, 'UTC');
  const rows = await bookingsOf(room.database.db, person, since);
  return rows
    .filter((row) => isOpen(row, now))
    .map((row) => opened(row, room.seal))
    .sort((a, b) => a.at - b.at);
}

async function find(room: Room, person: string, id: string): Promise<Booking | null> {
  const row = await bookingById(room.database.db, id);
  return row?.person === person ? opened(row, room.seal) : null;
}

/** Said once or ten times, it is said. */
async function heard(room: Room, { person, booking, said }: Parameters<Bookings['heard']>[0]): Promise<Booking | null> {
  const found = await find(room, person, booking);
  if (!found || found.state === 'cancelled') return null;
  await recordWords(room.database.db, booking, said, room.clock.now());
  return found;
}

async function zoneOf(room: Room, person: string): Promise<string> {
  return (await room.reminders?.zoneOf(person)) ?? 'Europe/Kyiv';
}

/** Open bookings are cancelled; all lose the person, what was said of the person, and how to reach them. */
async function forget(room: Room, person: string): Promise<void> {
  await untilSettled(async () => {
    const now = room.clock.now();
    const rows = await bookingsOf(room.database.db, person);
    const written = await attempt(room.database, async (trx) => {
      for (const row of rows) {
        const anonymous = { person: null, contact: null, language: null, channel: null };
        if (!isOpen(row, now)) {
          await trx
            .updateTable('bookings')
            .set({ ...anonymous, open_no: null })
            .where('id', '=', row.id)
            .execute();
          continue;
        }
        if (!(await changeBooking(trx, row, { ...closed, ...anonymous }))) throw again;
        await leavePlace(trx, placeOf(row));
        const cancelled = { ...row, ...closed, version: row.version + 1 };
        await recordEvent(trx, cancelled, 'cancelled', now);
        await room.reminders?.follow(trx, cancelled, { zone: cancelled.zone, now });
      }
    });
    return written === 'done' ? null : again;
  });
}

/** The offers under which exactly this start can be booked now. */
function offersAt(room: Room, library: string, kind: string, wall: string, now: number): Offer[] {
  if (!/^.{10}T\d\d:\d\d$/.test(wall) || !isDay(wall.slice(0, 10))) return [];
  return room.schedule.offers(library, kind).filter((offer) => {
    const { zone } = offer.hours;
    const day = wall.slice(0, 10);
    const open = bookable(zone, offer.rules, now);
    if (day < open.first || day > open.last) return false;
    return startsOn(dayOf(day, zone), offer.hours, offer.rules, open).some((start) => start.wall === wall);
  });
}

function mine(offer: Offer, row: BookingRow): number {
  return offer.consultant === row.consultant ? 1 : 0;
}

function timesOf(offer: Offer, wall: string) {
  const { minutes, buffer } = offer.rules;
  const { from, to } = unitsOf(wall, offer.hours.zone, minutes + buffer);
  const where = { consultant: offer.consultant, wall, zone: offer.hours.zone, demo: offer.demo ? 1 : 0 };
  return { ...where, minutes, from_unit: from, to_unit: to };
}

/** The person's open bookings of a kind, and the number of a place that is left for one more. */
async function placesOf(room: Room, { person, kind }: BookRequest, now: number) {
  const held = await holding(room.database.db, person, kind);
  const open = held.filter((row) => isOpen(row, now));
  await releaseOver(
    room.database.db,
    held.filter((row) => !open.includes(row)),
  );
  const places = Array.from({ length: openPerKind }, (_, i) => i + 1);
  const place = places.find((no) => !open.some((row) => row.open_no === no)) ?? null;
  return { open: open.map((row) => opened(row, room.seal)), place };
}

async function newRow(room: Room, request: BookRequest, offer: Offer, place: number, now: number): Promise<BookingRow> {
  const { person, library, kind, how, language, channel, fromAnonymousChannel } = request;
  const id = room.newId(now);
  const contact = { name: offer.anonymous ? '' : request.name, phone: how === 'phone' ? request.phone : null };
  const hour = Math.floor(now / 3_600_000);
  const thisHour = fromAnonymousChannel ? await confirmedFromWeb(room.database.db, library, hour) : 0;
  const state = stateOfNew({ confirm: offer.confirm, fromAnonymousChannel, thisHour });
  const share = fromAnonymousChannel && state === 'confirmed';
  return {
    ...{ id, person, library, kind, state, how, language, channel },
    ...timesOf(offer, request.wall),
    contact: sealContact(contact, id, room.seal),
    version: 1,
    open_no: place,
    web_hour: share ? hour : null,
    web_no: share ? thisHour + 1 : null,
    made_at: now,
  };
}

async function ownOpen(room: Room, request: { person: string; booking: string }, now: number) {
  const row = await bookingById(room.database.db, request.booking);
  return row?.person === request.person && isOpen(row, now) ? row : undefined;
}

type Wanted = { library: string; kind: string; wall: string };

/** Nobody's place could be had: remembered under the call's mark, with what is free instead. */
async function settleTaken(room: Room, mark: string, wanted: Wanted, now: number) {
  const answer = { outcome: 'taken', booking: null, version: null };
  if (!(await recordAnswer(room.database.db, mark, answer, now))) return again;
  return { outcome: 'taken' as const, nearest: await nearest(room, wanted) };
}

const alternatives = 3;

/** The free times nearest to the one that was wanted, soonest first. */
async function nearest(room: Room, { library, kind, wall }: Wanted): Promise<readonly Slot[]> {
  const offers = room.schedule.offers(library, kind);
  const wanted = instantOr(wall, offers[0]?.hours.zone, room.clock.now());
  const best: Slot[] = [];
  for (const { slots } of await freeDaysOf(room.database, offers, room.clock.now())) {
    best.push(...slots);
    best.sort((a, b) => Math.abs(a.at - wanted) - Math.abs(b.at - wanted));
    best.splice(alternatives);
  }
  return best.sort((a, b) => a.at - b.at);
}

function instantOr(wall: string, zone: string | undefined, otherwise: number): number {
  try {
    return zone === undefined ? otherwise : (instantOf(wall, zone) ?? otherwise);
  } catch {
    // not a time at all: an old button, or a made-up one
    return otherwise;
  }
}

async function retellBooking(
  room: Room,
  request: BookRequest,
  { outcome, booking, version }: Answer,
): Promise<BookOutcome> {
  if (outcome === 'too-many') return { outcome, open: (await placesOf(room, request, room.clock.now())).open };
  if (booking === null || version === null) return { outcome: 'taken', nearest: await nearest(room, request) };
  return { outcome: outcome === 'requested' ? 'requested' : 'booked', booking: await asIt(room, booking, version) };
}

async function retellMove(
  room: Room,
  request: { booking: string; wall: string },
  earlier: Answer,
): Promise<MoveOutcome> {
  if (earlier.booking !== null && earlier.version !== null) {
    return { outcome: 'moved', booking: await asIt(room, earlier.booking, earlier.version) };
  }
  const row = await bookingById(room.database.db, request.booking);
  if (!row) return { outcome: 'unknown' };
  return {
    outcome: 'taken',
    nearest: await nearest(room, { library: row.library, kind: row.kind, wall: request.wall }),
  };
}

async function asIt(room: Room, id: string, version: number): Promise<Booking> {
  const row = await bookingAt(room.database.db, id, version);
  if (!row) throw new Error('an answer names a booking that is not there');
  return opened(row, room.seal);
}

/** Nothing of the event or the person can be read from it, and nobody else's event meets it. */
function markOf(room: Room, call: string, { person, eventId }: { person: string; eventId: string }): string {
  return room.seal.mark(JSON.stringify([call, person, eventId]));
}

/** What was read first has changed meanwhile: look again. */
const again = Symbol('again');
/** The time is somebody else's. */
const taken = Symbol('taken');

/** Runs a transaction in which throwing `again` or `taken` rolls back and is the result. */
async function attempt(
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

async function untilSettled<T>(work: () => Promise<T | typeof again>): Promise<T> {
  for (let round = 1; round <= rounds; round++) {
    const result = await work();
    if (result !== again) return result;
  }
  throw new Error('a booking could not be settled: its rows kept changing');
}
