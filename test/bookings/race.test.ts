import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unitsOf } from '../../src/bookings/slots.ts';
import type { Database, DatabaseConfig } from '../../src/storage/database.ts';
import { engines, freshDatabase } from '../engines.ts';
import { type Call, type Result, runAll } from './racer.ts';
import { balanced, dealtOut, many, Racer } from './racers.ts';
import { openWorld, request } from './world.ts';

const book = (about: Parameters<typeof request>[0] = {}): Call => ({ call: 'book', request: request(about) });
const count = (results: readonly Result[], outcome: Result['outcome']) =>
  results.filter((result) => result.outcome === outcome).length;

describe.each(engines)('many at once, on %s', (engine) => {
  let database: Database;
  let config: DatabaseConfig;
  let drop: () => Promise<void>;
  let world: Awaited<ReturnType<typeof openWorld>>;
  let racers: readonly Racer[] = [];

  beforeEach(async () => {
    ({ database, config, drop } = await freshDatabase(engine));
    world = await openWorld(database);
  });
  afterEach(async () => {
    await Promise.all(racers.map((racer) => racer.end()));
    racers = [];
    await drop();
  });

  async function inTwoProcesses(calls: readonly Call[]): Promise<readonly Result[]> {
    if (racers.length === 0) racers = await Promise.all([Racer.start(config), Racer.start(config)]);
    return dealtOut(racers, calls);
  }
  const ways: readonly [string, (calls: readonly Call[]) => Promise<readonly Result[]>][] = [
    ['from one process', (calls) => runAll(world, calls)],
    ['from two processes', inTwoProcesses],
  ];

  const rows = () => database.db.selectFrom('bookings').selectAll().execute();

  const expectBalanced = () => balanced(database);

  it.each(ways)(
    '200 people race for one time %s: one has it, each other is offered three free ones',
    async (_, run) => {
      const results = await run(many(200, () => book()));
      expect(count(results, 'booked')).toBe(1);
      expect(count(results, 'taken')).toBe(199);
      for (const result of results) if (result.outcome === 'taken') expect(result.nearest).toHaveLength(3);
      expect(await rows()).toHaveLength(1);
      await expectBalanced();
    },
  );

  it.each(ways)('60 people race for a group of 7 %s: seven are in', async (_, run) => {
    const results = await run(many(60, () => book({ kind: 'club', wall: '2026-12-05T11:00' })));
    expect(count(results, 'booked')).toBe(7);
    expect(count(results, 'taken')).toBe(53);
    await expectBalanced();
  });

  it.each(ways)('two consultants at the same time %s: two of 40 have it, each with their own', async (_, run) => {
    const results = await run(many(40, () => book({ library: 'town', wall: '2026-12-03T10:30' })));
    expect(count(results, 'booked')).toBe(2);
    expect(new Set((await rows()).map((row) => row.consultant)).size).toBe(2);
    await expectBalanced();
  });

  it.each(ways)('kinds of different length that would meet %s: one of each pair', async (_, run) => {
    const calls = many(60, (i) =>
      i % 2 ? book({ kind: 'lesson' }) : book({ wall: i % 4 ? '2026-12-03T15:00' : '2026-12-03T15:30' }),
    );
    const results = await run(calls);
    expect([1, 2]).toContain(count(results, 'booked'));
    await expectBalanced();
  });

  it.each(ways)('groups that would meet in the same room %s: one comes about, and is not overfull', async (_, run) => {
    // No file may say so, but a calendar from elsewhere could: a group and a talk in the same hours.
    const offers = [{ kind: 'walk' }, { kind: 'circle' }];
    const plan = {
      role: 'librarian',
      zone: 'Europe/Kyiv',
      week: { thu: [['10:00', '13:00']] },
      exceptions: {},
      offers,
    };
    await database.db
      .insertInto('consultants')
      .values({
        id: 'island/host',
        library: 'island',
        source: 'desk' as 'joined',
        place: 0,
        plan: JSON.stringify(plan),
      })
      .execute();
    world = await openWorld(database);
    const circle = (i: number) =>
      book({ library: 'island', kind: 'circle', wall: `2026-12-03T${i % 2 ? '10:00' : '10:30'}` });
    const walk = () => book({ library: 'island', kind: 'walk', wall: '2026-12-03T10:15' });
    const results = await run(many(40, (i) => (i % 5 === 4 ? walk() : circle(i))));
    expect([1, 3]).toContain(count(results, 'booked'));
    expect(new Set((await rows()).map((row) => row.wall)).size).toBe(1);
    await expectBalanced();
  });

  it.each(ways)(
    'one booking is moved to six times and cancelled at once %s: each in turn, none half',
    async (_, run) => {
      const person = randomUUID();
      const first = await world.bookings.book(request({ person, wall: '2026-12-03T15:00' }));
      const booking = first.outcome === 'booked' ? first.booking.id : '';
      const times = ['10:00', '10:30', '11:00', '11:30', '12:00', '14:00'];
      const moves = times.map((at): Call => {
        return { call: 'move', request: { eventId: randomUUID(), person, booking, wall: `2026-12-03T${at}` } };
      });
      const cancel: Call = { call: 'cancel', request: { eventId: randomUUID(), person, booking } };
      const results = await run([...moves, cancel]);
      expect(count(results, 'cancelled')).toBe(1);
      const [row] = await rows();
      expect(row).toMatchObject({ state: 'cancelled', version: 2 + count(results, 'moved') });
      expect(count(results, 'moved') + count(results, 'unknown')).toBe(6);
      expect(await database.db.selectFrom('booking_slots').selectAll().execute()).toEqual([]);
      await expectBalanced();
    },
  );

  it.each(ways)('one message delivered 20 times at once %s is one booking, told 20 times', async (_, run) => {
    const call = book();
    const results = await run(many(20, () => call));
    expect(count(results, 'booked')).toBe(20);
    const ids = results.map((result) => result.booking?.id ?? null);
    expect(new Set(ids).size).toBe(1);
    expect(await rows()).toHaveLength(1);
    await expectBalanced();
  });

  it.each(ways)('one person with ten quick fingers %s holds two bookings of a kind', async (_, run) => {
    const person = randomUUID();
    const results = await run(many(10, (i) => book({ person, wall: `2026-12-0${3 + (i % 2)}T${14 + (i % 3)}:00` })));
    expect(count(results, 'booked')).toBe(2);
    expect(await rows()).toHaveLength(2);
    await expectBalanced();
  });

  it.each(ways)('eleven at once from chats without account %s: three are booked, the others wait', async (_, run) => {
    const times = ['10:00', '10:30', '11:00', '11:30', '12:00', '12:30', '14:00', '14:30', '15:00', '15:30', '16:00'];
    const results = await run(times.map((at) => book({ wall: `2026-12-03T${at}`, fromAnonymousChannel: true })));
    expect(count(results, 'booked')).toBe(3);
    expect(count(results, 'requested')).toBe(8);
    await expectBalanced();
  });

  it.each(ways)(
    'all who have a time move to the same free one %s: one does, the others keep theirs',
    async (_, run) => {
      const times = ['10:00', '10:30', '11:00', '11:30', '12:00', '12:30', '14:00', '14:30', '15:30', '16:00'];
      const people = times.map((at) => ({ at, person: randomUUID() }));
      const booked = await runAll(
        world,
        people.map(({ person, at }) => book({ person, wall: `2026-12-03T${at}` })),
      );
      const moves = people.map(({ person }, i): Call => {
        const result = booked[i];
        const booking = result?.booking?.id ?? '';
        return { call: 'move', request: { eventId: randomUUID(), person, booking, wall: '2026-12-03T15:00' } };
      });
      const results = await run(moves);
      expect(count(results, 'moved')).toBe(1);
      expect(count(results, 'taken')).toBe(9);
      await expectBalanced();
    },
  );

  it.each(ways)('everybody books, moves and cancels at once %s, and the books balance', async (_, run) => {
    const times = ['10:00', '10:30', '11:00', '12:00', '14:00', '15:00', '15:30'];
    const people = many(12, () => randomUUID());
    const wall = (i: number) => `2026-12-0${3 + (i % 2)}T${times[i % times.length]}`;
    const kinds = ['talk', 'lesson', 'talk', 'club'];
    for (let round = 0; round < 4; round++) {
      const open = (await Promise.all(people.map((person) => world.bookings.of(person)))).map(
        (own) => own[0]?.id ?? '',
      );
      const calls = many(48, (i): Call => {
        const person = people[i % people.length] as string;
        const booking = open[i % people.length] as string;
        const eventId = randomUUID();
        if (i % 4 === 1) return { call: 'move', request: { eventId, person, booking, wall: wall(i * 5 + round) } };
        if (i % 6 === 2) return { call: 'cancel', request: { eventId, person, booking } };
        const kind = kinds[i % kinds.length] as string;
        return book({ person, kind, wall: kind === 'club' ? '2026-12-05T11:00' : wall(i * 3 + round) });
      });
      expect(await run(calls)).toHaveLength(48);
      await expectBalanced();
    }
    expect((await rows()).length).toBeGreaterThan(10);
  });
});

describe('on postgres, beside a transaction of another process that takes the same time', () => {
  let database: Database;
  let drop: () => Promise<void>;
  let other: pg.Client;
  let world: Awaited<ReturnType<typeof openWorld>>;
  const { from } = unitsOf('2026-12-03T15:00', 'Europe/Kyiv', 30);

  beforeEach(async () => {
    const fresh = await freshDatabase('postgres');
    ({ database, drop } = fresh);
    world = await openWorld(database);
    if (fresh.config.kind !== 'postgres') throw new Error('not PostgreSQL');
    other = new pg.Client({ connectionString: fresh.config.url });
    await other.connect();
    await other.query('begin isolation level serializable');
    await other.query(
      `insert into booking_slots (consultant, unit, session, capacity, taken)
       values ('village/librarian', $1, 'talk@elsewhere', 1, 1)`,
      [from],
    );
  });
  afterEach(async () => {
    await other.end();
    await drop();
  });

  async function untilItWaits(): Promise<void> {
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    while ((await other.query(waiting)).rowCount === 0);
  }

  it('a booking waits for it, fails to serialize when it commits, is tried again, and is told that the time is taken', async () => {
    const outcome = world.bookings.book(request());
    await untilItWaits();
    await other.query('commit');
    expect((await outcome).outcome).toBe('taken');
  });

  it('a booking waits for it and has the time when it is rolled back', async () => {
    const outcome = world.bookings.book(request());
    await untilItWaits();
    await other.query('rollback');
    expect((await outcome).outcome).toBe('booked');
  });
});
