import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Booking, BookOutcome } from '../../src/bookings/bookings.ts';
import { confirmBooking, requestedBookings, sweepBookings } from '../../src/bookings/requests.ts';
import type { Database } from '../../src/storage/database.ts';
import { engines, freshDatabase } from '../engines.ts';
import { noon, openWorld, request } from './world.ts';

const day = 86_400_000;

describe.each(engines)('a consultation, on %s', (engine) => {
  let database: Database;
  let drop: () => Promise<void>;
  let world: Awaited<ReturnType<typeof openWorld>>;

  beforeEach(async () => {
    ({ database, drop } = await freshDatabase(engine));
    world = await openWorld(database);
  });
  afterEach(() => drop());

  const booked = async (about: Parameters<typeof request>[0] = {}): Promise<Booking> => {
    const outcome = await world.bookings.book(request(about));
    if (outcome.outcome !== 'booked' && outcome.outcome !== 'requested') throw new Error(outcome.outcome);
    return outcome.booking;
  };
  const walls = async (library = 'village', on = '2026-12-03', kind = 'talk') =>
    (await world.bookings.free({ library, kind, limit: 50, day: on })).map((slot) => slot.wall.slice(11));
  const units = () => database.db.selectFrom('booking_slots').selectAll().execute();
  const events = (booking: string) =>
    database.db.selectFrom('booking_events').selectAll().where('booking', '=', booking).orderBy('version').execute();

  it('the next three free times are offered, soonest first', async () => {
    const slots = await world.bookings.free({ library: 'village', kind: 'talk', limit: 3 });
    expect(slots.map((slot) => slot.wall)).toEqual(['2026-12-01T14:00', '2026-12-01T14:30', '2026-12-01T15:00']);
    expect(slots[0]).toEqual({
      library: 'village',
      kind: 'talk',
      wall: '2026-12-01T14:00',
      zone: 'Europe/Kyiv',
      at: Date.parse('2026-12-01T12:00Z'),
      minutes: 25,
      demo: false,
    });
    const later = await world.bookings.free({ library: 'village', kind: 'talk', limit: 1, after: slots[2]?.at ?? 0 });
    expect(later.map((slot) => slot.wall)).toEqual(['2026-12-01T15:30']);
  });

  it('the days that still have a free time are offered, without days off', async () => {
    const days = await world.bookings.freeDays({ library: 'village', kind: 'talk', limit: 5, after: '2026-12-07' });
    expect(days).toEqual([
      { day: '2026-12-08', free: 12 },
      { day: '2026-12-10', free: 2 },
      { day: '2026-12-11', free: 12 },
      { day: '2026-12-14', free: 12 },
      { day: '2026-12-15', free: 12 },
    ]);
  });

  it('a library offers its kinds in their order, and one that has not joined offers none', async () => {
    expect((await world.bookings.kindsAt('village')).map((kind) => kind.id)).toEqual([
      'talk',
      'lesson',
      'club',
      'quiet',
    ]);
    expect(await world.bookings.kindsAt('elsewhere')).toEqual([]);
    expect(world.bookings.joinedLibraries()).toEqual(['hamlet', 'town', 'village']);
    expect(await world.bookings.free({ library: 'elsewhere', kind: 'talk', limit: 3 })).toEqual([]);
    expect(await world.bookings.book(request({ library: 'elsewhere' }))).toEqual({ outcome: 'not-joined' });
  });

  it('a booked time is no longer free, for no other kind that would meet it either', async () => {
    const person = randomUUID();
    const booking = await booked({ person, how: 'phone', phone: '+380671234567' });
    expect(booking).toMatchObject({ state: 'confirmed', version: 1, name: 'Oksana', phone: '+380671234567' });
    expect(await walls()).not.toContain('15:00');
    expect(await walls('village', '2026-12-03', 'lesson')).toEqual(['10:00', '11:00', '12:00', '14:00', '16:00']);
    expect(await world.bookings.of(person)).toEqual([booking]);
    expect(await world.bookings.export(person)).toEqual([booking]);
  });

  it('who comes too late is offered the three nearest free times', async () => {
    await booked();
    const late = await world.bookings.book(request());
    expect(late.outcome).toBe('taken');
    if (late.outcome === 'taken') {
      expect(late.nearest.map((slot) => slot.wall.slice(11))).toEqual(['14:00', '14:30', '15:30']);
    }
  });

  it('a time that is not offered cannot be had, however it is written', async () => {
    const wrong = ['2026-12-03T15:05', '2026-12-03T13:00', '2026-12-09T10:00', '2026-12-01T13:00', '2027-03-01T10:00'];
    for (const wall of [...wrong, '2026-02-30T10:00', '2026-12-03', 'tomorrow', '', "'; drop table bookings; --"]) {
      const outcome = await world.bookings.book(request({ wall }));
      expect(outcome.outcome, wall).toBe('taken');
      expect(outcome).toHaveProperty('nearest.length', 3);
    }
    world.clock.time = Date.parse('2027-02-15T10:00Z');
    for (const wall of ['2027-02-29T10:00', '2027-02-30T10:00', '2027-02-99T10:00', '2027-02-26T24:00']) {
      expect((await world.bookings.book(request({ wall }))).outcome, wall).toBe('taken');
    }
    for (const day of ['2027-02-30', '2027-2-3', 'today', '']) {
      expect(await world.bookings.free({ library: 'village', kind: 'talk', limit: 3, day })).toEqual([]);
      expect(await world.bookings.freeDays({ library: 'village', kind: 'talk', limit: 3, after: day })).toEqual([]);
    }
    expect(await units()).toEqual([]);
  });

  it('with two consultants a time can be had twice', async () => {
    await booked({ library: 'town', wall: '2026-12-03T10:00' });
    expect(await walls('town')).toContain('10:00');
    await booked({ library: 'town', wall: '2026-12-03T10:00' });
    expect(await walls('town')).not.toContain('10:00');
    expect((await world.bookings.book(request({ library: 'town', wall: '2026-12-03T10:00' }))).outcome).toBe('taken');
  });

  it('nobody holds more than two open bookings of a kind; a past or a cancelled one makes room', async () => {
    const person = randomUUID();
    const first = await booked({ person, wall: '2026-12-02T10:00' });
    const second = await booked({ person, wall: '2026-12-03T10:00' });
    const third = request({ person, wall: '2026-12-04T10:00' });
    expect(await world.bookings.book(third)).toEqual({ outcome: 'too-many', open: [first, second] });
    await booked({ person, kind: 'lesson', wall: '2026-12-04T11:00' });

    await world.bookings.cancel({ eventId: 'a:1', person, booking: second.id });
    const replaced = await booked({ person, wall: '2026-12-04T10:00' });
    expect((await world.bookings.book(request({ person, wall: '2026-12-07T10:00' }))).outcome).toBe('too-many');

    world.clock.time = Date.parse('2026-12-02T08:25Z') - 1;
    expect((await world.bookings.book(request({ person, wall: '2026-12-07T10:00' }))).outcome).toBe('too-many');
    world.clock.time = Date.parse('2026-12-02T08:25Z');
    const next = await booked({ person, wall: '2026-12-07T10:00' });
    expect((await world.bookings.of(person)).map((booking) => booking.id)).toEqual(
      expect.arrayContaining([replaced.id, next.id]),
    );
    expect((await world.bookings.book(third)).outcome, 'the same call again').toBe('too-many');
  });

  it('the same message again books nothing and tells the same, also after a move', async () => {
    const once = request();
    const first = await world.bookings.book(once);
    expect(await world.bookings.book(once)).toEqual(first);
    if (first.outcome !== 'booked') throw new Error(first.outcome);
    const to = { eventId: 'a:2', person: once.person, booking: first.booking.id, wall: '2026-12-04T11:00' };
    const moved = await world.bookings.move(to);
    expect(await world.bookings.move(to)).toEqual(moved);
    expect(await world.bookings.book(once)).toEqual(first);
    const off = { eventId: 'a:3', person: once.person, booking: first.booking.id };
    const cancelled = await world.bookings.cancel(off);
    expect(await world.bookings.cancel(off)).toEqual(cancelled);
    expect(await world.bookings.cancel({ ...off, eventId: 'a:4' })).toMatchObject({ outcome: 'already' });
    expect((await events(first.booking.id)).map((event) => event.what)).toEqual(['booked', 'moved', 'cancelled']);
    expect(await units()).toEqual([]);
  });

  it('who was too late stays too late when the message comes again, even if the time has become free', async () => {
    const person = randomUUID();
    const winner = await booked({ person });
    const late = request();
    expect((await world.bookings.book(late)).outcome).toBe('taken');
    await world.bookings.cancel({ eventId: 'a:1', person, booking: winner.id });
    expect((await world.bookings.book(late)).outcome).toBe('taken');
    expect((await world.bookings.book({ ...late, eventId: 'web:new' })).outcome).toBe('booked');
  });

  it('a moved booking frees the old time and takes the new one, under the same id', async () => {
    const person = randomUUID();
    const booking = await booked({ person });
    const moved = await world.bookings.move({ eventId: 'a:1', person, booking: booking.id, wall: '2026-12-03T15:30' });
    expect(moved).toMatchObject({
      outcome: 'moved',
      booking: { id: booking.id, wall: '2026-12-03T15:30', version: 2 },
    });
    expect(await walls()).toEqual(expect.arrayContaining(['15:00']));
    expect(await walls()).not.toContain('15:30');
    expect(await units()).toHaveLength(6);
  });

  it('a booking can be moved to a time that overlaps with its own', async () => {
    const person = randomUUID();
    const walk = { person, library: 'hamlet', kind: 'walk' };
    const booking = await booked({ ...walk, wall: '2026-12-03T10:00' });
    const move = { person, booking: booking.id };
    expect(await world.bookings.move({ ...move, eventId: 'a:1', wall: '2026-12-03T10:15' })).toMatchObject({
      outcome: 'moved',
    });
    expect(await walls('hamlet', '2026-12-03', 'walk')).toEqual(['11:15', '11:30', '11:45', '12:00']);
    expect(await units()).toHaveLength(12);
  });

  it('a move to a taken time keeps the old one and offers others', async () => {
    const person = randomUUID();
    await booked({ wall: '2026-12-03T16:00' });
    const booking = await booked({ person });
    const outcome = await world.bookings.move({
      eventId: 'a:1',
      person,
      booking: booking.id,
      wall: '2026-12-03T16:00',
    });
    expect(outcome.outcome).toBe('taken');
    expect(outcome).toHaveProperty('nearest.length', 3);
    expect(await world.bookings.of(person)).toEqual([booking]);
    expect(await units()).toHaveLength(12);
  });

  it('nobody can move or cancel what is somebody else’s, or is over', async () => {
    const booking = await booked();
    const stranger = { eventId: 'a:1', person: randomUUID(), booking: booking.id };
    expect(await world.bookings.move({ ...stranger, wall: '2026-12-04T10:00' })).toEqual({ outcome: 'unknown' });
    expect(await world.bookings.cancel(stranger)).toEqual({ outcome: 'unknown' });
    const person = randomUUID();
    const own = await booked({ person, wall: '2026-12-04T10:00' });
    world.clock.time = own.at + own.minutes * 60_000;
    expect(await world.bookings.cancel({ eventId: 'a:2', person, booking: own.id })).toEqual({ outcome: 'unknown' });
    expect(await world.bookings.of(person)).toEqual([]);
    expect(await world.bookings.export(person)).toHaveLength(1);
  });

  it('a group has as many places as it has, and a place that is given back can be had again', async () => {
    const club = { kind: 'club', wall: '2026-12-05T11:00' };
    const people = Array.from({ length: 7 }, () => randomUUID());
    const all = await Promise.all(people.map((person) => booked({ ...club, person })));
    expect((await world.bookings.book(request(club))).outcome).toBe('taken');
    expect(await walls('village', '2026-12-05', 'club')).toEqual([]);
    await world.bookings.cancel({ eventId: 'a:1', person: people[3] as string, booking: all[3]?.id as string });
    expect(await walls('village', '2026-12-05', 'club')).toEqual(['11:00']);
    await booked(club);
    expect((await world.bookings.book(request(club))).outcome).toBe('taken');
  });

  it('more than three an hour at a library from chats without account wait for a librarian, who confirms them', async () => {
    const web = (wall: string) => world.bookings.book(request({ wall, channel: 'web', fromAnonymousChannel: true }));
    const outcomes: BookOutcome[] = [];
    for (const time of ['10:00', '10:30', '11:00', '11:30']) outcomes.push(await web(`2026-12-03T${time}`));
    expect(outcomes.map((o) => o.outcome)).toEqual(['booked', 'booked', 'booked', 'requested']);
    expect(await walls(), 'a request holds its time').not.toContain('11:30');
    expect((await world.bookings.book(request({ wall: '2026-12-03T12:00' }))).outcome).toBe('booked');

    const [waiting] = await requestedBookings(world);
    expect(waiting).toMatchObject({ wall: '2026-12-03T11:30', name: 'Oksana', state: 'requested' });
    const id = waiting?.id ?? '';
    expect(await confirmBooking(world, id)).toMatchObject({
      outcome: 'confirmed',
      booking: { state: 'confirmed', version: 2 },
    });
    expect(await confirmBooking(world, id)).toMatchObject({ outcome: 'already' });
    expect(await confirmBooking(world, 'nonsense')).toEqual({ outcome: 'unknown' });
    expect(await requestedBookings(world)).toEqual([]);
    expect((await events(id)).map((event) => event.what)).toEqual(['requested', 'confirmed']);

    world.clock.time = noon + 3_600_000;
    expect((await web('2026-12-03T12:30')).outcome).toBe('booked');
  });

  it('a kind that a librarian confirms by hand begins as a request, keeps no name, and is one again when moved', async () => {
    const person = randomUUID();
    const booking = await booked({ person, kind: 'quiet', name: 'Oksana', phone: '+380671234567' });
    expect(booking).toMatchObject({ state: 'requested', name: '', phone: null });
    await confirmBooking(world, booking.id);
    const moved = await world.bookings.move({ eventId: 'a:1', person, booking: booking.id, wall: '2026-12-04T10:00' });
    expect(moved).toMatchObject({ outcome: 'moved', booking: { state: 'requested', version: 3 } });
  });

  it('what a person said of themselves is not readable in the database', async () => {
    const { id } = await booked({ name: 'Oksana Unmistakable', how: 'phone', phone: '+380671234567' });
    const tables = ['bookings', 'booking_events', 'booking_answers', 'booking_slots'] as const;
    const rows = await Promise.all(tables.map((table) => database.db.selectFrom(table).selectAll().execute()));
    expect(JSON.stringify(rows)).toContain(id);
    expect(JSON.stringify(rows)).not.toMatch(/Unmistakable|380671234567|web:/);
  });

  it('who is forgotten frees their times, and nothing that stays points back', async () => {
    const person = randomUUID();
    const past = await booked({ person, wall: '2026-12-02T10:00' });
    world.clock.time += day;
    const open = await booked({ person });
    const other = await booked({ wall: '2026-12-03T16:00' });
    await world.bookings.forget(person);
    expect(await world.bookings.export(person)).toEqual([]);
    expect(await walls()).toContain('15:00');
    const rows = await database.db.selectFrom('bookings').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(person);
    for (const id of [past.id, open.id]) {
      expect(rows.find((row) => row.id === id)).toMatchObject({
        person: null,
        contact: null,
        language: null,
        channel: null,
      });
    }
    expect(rows.find((row) => row.id === open.id)?.state).toBe('cancelled');
    expect(rows.find((row) => row.id === other.id)).toMatchObject({ state: 'confirmed', person: expect.any(String) });
    await world.bookings.forget(person);
  });

  it('a name and a number are gone 30 days after the consultation, not before', async () => {
    const person = randomUUID();
    const booking = await booked({ person, how: 'phone', phone: '+380671234567' });
    world.clock.time = booking.at + 30 * day - day;
    await sweepBookings(world);
    expect(await world.bookings.export(person)).toMatchObject([{ name: 'Oksana', phone: '+380671234567' }]);
    world.clock.time = booking.at + 31 * day;
    await sweepBookings(world);
    expect(await world.bookings.export(person)).toMatchObject([{ id: booking.id, name: '', phone: null }]);
    expect(await units()).toEqual([]);
    expect(await database.db.selectFrom('booking_answers').selectAll().execute()).toEqual([]);
  });
});
