import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/storage/database.ts';
import { engines, freshDatabase } from '../engines.ts';
import type { Call, Result } from './racer.ts';
import { balanced, dealtOut, many, Racer } from './racers.ts';
import { openWorld, request } from './world.ts';

/** Two processes at the same database: relatives, whoever booked, who waits, and a library that closes the day. */

const count = (results: readonly Result[], ...outcomes: string[]) =>
  results.filter(({ outcome }) => outcomes.includes(outcome)).length;
const day = '2026-12-10';

describe.each(engines)('two processes at once, on %s', (engine) => {
  let database: Database;
  let drop: () => Promise<void>;
  let world: Awaited<ReturnType<typeof openWorld>>;
  let racers: readonly Racer[] = [];

  beforeEach(async () => {
    const fresh = await freshDatabase(engine);
    ({ database, drop } = fresh);
    world = await openWorld(database);
    racers = await Promise.all([Racer.start(fresh.config), Racer.start(fresh.config)]);
  });
  afterEach(async () => {
    await Promise.all(racers.map((racer) => racer.end()));
    await drop();
  });

  const run = (calls: readonly Call[]) => dealtOut(racers, calls);

  async function booked(about: Parameters<typeof request>[0] = {}) {
    const outcome = await world.bookings.book(request(about));
    if (outcome.outcome !== 'booked') throw new Error(outcome.outcome);
    return outcome.booking;
  }
  async function invited(booking: string, person = 'daughter') {
    const outcome = await world.bookings.family.invite({ eventId: randomUUID(), person, booking });
    if (outcome.outcome !== 'invited') throw new Error(outcome.outcome);
    return outcome.code;
  }
  const come = (person: string, code: string): Call => ({ call: 'come', request: { person, code, language: 'uk' } });

  it('40 people open one link: one comes along', async () => {
    const { id } = await booked({ person: 'daughter' });
    const code = await invited(id);
    const results = await run(many(40, (i) => come(`guest ${i}`, code)));
    expect(count(results, 'joined')).toBe(1);
    expect(count(results, 'unknown')).toBe(39);
    expect(await database.db.selectFrom('booking_guests').selectAll().execute()).toHaveLength(1);
    await balanced(database);
  });

  it('one relative with twenty quick fingers comes along once, and is told so twenty times', async () => {
    const { id } = await booked({ person: 'daughter' });
    const code = await invited(id);
    const results = await run(many(20, () => come('mother', code)));
    expect(count(results, 'joined')).toBe(20);
    expect(await database.db.selectFrom('booking_guests').selectAll().execute()).toHaveLength(1);
    await balanced(database);
  });

  it('five links at the same moment: three come along, never four', async () => {
    const { id } = await booked({ person: 'daughter' });
    const codes = [];
    for (let i = 0; i < 5; i++) codes.push(await invited(id));
    const results = await run(codes.map((code, i) => come(`guest ${i}`, code)));
    expect(count(results, 'joined')).toBe(3);
    expect(count(results, 'full')).toBe(2);
    await balanced(database);
  });

  it('relatives come and leave while it is moved and cancelled: each in turn, and nobody is in what is over', async () => {
    for (let round = 0; round < 4; round++) {
      const person = `daughter ${round}`;
      const { id } = await booked({ person, wall: `2026-12-0${3 + (round % 2)}T1${round % 3}:00` });
      const [first, second] = [await invited(id, person), await invited(id, person)];
      await world.bookings.family.join({ person: 'mother', code: first, language: 'uk' });
      const asked = (who: string) => ({ eventId: randomUUID(), person: who, booking: id });
      const results = await run([
        { call: 'leave', request: asked('mother') },
        { call: 'move', request: { ...asked(person), wall: '2026-12-07T10:00' } },
        come('father', second),
        { call: 'move', request: { ...asked(person), wall: '2026-12-08T11:00' } },
        { call: 'cancel', request: asked(person) },
        come('stranger', first),
      ]);
      expect(count(results, 'cancelled')).toBe(1);
      expect(results[5]?.outcome).toBe('unknown');
      expect(['joined', 'unknown']).toContain(results[2]?.outcome);
      expect(await world.bookings.of('father')).toEqual([]);
      await balanced(database);
    }
  });

  it('a proposal is agreed to twice at once, and moved by hand: it ends at one time, and the books balance', async () => {
    const { id } = await booked({ person: 'daughter' });
    await world.bookings.family.join({ person: 'mother', code: await invited(id), language: 'uk' });
    const wall = '2026-12-04T14:00';
    await world.bookings.family.propose({ eventId: 'p', person: 'mother', booking: id, wall });
    const asked = () => ({ eventId: randomUUID(), person: 'daughter', booking: id });
    const results = await run([
      { call: 'agree', request: { ...asked(), wall } },
      { call: 'agree', request: { ...asked(), wall } },
      { call: 'move', request: { ...asked(), wall: '2026-12-07T10:00' } },
      { call: 'leave', request: { ...asked(), person: 'mother' } },
    ]);
    expect(count(results, 'moved')).toBeGreaterThanOrEqual(1);
    const [booking] = await world.bookings.of('daughter');
    expect([wall, '2026-12-07T10:00']).toContain(booking?.wall);
    await balanced(database);
  });

  it('a freed time goes to the first who waits, though thirty try to book it at that very moment', async () => {
    const one = await booked({ person: 'one', wall: `${day}T15:00` });
    await booked({ person: 'two', wall: `${day}T15:30` });
    for (const person of ['halyna', 'iryna']) {
      const wanted = { eventId: randomUUID(), person, library: 'village', kind: 'talk', day, language: 'uk' };
      await world.bookings.waiting.join(wanted);
      world.clock.time += 1000;
    }
    const cancel: Call = { call: 'cancel', request: { eventId: randomUUID(), person: 'one', booking: one.id } };
    const tries = many(30, (): Call => ({ call: 'book', request: request({ wall: `${day}T15:00` }) }));
    const results = await run([...tries.slice(15), cancel, ...tries.slice(15), { call: 'tend', request: null }]);
    expect(count(results, 'cancelled')).toBe(1);
    expect(count(results, 'booked')).toBe(0);
    expect(await world.bookings.waiting.of('halyna')).toMatchObject([{ offered: true }]);
    expect(await world.bookings.waiting.of('iryna')).toMatchObject([{ offered: false }]);
    await balanced(database);
  });

  it('two free times, six who wait, both processes tending: each time is offered once, to the first two', async () => {
    const taken = await Promise.all(['15:00', '15:30'].map((at) => booked({ person: at, wall: `${day}T${at}` })));
    for (let i = 0; i < 6; i++) {
      const wanted = { library: 'village', kind: 'talk', day, language: 'uk' };
      await world.bookings.waiting.join({ eventId: randomUUID(), person: `waits ${i}`, ...wanted });
      world.clock.time += 1000;
    }
    const cancels = taken.map(({ id }, i): Call => {
      return { call: 'cancel', request: { eventId: randomUUID(), person: ['15:00', '15:30'][i] ?? '', booking: id } };
    });
    await run([...cancels, ...many(6, (): Call => ({ call: 'tend', request: null }))]);
    const offered = await database.db.selectFrom('booking_waits').selectAll().where('state', '=', 'offered').execute();
    expect(offered.map(({ person }) => person).sort()).toEqual(['waits 0', 'waits 1']);
    expect(new Set(offered.map(({ wall }) => wall)).size).toBe(2);
    await balanced(database);
  });

  it('who is offered a time books it, says no and is passed over all at once: it is theirs or the next one’s, never both', async () => {
    const one = await booked({ person: 'one', wall: `${day}T15:00` });
    await booked({ person: 'two', wall: `${day}T15:30` });
    const wanted = { library: 'village', kind: 'talk', day, language: 'uk' };
    const halyna = await world.bookings.waiting.join({ eventId: 'h', person: 'halyna', ...wanted });
    world.clock.time += 1000;
    await world.bookings.waiting.join({ eventId: 'i', person: 'iryna', ...wanted });
    await world.bookings.cancel({ eventId: 'c', person: 'one', booking: one.id });
    const wait = halyna.outcome === 'waiting' ? halyna.wait.id : '';
    const results = await run([
      { call: 'book', request: request({ person: 'halyna', wall: `${day}T15:00` }) },
      { call: 'pass', request: { person: 'halyna', wait } },
      { call: 'tend', request: null },
      { call: 'book', request: request({ wall: `${day}T15:00` }) },
    ]);
    expect(results[3]?.outcome).toBe('taken');
    const iryna = (await world.bookings.waiting.of('iryna'))[0]?.offered;
    expect(iryna).toBe(results[0]?.outcome !== 'booked');
    await balanced(database);
  });

  it('a day closes while twenty book, move and cancel on it: nothing is booked on a closed day', async () => {
    const times = ['10:00', '10:30', '11:00', '11:30', '12:00', '14:00', '14:30', '15:00', '15:30', '16:00'];
    const mine = await booked({ person: 'moves', wall: '2026-12-04T10:00' });
    const others = await Promise.all(['14:00', '16:00'].map((at) => booked({ person: at, wall: `2026-12-03T${at}` })));
    const close: Call = { call: 'close', request: { library: 'village', day: '2026-12-03', reason: 'raid' } };
    const results = await run([
      ...times.slice(5).map((at): Call => ({ call: 'book', request: request({ wall: `2026-12-03T${at}` }) })),
      close,
      { call: 'move', request: { eventId: 'm', person: 'moves', booking: mine.id, wall: '2026-12-03T11:00' } },
      close,
      { call: 'cancel', request: { eventId: 'c', person: '14:00', booking: others[0]?.id ?? '' } },
      ...times.map((at): Call => ({ call: 'book', request: request({ wall: `2026-12-03T${at}` }) })),
    ]);
    expect(count(results, 'closed')).toBe(1);
    expect(count(results, 'already')).toBeGreaterThanOrEqual(1);
    const open = await database.db
      .selectFrom('bookings')
      .select('wall')
      .where('wall', 'like', '2026-12-03%')
      .where('state', '!=', 'cancelled')
      .execute();
    expect(open).toEqual([]);
    await balanced(database);
  });
});
