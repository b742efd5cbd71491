import type { Kysely, Selectable, Transaction } from 'kysely';
import type { BookingWaitsTable } from '../storage/tables/calendar.ts';
import type { Tables } from '../storage/tables/index.ts';
import type { Slot, Wait, Waiting, WaitRequest } from './bookings.ts';
import { isClosed } from './closed-days.ts';
import { freeDaysOf } from './free.ts';
import { again, attempt, offersAt, type Room, taken, timesOf, untilSettled, zoneOf } from './room.ts';
import { offeredUntil, openWaits, waitDays } from './rules.ts';
import { instantOfBooked, wallOf } from './slots.ts';
import { leavePlace, sessionOf, takePlace } from './store.ts';

/**
 * The waiting list. A time that comes free goes to the first who waits for it, in the transaction that frees it, so that
 * nobody is quicker; it is held for them in `booking_slots` until they book it, leave it, or the time is up.
 */

type Db = Kysely<Tables>;
type Trx = Transaction<Tables>;
type WaitRow = Selectable<BookingWaitsTable>;

export function createWaiting(room: Room): Waiting {
  const { db } = room.database;
  return {
    join: (request) => joinList(room, request),
    async of(person) {
      const rows = await db
        .selectFrom('booking_waits')
        .selectAll()
        .where('person', '=', person)
        .where('wait_no', 'is not', null)
        .orderBy('made_at')
        .execute();
      return rows.map(asWait);
    },
    async offered(person, wait) {
      const row = await waitById(db, wait);
      if (row?.person !== person || row.state !== 'offered') return null;
      const { library, kind, wall, consultant, offered_until: until } = row;
      if (wall === null || until === null || until <= room.clock.now()) return null;
      const offer = room.schedule.offers(library, kind).find((one) => one.consultant === consultant);
      if (!offer) return null;
      const { zone } = offer.hours;
      const at = instantOfBooked(wall, zone);
      return { library, kind, wall, zone, at, minutes: offer.rules.minutes, demo: offer.demo, until };
    },
    leave: (person, wait) => leaveList(room, person, wait),
  };
}

function asWait({ id, library, kind, day, state }: WaitRow): Wait {
  return { id, library, kind, day, offered: state === 'offered' };
}

async function joinList(room: Room, request: WaitRequest): ReturnType<Waiting['join']> {
  const { person, library, kind, day, language } = request;
  const { db } = room.database;
  return untilSettled<Awaited<ReturnType<Waiting['join']>>>(async () => {
    const now = room.clock.now();
    const offers = room.schedule.offers(library, kind);
    if (offers.length === 0) return { outcome: 'not-joined' };
    const mine = await db
      .selectFrom('booking_waits')
      .selectAll()
      .where('person', '=', person)
      .where('wait_no', 'is not', null)
      .execute();
    const same = mine.find((row) => row.library === library && row.kind === kind && row.day === day);
    if (same) return { outcome: 'waiting', wait: asWait(same) };
    const [free] = await freeDaysOf(room.database, offers, now, { only: day ?? undefined });
    if (free) return { outcome: 'free' };
    const wait_no = Array.from({ length: openWaits }, (_, i) => i + 1).find(
      (no) => !mine.some((row) => row.wait_no === no),
    );
    if (wait_no === undefined) return { outcome: 'too-many' };
    const row = {
      ...{ id: room.newId(now), person, library, kind, day, language },
      ...{ state: 'waiting' as const, wait_no, made_at: now },
    };
    const result = await db
      .insertInto('booking_waits')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    if (Number(result.numInsertedOrUpdatedRows) !== 1) return again;
    return { outcome: 'waiting', wait: { id: row.id, library, kind, day, offered: false } };
  });
}

/** Somebody whose turn it is. `dueAt`: when they will read of it; `until`: how long it is theirs. UTC ms. */
export type NextInLine = { wait: WaitRow; person: string; dueAt: number; until: number };

type Freed = { library: string; kind: string; consultant: string; wall: string; zone: string };

/** @param except whoever has just given the time up; null: nobody waits for it, or it is too late to offer it */
export async function nextInLine(
  room: Room,
  freed: Freed,
  now: number,
  except: string | null,
): Promise<NextInLine | null> {
  const { library, kind, consultant, wall, zone } = freed;
  const rows = await room.database.db
    .selectFrom('booking_waits')
    .selectAll()
    .where('state', '=', 'waiting')
    .where('library', '=', library)
    .where('kind', '=', kind)
    .where((eb) => eb.or([eb('day', 'is', null), eb('day', '=', wall.slice(0, 10))]))
    .orderBy('made_at')
    .orderBy('id')
    .limit(20)
    .execute();
  if (rows.length === 0) return null;
  if (!offersAt(room, library, kind, wall, now).some((offer) => offer.consultant === consultant)) return null;
  if (await isClosed(room.database.db, library, wall.slice(0, 10))) return null;
  const starts = instantOfBooked(wall, zone);
  for (const wait of rows) {
    if (wait.person === null || wait.person === except) continue;
    const dueAt = room.reminders?.awake(await zoneOf(room, wait.person), now) ?? now;
    const until = offeredUntil({ readAt: dueAt, starts });
    if (until !== null) return { wait, person: wait.person, dueAt, until };
  }
  return null;
}

type Held = { consultant: string; wall: string; from_unit: number; to_unit: number };

/** The place, which is not given back, is theirs for now. @throws again when it is no longer their turn */
export async function handOver(trx: Trx, room: Room, next: NextInLine, place: Held, now: number): Promise<void> {
  const { wait, person, dueAt, until } = next;
  const { consultant, wall, from_unit, to_unit } = place;
  const result = await trx
    .updateTable('booking_waits')
    .set({ state: 'offered', consultant, wall, from_unit, to_unit, offered_until: until })
    .where('id', '=', wait.id)
    .where('state', '=', 'waiting')
    .executeTakeFirstOrThrow();
  if (Number(result.numUpdatedRows) !== 1) throw again;
  await room.reminders?.offer(trx, {
    person,
    wait: wait.id,
    language: wait.language,
    dueAt: Math.max(dueAt, now),
    until,
  });
}

/** The time that is held for the person, if it is that one. */
export async function holdFor(
  db: Db,
  { person, library, kind, wall }: { person: string; library: string; kind: string; wall: string },
  now: number,
): Promise<WaitRow | undefined> {
  return db
    .selectFrom('booking_waits')
    .selectAll()
    .where('person', '=', person)
    .where('state', '=', 'offered')
    .where('library', '=', library)
    .where('kind', '=', kind)
    .where('wall', '=', wall)
    .where('offered_until', '>', now)
    .executeTakeFirst();
}

/** What is over keeps nothing of the person. */
const over = { person: null, wait_no: null, language: null } as const;

/** Ends a wait that is as it was read. @returns false when it is not */
export async function endWait(
  trx: Trx,
  row: Pick<WaitRow, 'id' | 'state'>,
  state: 'taken' | 'passed' | 'lapsed' | 'left' | 'ended',
  now: number,
): Promise<boolean> {
  const result = await trx
    .updateTable('booking_waits')
    .set({ ...over, state, settled_at: now })
    .where('id', '=', row.id)
    .where('state', '=', row.state)
    .executeTakeFirstOrThrow();
  return Number(result.numUpdatedRows) === 1;
}

async function leaveList(room: Room, person: string, id: string): Promise<void> {
  const row = await waitById(room.database.db, id);
  if (row?.person !== person) return;
  if (row.state === 'offered') return passOn(room, row, 'passed');
  await room.database.transaction(async (trx) => {
    await endWait(trx, row, 'left', room.clock.now());
  });
}

/** An offered time that will not be taken goes to the next in line. */
async function passOn(room: Room, row: WaitRow, as: 'passed' | 'lapsed' | 'left'): Promise<void> {
  await untilSettled(async () => {
    const now = room.clock.now();
    const held = heldBy(row);
    const zone = room.schedule.offers(row.library, row.kind)[0]?.hours.zone ?? 'Europe/Kyiv';
    const next = held && (await nextInLine(room, { ...row, ...held, zone }, now, row.person));
    const written = await attempt(room.database, async (trx) => {
      // Somebody else has seen to it, or it has just been booked.
      if (!(await endWait(trx, row, as, now))) return;
      if (!held) return;
      if (next) await handOver(trx, room, next, held, now);
      else await leavePlace(trx, placeOfHeld(row.kind, held));
    });
    return written === 'done' ? null : again;
  });
}

function heldBy({ consultant, wall, from_unit, to_unit }: WaitRow): Held | null {
  if (consultant === null || wall === null || from_unit === null || to_unit === null) return null;
  return { consultant, wall, from_unit, to_unit };
}

function placeOfHeld(kind: string, { consultant, wall, from_unit, to_unit }: Held) {
  return { consultant, session: sessionOf(kind, wall), from: from_unit, to: to_unit };
}

/** Of a day that closes: those to whom a time was offered wait again. */
export async function takeOffersBack(trx: Trx, room: Room, { library, day }: { library: string; day: string }) {
  const rows = await trx
    .selectFrom('booking_waits')
    .selectAll()
    .where('state', '=', 'offered')
    .where('library', '=', library)
    .where('wall', '>=', day)
    .where('wall', '<', `${day}U`)
    .execute();
  for (const row of rows) {
    const held = heldBy(row);
    if (held) await leavePlace(trx, placeOfHeld(row.kind, held));
    await trx
      .updateTable('booking_waits')
      .set({ state: 'waiting', consultant: null, wall: null, from_unit: null, to_unit: null, offered_until: null })
      .where('id', '=', row.id)
      .execute();
    await room.reminders?.withdrawOffer(trx, row.id);
  }
}

/** Whoever is forgotten waits no longer. */
export async function forgetWaits(room: Room, person: string): Promise<void> {
  const rows = await room.database.db.selectFrom('booking_waits').selectAll().where('person', '=', person).execute();
  for (const row of rows) {
    if (row.state === 'offered') await passOn(room, row, 'left');
    else await room.database.transaction(async (trx) => void (await endWait(trx, row, 'left', room.clock.now())));
  }
}

/** What must be seen to from time to time. */
export async function tendWaits(room: Room): Promise<void> {
  const { db } = room.database;
  const now = room.clock.now();
  const lapsed = await db
    .selectFrom('booking_waits')
    .selectAll()
    .where('state', '=', 'offered')
    .where('offered_until', '<=', now)
    .execute();
  for (const row of lapsed) await passOn(room, row, 'lapsed');
  const waiting = await db.selectFrom('booking_waits').selectAll().where('state', '=', 'waiting').execute();
  const yesterday = wallOf(now - 86_400_000, 'UTC').slice(0, 10);
  const goneBy = (row: WaitRow) =>
    row.made_at < now - waitDays * 86_400_000 || (row.day !== null && row.day < yesterday);
  for (const row of waiting.filter(goneBy)) {
    await room.database.transaction(async (trx) => void (await endWait(trx, row, 'ended', now)));
  }
  const wanted = new Map(waiting.filter((row) => !goneBy(row)).map((row) => [`${row.library} ${row.kind}`, row]));
  for (const { library, kind } of wanted.values()) await offerFree(room, library, kind);
}

/** Times that are free although somebody waits: a day opened again, new hours, a consultation of another kind called off. */
async function offerFree(room: Room, library: string, kind: string): Promise<void> {
  const now = room.clock.now();
  const offers = room.schedule.offers(library, kind);
  for (const { slots } of await freeDaysOf(room.database, offers, now)) {
    for (const slot of slots) {
      const next = await offerOne(room, slot, now);
      if (next === 'nobody') break;
    }
  }
}

/** @returns `nobody`: on that day nobody waits for this kind */
async function offerOne(room: Room, slot: Slot, now: number): Promise<'offered' | 'taken' | 'nobody'> {
  for (const offer of offersAt(room, slot.library, slot.kind, slot.wall, now)) {
    const outcome = await untilSettled<'offered' | 'taken' | 'nobody'>(async () => {
      const place = timesOf(offer, slot.wall);
      const next = await nextInLine(room, { ...slot, consultant: offer.consultant }, now, null);
      if (!next) return 'nobody';
      const written = await attempt(room.database, async (trx) => {
        const session = sessionOf(slot.kind, slot.wall);
        const { consultant, from_unit: from, to_unit: to } = place;
        if (!(await takePlace(trx, { consultant, session, from, to }, offer.rules.capacity))) throw taken;
        await handOver(trx, room, next, place, now);
      });
      if (written === taken) return 'taken';
      return written === 'done' ? 'offered' : again;
    });
    if (outcome !== 'taken') return outcome;
  }
  return 'taken';
}

async function waitById(db: Db, id: string): Promise<WaitRow | undefined> {
  return db.selectFrom('booking_waits').selectAll().where('id', '=', id).executeTakeFirst();
}
