import { codeFrom } from '../people/codes.ts';
import type { Bookings, Family, FamilyOutcome, MoveOutcome, Slot } from './bookings.ts';
import { freeDaysOf } from './free.ts';
import { asSeenBy, audienceOf, dropProposal, guestRowsOf, guestsOf, removeGuest } from './participants.ts';
import { again, attempt, markOf, offersAt, type Room, untilSettled } from './room.ts';
import { decentHours, familyLinkDays, isOpen, mostFamilyLinks, mostGuests } from './rules.ts';
import { instantOfBooked } from './slots.ts';
import { answerTo, type BookingRow, bookingById, changeBooking, recordAnswer, recordEvent } from './store.ts';

/** Relatives at a consultation, on any platform, in their own language and by their own clock. */

export const familyCodeLength = 16;

type Move = (request: Parameters<Bookings['move']>[0], agreed: { guest: string }) => Promise<MoveOutcome>;

export function createFamily(room: Room, move: Move): Family {
  return {
    invite: (request) => invite(room, request),
    look: (person, code) => look(room, person, code),
    join: (request) => join(room, request),
    leave: (request) => leave(room, request),
    suits: (query) => suits(room, query),
    propose: (request) => propose(room, request),
    proposed: (person, booking) => proposed(room, person, booking),
    agree: (request) => agree(room, request, move),
    refuse: (request) => refuse(room, request),
  };
}

async function ownOpen(room: Room, { person, booking }: { person: string; booking: string }) {
  const row = await bookingById(room.database.db, booking);
  return row?.person === person && isOpen(row, room.clock.now()) ? row : undefined;
}

/** Consultations with one place: a group's are taken one by one. */
function takesGuests(room: Room, row: BookingRow): boolean {
  const offer = room.schedule.offers(row.library, row.kind).find((one) => one.consultant === row.consultant);
  return offer !== undefined && offer.rules.capacity === 1;
}

async function invite(room: Room, request: Parameters<Family['invite']>[0]): ReturnType<Family['invite']> {
  const { database, seal } = room;
  const row = await ownOpen(room, request);
  if (!row || !takesGuests(room, row)) return { outcome: 'unknown' };
  if ((await guestsOf(database.db, [row.id])).length >= mostGuests) return { outcome: 'full' };
  const now = room.clock.now();
  const code = codeFrom(seal, `family\n${request.person}\n${request.eventId}`, familyCodeLength);
  const expires = Math.min(now + familyLinkDays * 86_400_000, instantOfBooked(row.wall, row.zone));
  await database.transaction(async (trx) => {
    const unused = await trx
      .selectFrom('family_invitations')
      .select('mark')
      .where('booking', '=', row.id)
      .where('used_by', 'is', null)
      .orderBy('made_at', 'desc')
      .execute();
    const tooMany = unused.slice(mostFamilyLinks - 1).map(({ mark }) => mark);
    if (tooMany.length > 0) await trx.deleteFrom('family_invitations').where('mark', 'in', tooMany).execute();
    await trx
      .insertInto('family_invitations')
      .values({ mark: inviteMark(room, code), booking: row.id, made_at: now, expires_at: expires, used_by: null })
      .onConflict((conflict) => conflict.column('mark').doNothing())
      .execute();
  });
  return { outcome: 'invited', code, expires };
}

const inviteMark = (room: Room, code: string) => room.seal.mark(`family\n${code}`);

/** What the code leads to, if it leads anywhere for that person. */
async function resolve(room: Room, person: string, code: string) {
  const { db } = room.database;
  const mark = inviteMark(room, code);
  const invitation = await db.selectFrom('family_invitations').selectAll().where('mark', '=', mark).executeTakeFirst();
  const row = invitation && (await bookingById(db, invitation.booking));
  if (!invitation || !row) return null;
  const guests = await guestsOf(db, [row.id]);
  const mine = guests.find((guest) => guest.person === person);
  const now = room.clock.now();
  // Whoever came by it may come back by it; for everybody else a used link is no link.
  if (invitation.used_by !== null && invitation.used_by !== mine?.id) return null;
  if (!isOpen(row, now) || row.person === null) return null;
  if (invitation.used_by === null && invitation.expires_at <= now) return null;
  return { mark, row, guests, mine };
}

async function look(room: Room, person: string, code: string): Promise<FamilyOutcome> {
  const found = await resolve(room, person, code);
  if (!found) return { outcome: 'unknown' };
  const { row, guests, mine } = found;
  if (row.person === person) return { outcome: 'own' };
  if (!mine && guests.length >= mostGuests) return { outcome: 'full' };
  const invited = mine ? guests : [...guests, { id: '', booking: row.id, person, language: null, joined_at: 0 }];
  const booking = asSeenBy(row, person, invited, room.seal);
  return booking ? { outcome: mine ? 'joined' : 'invited', booking } : { outcome: 'unknown' };
}

async function join(room: Room, { person, code, language }: Parameters<Family['join']>[0]): Promise<FamilyOutcome> {
  const { database, seal } = room;
  return untilSettled<FamilyOutcome>(async () => {
    const now = room.clock.now();
    const found = await resolve(room, person, code);
    if (!found) return { outcome: 'unknown' };
    const { mark, row, guests, mine } = found;
    if (row.person === person) return { outcome: 'own' };
    const seen = (of: BookingRow, by: typeof guests): FamilyOutcome => {
      const booking = asSeenBy(of, person, by, seal);
      return booking ? { outcome: 'joined', booking } : { outcome: 'unknown' };
    };
    if (mine) return seen(row, guests);
    if (guests.length >= mostGuests) return { outcome: 'full' };
    const guest = { id: room.newId(now), booking: row.id, person, language, joined_at: now };
    const zone = (await room.reminders?.zoneOf(person)) ?? 'Europe/Kyiv';
    const audience = [...(await audienceOf(room, row)), { person, tag: guest.id, language, zone }];
    const joined: BookingRow = { ...row, version: row.version + 1 };
    const written = await attempt(database, async (trx) => {
      // The version is the lock: whoever comes, goes, moves or cancels at the same moment has to look again.
      if (!(await changeBooking(trx, row, {}))) throw again;
      const used = await trx
        .updateTable('family_invitations')
        .set({ used_by: guest.id })
        .where('mark', '=', mark)
        .where('used_by', 'is', null)
        .executeTakeFirstOrThrow();
      if (Number(used.numUpdatedRows) !== 1) throw again;
      await trx.insertInto('booking_guests').values(guest).execute();
      await recordEvent(trx, joined, 'joined', now, 'relative');
      const news = { what: 'joined', except: person, only: 'owner' } as const;
      await room.reminders?.follow(trx, joined, { audience, now, news });
    });
    return written === 'done' ? seen(joined, [...guests, guest]) : again;
  });
}

async function leave(room: Room, request: Parameters<Family['leave']>[0]): Promise<'left' | 'unknown'> {
  const { database } = room;
  const mark = markOf(room, 'leave', request);
  return untilSettled<'left' | 'unknown'>(async () => {
    if (await answerTo(database.db, mark)) return 'left';
    const now = room.clock.now();
    const row = await bookingById(database.db, request.booking);
    const mine = (await guestsOf(database.db, [request.booking])).find(({ person }) => person === request.person);
    if (!row || !mine) return 'unknown';
    const audience = (await audienceOf(room, row)).filter(({ tag }) => tag !== mine.id);
    const left: BookingRow = { ...row, version: row.version + 1 };
    const written = await attempt(database, async (trx) => {
      const answer = { outcome: 'left', booking: row.id, version: left.version };
      if (!(await recordAnswer(trx, mark, answer, now))) throw again;
      if (!(await changeBooking(trx, row, {}))) throw again;
      if (!(await removeGuest(trx, mine.id))) throw again;
      await trx.deleteFrom('booking_proposals').where('guest', '=', mine.id).execute();
      await recordEvent(trx, left, 'left', now, 'relative');
      const news = isOpen(row, now) ? ({ what: 'left', only: 'owner' } as const) : undefined;
      await room.reminders?.follow(trx, left, { audience, now, ...(news ? { news } : {}) });
    });
    return written === 'done' ? 'left' : again;
  });
}

/** Whoever is forgotten comes to nothing any more. */
export async function leaveAll(room: Room, person: string): Promise<void> {
  for (const { id, booking } of await guestRowsOf(room.database.db, person)) {
    await leave(room, { eventId: `forget:${id}`, person, booking });
  }
}

async function suits(room: Room, query: Parameters<Family['suits']>[0]): Promise<readonly Slot[]> {
  const { person, booking, limit, day } = query;
  const row = await openFor(room, person, booking);
  if (!row) return [];
  const zones = [...new Set((await audienceOf(room, row)).map(({ zone }) => zone))];
  const found: Slot[] = [];
  const offers = room.schedule.offers(row.library, row.kind);
  for (const { slots } of await freeDaysOf(room.database, offers, room.clock.now(), { only: day })) {
    found.push(...slots.filter((slot) => slot.wall !== row.wall && zones.every((zone) => isDecent(slot, zone))));
    if (found.length >= limit) break;
  }
  return found.slice(0, limit);
}

/** Neither before breakfast nor in the night, by the clock of that zone. */
export function isDecent({ at, minutes }: Pick<Slot, 'at' | 'minutes'>, zone: string): boolean {
  const local = (ms: number) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
  const [from, to] = [local(at), local(at + minutes * 60_000)];
  if (from.hour < decentHours.from) return false;
  const sameDay = from.toPlainDate().equals(to.toPlainDate());
  return sameDay && to.hour * 60 + to.minute <= decentHours.to * 60;
}

/** The open booking, if the person has to do with it. */
async function openFor(room: Room, person: string, booking: string): Promise<BookingRow | undefined> {
  const row = await bookingById(room.database.db, booking);
  if (!row || !isOpen(row, room.clock.now())) return undefined;
  const guests = await guestsOf(room.database.db, [booking]);
  return asSeenBy(row, person, guests, room.seal) ? row : undefined;
}

async function propose(room: Room, request: Parameters<Family['propose']>[0]): ReturnType<Family['propose']> {
  const { database } = room;
  return untilSettled<Awaited<ReturnType<Family['propose']>>>(async () => {
    const now = room.clock.now();
    const row = await openFor(room, request.person, request.booking);
    const mine = (await guestsOf(database.db, [request.booking])).find(({ person }) => person === request.person);
    if (!row || !mine || row.person === null) return { outcome: 'unknown' };
    if (offersAt(room, row.library, row.kind, request.wall, now).length === 0) return { outcome: 'taken' };
    const proposal = { guest: mine.id, wall: request.wall, version: row.version, at: now };
    const to = (await audienceOf(room, row)).filter(({ tag }) => tag === '');
    const written = await attempt(database, async (trx) => {
      const still = await bookingById(trx, row.id);
      if (still?.version !== row.version) throw again;
      await trx
        .insertInto('booking_proposals')
        .values({ booking: row.id, ...proposal })
        .onConflict((conflict) => conflict.column('booking').doUpdateSet(proposal))
        .execute();
      const id = `proposed:${room.seal.mark(request.eventId)}`;
      await room.reminders?.tell(trx, row, { what: 'proposed', wall: request.wall, to, now, id });
    });
    return written === 'done' ? { outcome: 'proposed' } : again;
  });
}

async function proposalOf(room: Room, row: BookingRow) {
  const found = await room.database.db
    .selectFrom('booking_proposals')
    .selectAll()
    .where('booking', '=', row.id)
    .executeTakeFirst();
  if (!found) return null;
  const guests = await guestsOf(room.database.db, [row.id]);
  return guests.some((guest) => guest.id === found.guest) ? found : null;
}

async function proposed(room: Room, person: string, booking: string): Promise<Slot | null> {
  const row = await ownOpen(room, { person, booking });
  const proposal = row && (await proposalOf(room, row));
  if (!row || !proposal) return null;
  const { library, kind, zone, minutes } = row;
  const { wall } = proposal;
  return { library, kind, wall, zone, at: instantOfBooked(wall, zone), minutes, demo: row.demo === 1 };
}

async function agree(room: Room, request: Parameters<Family['agree']>[0], move: Move): Promise<MoveOutcome> {
  const row = await ownOpen(room, request);
  const proposal = row && (await proposalOf(room, row));
  if (!proposal || proposal.wall !== request.wall) {
    // Told again after a crash, the time has been moved already; anything else is too late.
    const earlier = await answerTo(room.database.db, markOf(room, 'move', request));
    return earlier ? move(request, { guest: '' }) : { outcome: 'unknown' };
  }
  return move(request, { guest: proposal.guest });
}

async function refuse(room: Room, request: Parameters<Family['refuse']>[0]): Promise<void> {
  const row = await ownOpen(room, request);
  const proposal = row && (await proposalOf(room, row));
  if (!row || !proposal) return;
  const to = (await audienceOf(room, row)).filter(({ tag }) => tag === proposal.guest);
  const now = room.clock.now();
  await room.database.transaction(async (trx) => {
    await dropProposal(trx, row.id);
    const id = `refused:${room.seal.mark(request.eventId)}`;
    await room.reminders?.tell(trx, row, { what: 'refused', wall: proposal.wall, to, now, id });
  });
}
