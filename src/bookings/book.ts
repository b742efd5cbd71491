import type { Booking, Bookings, BookOutcome, BookRequest, MoveOutcome, Slot } from './bookings.ts';
import { callOff } from './call-off.ts';
import { isClosed } from './closed-days.ts';
import { createFamily, leaveAll } from './families.ts';
import { freeDaysOf } from './free.ts';
import { type KindRules, loadKinds } from './kinds.ts';
import { asSeenBy, audienceOf, dropProposal, guestRowsOf, guestsOf } from './participants.ts';
import type { News } from './reminders.ts';
import {
  again,
  attempt,
  markOf,
  offersAt,
  openRoom,
  type Room,
  type RoomParts,
  taken,
  timesOf,
  untilSettled,
  zoneOf,
} from './room.ts';
import { isOpen, openPerKind, stateOfMoved, stateOfNew } from './rules.ts';
import { loadSeeds, type Offer, seedSchedule } from './schedule.ts';
import { instantOf, isDay, wallOf } from './slots.ts';
import {
  type Answer,
  answerTo,
  type BookingRow,
  bookingAt,
  bookingById,
  bookingsById,
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
import { createWaiting, endWait, forgetWaits, handOver, holdFor, nextInLine, tendWaits } from './waits.ts';

export type BookingsParts = RoomParts & {
  /** Loads the made-up consultants of content/demo. */
  demo: boolean;
};

/**
 * Puts the consultants of the content files into the store and serves bookings from it.
 * @throws ContentError when a file is wrong
 */
export async function createBookings(parts: BookingsParts): Promise<Bookings> {
  const kinds = loadKinds(parts.contentDir);
  await seedSchedule(parts.database, loadSeeds(parts.contentDir, kinds, parts.demo));
  const room = await openRoom(parts);
  const { schedule } = room;
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
    async ahead(booking, person) {
      if (booking.as === 'owner' || person === undefined) return (await parts.reminders?.ahead(booking)) ?? [];
      const me = (await guestsOf(room.database.db, [booking.id])).find((guest) => guest.person === person);
      return me ? ((await parts.reminders?.ahead(booking, me.id)) ?? []) : [];
    },
    heard: (request) => heard(room, request),
    family: createFamily(room, (request, agreed) => move(room, request, agreed)),
    waiting: createWaiting(room),
    tend: () => tendWaits(room),
    forget: (person) => forget(room, person),
    export: async (person) => seenBy(room, person, await rowsOf(room, person)),
  };
}

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
    const { library, kind, wall } = request;
    const hold = await holdFor(database.db, request, now);
    const held = hold && room.schedule.offers(library, kind).filter((offer) => offer.consultant === hold.consultant);
    const zone = await zoneOf(room, request.person);
    for (const offer of held ?? offersAt(room, library, kind, wall, now)) {
      const fresh = await newRow(room, request, offer, place, now);
      const row = hold ? { ...fresh, from_unit: Number(hold.from_unit), to_unit: Number(hold.to_unit) } : fresh;
      const outcome = row.state === 'requested' ? 'requested' : 'booked';
      const audience = [{ person: request.person, tag: '', language: request.language, zone }];
      const written = await attempt(database, async (trx) => {
        if (!(await recordAnswer(trx, mark, { outcome, booking: row.id, version: row.version }, now))) throw again;
        if (await isClosed(trx, library, wall.slice(0, 10))) throw taken;
        if (hold) {
          if (!(await endWait(trx, hold, 'taken', now))) throw again;
        } else if (!(await takePlace(trx, placeOf(row), offer.rules.capacity))) throw taken;
        if (!(await insertBooking(trx, row))) throw again;
        await recordEvent(trx, row, outcome, now);
        await room.reminders?.follow(trx, row, { audience, now });
      });
      if (written === again) return again;
      if (written === 'done') return { outcome, booking: opened(row, seal) };
    }
    return settleTaken(room, mark, request, now);
  });
}

/** @param agreed moved because a relative proposed it: whoever booked has said yes */
async function move(
  room: Room,
  request: Parameters<Bookings['move']>[0],
  agreed?: { guest: string },
): Promise<MoveOutcome> {
  const { database, seal } = room;
  const mark = markOf(room, 'move', request);
  return untilSettled(async () => {
    const now = room.clock.now();
    const row = await ownOpen(room, request, now);
    const earlier = await answerTo(database.db, mark);
    if (earlier) return retellMove(room, request, earlier);
    if (!row) return { outcome: 'unknown' };
    const audience = await audienceOf(room, row);
    const together = audience.length - 1;
    if (row.wall === request.wall) return { outcome: 'moved', booking: { ...opened(row, seal), together } };
    const offers = offersAt(room, row.library, row.kind, request.wall, now);
    const next = await nextInLine(room, row, now, request.person);
    const news: News = { what: 'moved', except: request.person };
    // Whoever has been promised stays, if that consultant is free then.
    for (const offer of offers.sort((a, b) => mine(b, row) - mine(a, row))) {
      const change = { ...timesOf(offer, request.wall), state: stateOfMoved(offer.confirm, row.state) };
      const moved: BookingRow = { ...row, ...change, version: row.version + 1 };
      const written = await attempt(database, async (trx) => {
        const answer = { outcome: 'moved', booking: row.id, version: moved.version };
        if (!(await recordAnswer(trx, mark, answer, now))) throw again;
        if (await isClosed(trx, row.library, moved.wall.slice(0, 10))) throw taken;
        if (!(await changeBooking(trx, row, change))) throw again;
        // Where the new time overlaps with the old one, nobody else can have that.
        if (next && !overlap(row, moved)) await handOver(trx, room, next, row, now);
        else await leavePlace(trx, placeOf(row));
        if (!(await takePlace(trx, placeOf(moved), offer.rules.capacity))) throw taken;
        await dropProposal(trx, row.id);
        await recordEvent(trx, moved, 'moved', now, agreed ? 'relative' : 'person');
        await room.reminders?.follow(trx, moved, { audience, now, news });
      });
      if (written === again) return again;
      if (written === 'done') return { outcome: 'moved', booking: { ...opened(moved, seal), together } };
    }
    return settleTaken(room, mark, { ...request, library: row.library, kind: row.kind }, now);
  });
}

function overlap(a: BookingRow, b: BookingRow): boolean {
  return a.consultant === b.consultant && a.from_unit < b.to_unit && b.from_unit < a.to_unit;
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
    const audience = await audienceOf(room, row);
    const next = await nextInLine(room, row, now, request.person);
    const news: News = { what: 'called-off', why: 'family', except: request.person };
    let cancelled = row;
    const written = await attempt(database, async (trx) => {
      const answer = { outcome: 'cancelled', booking: row.id, version: row.version + 1 };
      if (!(await recordAnswer(trx, mark, answer, now))) throw again;
      cancelled = await callOff(trx, room, row, { audience, now, side: 'person', news, next });
    });
    return written === 'done' ? { outcome: 'cancelled', booking: opened(cancelled, seal) } : again;
  });
}

async function openOf(room: Room, person: string): Promise<readonly Booking[]> {
  const now = room.clock.now();
  // Two days cover every zone and the longest consultation; isOpen decides.
  const rows = await rowsOf(room, person, wallOf(now - 2 * 86_400_000, 'UTC'));
  const open = rows.filter((row) => isOpen(row, now));
  return (await seenBy(room, person, open)).toSorted((a, b) => a.at - b.at);
}

/** The person's own, and those to which they come. */
async function rowsOf(room: Room, person: string, since?: string): Promise<readonly BookingRow[]> {
  const { db } = room.database;
  const own = await bookingsOf(db, person, since);
  const comes = (await guestRowsOf(db, person)).map((guest) => guest.booking);
  const others = await bookingsById(db, comes);
  return [...own, ...others.filter((row) => since === undefined || row.wall >= since)];
}

async function seenBy(room: Room, person: string, rows: readonly BookingRow[]): Promise<Booking[]> {
  const ids = rows.map((row) => row.id);
  const guests = await guestsOf(room.database.db, ids);
  return rows.flatMap((row) => asSeenBy(row, person, guests, room.seal) ?? []);
}

async function find(room: Room, person: string, id: string): Promise<Booking | null> {
  const row = await bookingById(room.database.db, id);
  return row ? asSeenBy(row, person, await guestsOf(room.database.db, [id]), room.seal) : null;
}

/** Said once or ten times, it is said. */
async function heard(room: Room, { person, booking, said }: Parameters<Bookings['heard']>[0]): Promise<Booking | null> {
  const found = await find(room, person, booking);
  if (!found || found.state === 'cancelled') return null;
  await recordWords(room.database.db, booking, said, room.clock.now());
  return found;
}

/** Open bookings are cancelled; all lose the person, what was said of the person, and how to reach them. */
async function forget(room: Room, person: string): Promise<void> {
  await forgetWaits(room, person);
  await leaveAll(room, person);
  const anonymous = { person: null, contact: null, language: null, channel: null };
  const news: News = { what: 'called-off', why: 'family', except: person };
  await untilSettled(async () => {
    const now = room.clock.now();
    const rows = await bookingsOf(room.database.db, person);
    const audiences = await Promise.all(rows.map((row) => audienceOf(room, row)));
    const written = await attempt(room.database, async (trx) => {
      for (const [i, row] of rows.entries()) {
        if (isOpen(row, now)) {
          const audience = audiences[i] ?? [];
          await callOff(trx, room, row, { audience, now, side: 'person', news, next: null, change: anonymous });
        } else {
          await trx
            .updateTable('bookings')
            .set({ ...anonymous, open_no: null })
            .where('id', '=', row.id)
            .execute();
        }
      }
    });
    return written === 'done' ? null : again;
  });
}

function mine(offer: Offer, row: BookingRow): number {
  return offer.consultant === row.consultant ? 1 : 0;
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
