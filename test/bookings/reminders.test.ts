import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBookings } from '../../src/bookings/book.ts';
import type { Booking, Bookings } from '../../src/bookings/bookings.ts';
import { type BookingNotice, createReminders, planned } from '../../src/bookings/reminders.ts';
import { confirmBooking } from '../../src/bookings/requests.ts';
import { createDispatcher } from '../../src/delivery/dispatcher.ts';
import { createOutbox } from '../../src/delivery/outbox.ts';
import type { Database } from '../../src/storage/database.ts';
import { engines, freshDatabase } from '../engines.ts';
import { contentDir, noon, request, seal } from './world.ts';

const hour = 3_600_000;
const night = { from: 21, to: 8 };
const instant = (wall: string, zone = 'Europe/Kyiv') =>
  Temporal.PlainDateTime.from(wall).toZonedDateTime(zone).epochMilliseconds;
const local = (at: number, zone: string) =>
  Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' });

describe('when people are reminded', () => {
  /** `now`, wall time of the consultation in Kyiv, the reader's zone, and when what is said there. */
  it.each([
    [
      'days ahead',
      '2026-12-01T12:00',
      '2026-12-03T15:00',
      'Europe/Kyiv',
      ['day 2026-12-02T15:00', 'hour 2026-12-03T14:00', 'after 2026-12-04T11:00'],
    ],
    [
      'in another zone',
      '2026-12-01T12:00',
      '2026-12-03T15:00',
      'Europe/Lisbon',
      ['day 2026-12-02T13:00', 'hour 2026-12-03T12:00', 'after 2026-12-04T11:00'],
    ],
    [
      'less than a day ahead',
      '2026-12-02T15:01',
      '2026-12-03T15:00',
      'Europe/Kyiv',
      ['hour 2026-12-03T14:00', 'after 2026-12-04T11:00'],
    ],
    ['less than an hour ahead', '2026-12-03T14:30', '2026-12-03T15:00', 'Europe/Kyiv', ['after 2026-12-04T11:00']],
    [
      'asleep a day before, far away: the evening before is nearer',
      '2026-12-01T12:00',
      '2026-12-03T09:00',
      'America/New_York',
      ['day 2026-12-01T20:45', 'hour 2026-12-03T01:00', 'after 2026-12-04T11:00'],
    ],
    [
      'asleep, and the evening before is over: in the morning',
      '2026-12-02T04:00',
      '2026-12-03T10:00',
      'America/New_York',
      ['day 2026-12-02T08:00', 'hour 2026-12-03T02:00', 'after 2026-12-04T11:00'],
    ],
    [
      'asleep towards morning: the morning is nearer',
      '2026-12-01T12:00',
      '2026-12-03T09:00',
      'Europe/Lisbon',
      ['day 2026-12-02T08:00', 'hour 2026-12-03T06:00', 'after 2026-12-04T11:00'],
    ],
    // Clocks go forward on 2026-03-29 and 2027-03-28, and back on 2026-10-25 and 2027-10-31: 24 hours stay 24 hours.
    [
      'over the change in spring 2026',
      '2026-03-25T12:00',
      '2026-03-29T15:00',
      'Europe/Kyiv',
      ['day 2026-03-28T14:00', 'hour 2026-03-29T14:00', 'after 2026-03-30T11:00'],
    ],
    [
      'over the change in autumn 2026',
      '2026-10-20T12:00',
      '2026-10-25T15:00',
      'Europe/Kyiv',
      ['day 2026-10-24T16:00', 'hour 2026-10-25T14:00', 'after 2026-10-26T11:00'],
    ],
    [
      'over the change in spring 2027',
      '2027-03-25T12:00',
      '2027-03-28T15:00',
      'Europe/Warsaw',
      ['day 2027-03-27T13:00', 'hour 2027-03-28T13:00', 'after 2027-03-29T11:00'],
    ],
    [
      'over the change in autumn 2027',
      '2027-10-25T12:00',
      '2027-10-31T15:00',
      'Europe/Warsaw',
      ['day 2027-10-30T15:00', 'hour 2027-10-31T13:00', 'after 2027-11-01T11:00'],
    ],
    [
      'between the changes of two continents',
      '2027-03-10T12:00',
      '2027-03-16T20:00',
      'America/New_York',
      ['day 2027-03-15T14:00', 'hour 2027-03-16T13:00', 'after 2027-03-17T11:00'],
    ],
  ])('%s', (_name, now, wall, zone, expected) => {
    const plan = planned({ wall, zone: 'Europe/Kyiv', minutes: 30 }, { zone, quietHours: night, now: instant(now) });
    expect(plan.map(({ name, dueAt }) => `${name} ${local(dueAt, zone)}`)).toEqual(expected);
  });

  it('nothing is ever planned for the past, in the night, or for after it would be of use', () => {
    const zones = ['Europe/Kyiv', 'Europe/Warsaw', 'Europe/Lisbon', 'America/New_York', 'Asia/Tokyo', 'Asia/Kathmandu'];
    fc.assert(
      fc.property(
        fc.integer({ min: instant('2026-01-01T00:00') / 60_000, max: instant('2028-01-01T00:00') / 60_000 }),
        fc.integer({ min: 0, max: 14 * 24 * 60 }),
        fc.constantFrom(...zones),
        fc.constantFrom(...zones),
        fc.record({ from: fc.integer({ min: 0, max: 23 }), to: fc.integer({ min: 0, max: 23 }) }),
        (nowMinute, ahead, zone, reader, quietHours) => {
          const now = nowMinute * 60_000;
          const wall = local(now + ahead * 60_000, zone);
          const at = instant(wall, zone);
          const plan = planned({ wall, zone, minutes: 30 }, { zone: reader, quietHours, now });
          for (const { name, dueAt, notAfter } of plan) {
            expect(dueAt).toBeGreaterThan(now);
            expect(notAfter).toBeGreaterThan(dueAt);
            if (name === 'hour') expect([dueAt, notAfter]).toEqual([at - hour, at]);
            if (name === 'day') expect(notAfter).toBe(at - hour);
            if (name === 'after') expect(dueAt).toBeGreaterThan(at);
            const { hour: h } = Temporal.Instant.fromEpochMilliseconds(dueAt).toZonedDateTimeISO(reader);
            const { from, to } = quietHours;
            const quiet = from > to ? h >= from || h < to : h >= from && h < to;
            if (name !== 'hour') expect(quiet).toBe(false);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

/** Bookings with reminders on a clock that a test sets; what is sent is kept, with the booking as it was at that moment. */
async function openWorld(database: Database, zone = 'Europe/Kyiv') {
  const clock = { time: noon, now: () => clock.time };
  const outbox = createOutbox({ database, seal, clock });
  const reminders = createReminders({ outbox, quietHours: night, zoneOf: async () => zone });
  const open = () => createBookings({ ...{ database, seal, clock, reminders }, contentDir, demo: false });
  const bookings = await open();
  const sent: { person: string; notice: BookingNotice; at: number; booking: Booking | null }[] = [];
  const dispatcher = () =>
    createDispatcher<BookingNotice>({
      ...{ database, seal, clock },
      alone: true,
      async prepare({ person, payload }) {
        return { do: 'send', words: payload as BookingNotice, to: [{ channel: 'telegram', sender: person }] };
      },
      async send(_channel, person, notice) {
        sent.push({ person, notice, at: clock.time, booking: await bookings.find(person, notice.booking) });
        return { outcome: 'sent' };
      },
      gone: async () => undefined,
      report: { count: () => undefined, fault: (_where, error) => String(error) },
    });
  let working = dispatcher();
  return {
    ...{ database, clock, outbox, reminders, bookings, sent },
    /** Lets time go by as it does: whatever falls due on the way is sent when it is due. */
    async passTo(time: number) {
      for (;;) {
        const next = await database.db
          .selectFrom('outbox')
          .select('due_at')
          .where('state', '=', 'waiting')
          .where('due_at', '<=', time)
          .orderBy('due_at')
          .executeTakeFirst();
        if (!next) break;
        clock.time = Math.max(clock.time, next.due_at);
        await working.drain();
      }
      clock.time = Math.max(clock.time, time);
    },
    /** The bot was off meanwhile. */
    sleepTo: (time: number) => {
      clock.time = time;
    },
    restart: () => {
      working = dispatcher();
    },
    said: () => sent.map(({ notice, at }) => `${notice.which ?? notice.what} ${local(at, 'Europe/Kyiv')}`),
  };
}

function theBooking(outcome: Awaited<ReturnType<Bookings['book']>>): Booking {
  if (outcome.outcome !== 'booked' && outcome.outcome !== 'requested') throw new Error(outcome.outcome);
  return outcome.booking;
}

describe.each(engines)('a reminder, on %s', (engine) => {
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  let world: Awaited<ReturnType<typeof openWorld>>;
  const wednesday = instant('2026-12-09T12:00');

  beforeEach(async () => {
    fresh = await freshDatabase(engine);
    world = await openWorld(fresh.database);
  });
  afterEach(() => fresh.drop());

  it('comes a day before, an hour before, and a question the day after', async () => {
    const booking = theBooking(await world.bookings.book(request()));
    expect(await world.bookings.ahead(booking)).toEqual(['day', 'hour']);
    await world.passTo(wednesday);
    expect(world.said()).toEqual(['day 2026-12-02T15:00', 'hour 2026-12-03T14:00', 'followup 2026-12-04T11:00']);
  });

  it('comes once when the booking’s event is delivered again', async () => {
    const same = request();
    await world.bookings.book(same);
    await world.passTo(instant('2026-12-02T16:00'));
    await world.bookings.book(same);
    await world.passTo(wednesday);
    expect(world.said()).toHaveLength(3);
  });

  it('comes for the new time only when the booking has moved', async () => {
    const one = request();
    const booking = theBooking(await world.bookings.book(one));
    await world.passTo(instant('2026-12-02T16:00'));
    const moved = await world.bookings.move({
      ...one,
      eventId: 'web:move',
      booking: booking.id,
      wall: '2026-12-04T12:00',
    });
    expect(moved).toMatchObject({ outcome: 'moved' });
    await world.passTo(wednesday);
    expect(world.said()).toEqual([
      'day 2026-12-02T15:00',
      'day 2026-12-03T12:00',
      'hour 2026-12-04T11:00',
      'followup 2026-12-05T11:00',
    ]);
  });

  it('does not come when the booking was cancelled, or its person forgotten', async () => {
    const one = request();
    const other = request({ wall: '2026-12-03T16:00' });
    const booking = theBooking(await world.bookings.book(one));
    theBooking(await world.bookings.book(other));
    await world.bookings.cancel({ ...one, eventId: 'web:cancel', booking: booking.id });
    await world.bookings.forget(other.person);
    await world.outbox.forget(other.person);
    await world.passTo(wednesday);
    expect(world.said()).toEqual([]);
    expect(await world.bookings.ahead(booking)).toEqual([]);
  });

  it('does not come while the booking is only requested; confirmed, the person is told at once and reminded then', async () => {
    const booking = theBooking(await world.bookings.book(request({ kind: 'quiet' })));
    expect(booking.state).toBe('requested');
    expect(await world.bookings.ahead(booking)).toEqual([]);
    await world.passTo(instant('2026-12-03T09:00'));
    expect(world.said()).toEqual([]);
    const confirmed = await confirmBooking({ ...world, seal }, booking.id);
    expect(confirmed.outcome).toBe('confirmed');
    expect((await confirmBooking({ ...world, seal }, booking.id)).outcome).toBe('already');
    await world.passTo(wednesday);
    expect(world.said()).toEqual(['confirmed 2026-12-03T09:00', 'hour 2026-12-03T14:00', 'followup 2026-12-04T11:00']);
  });

  it('that comes too late is not sent: after a day off the hour’s goes, the day’s does not', async () => {
    await world.bookings.book(request());
    world.sleepTo(instant('2026-12-03T14:20'));
    world.restart();
    await world.passTo(wednesday);
    expect(world.said()).toEqual(['hour 2026-12-03T14:20', 'followup 2026-12-04T11:00']);
    world.sent.length = 0;

    await world.bookings.book(request({ wall: '2026-12-11T15:00' }));
    world.sleepTo(instant('2026-12-11T15:00'));
    world.restart();
    await world.passTo(instant('2026-12-11T18:00'));
    expect(world.said()).toEqual([]);
  });

  it('comes once over any number of restarts', async () => {
    await world.bookings.book(request());
    for (let time = noon; time < wednesday; time += 4 * hour) {
      await world.passTo(time);
      world.restart();
    }
    expect(world.said()).toHaveLength(3);
  });

  it('may be answered: what the person says is kept once, and never who', async () => {
    const one = request();
    const booking = theBooking(await world.bookings.book(one));
    const said = { person: one.person, booking: booking.id, said: 'coming' } as const;
    for (let i = 0; i < 3; i++) expect((await world.bookings.heard(said))?.id).toBe(booking.id);
    expect(await world.bookings.heard({ ...said, person: randomUUID() })).toBeNull();
    expect(await world.bookings.heard({ ...said, booking: 'nonsense' })).toBeNull();
    expect(await fresh.database.db.selectFrom('booking_words').selectAll().execute()).toEqual([
      { booking: booking.id, said: 'coming', at: noon },
    ]);
    await world.bookings.cancel({ ...one, eventId: 'web:cancel', booking: booking.id });
    expect(await world.bookings.heard({ ...said, said: 'useful' })).toBeNull();
  });
});

describe('whatever people do, and in whatever order', () => {
  type Deed = { what: 'book' | 'move' | 'cancel' | 'confirm' | 'pass' | 'sleep'; pick: number; minutes: number };
  const deed: fc.Arbitrary<Deed> = fc.record({
    what: fc.constantFrom('book', 'move', 'cancel', 'confirm', 'pass', 'sleep'),
    pick: fc.nat(1_000),
    minutes: fc.integer({ min: 1, max: 60 * 40 }),
  });

  it('nobody is reminded of a cancelled booking, of an old time, twice or too late', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(deed, { minLength: 5, maxLength: 30 }),
        fc.constantFrom('Europe/Kyiv', 'Europe/Lisbon', 'America/New_York'),
        async (deeds, zone) => {
          const fresh = await freshDatabase('sqlite');
          try {
            const world = await openWorld(fresh.database, zone);
            await live(world, deeds);
            await world.passTo(world.clock.time + 60 * 24 * hour);
            checkAll(world.sent);
            await checkBooks(world);
          } finally {
            await fresh.drop();
          }
        },
      ),
      { numRuns: 60 },
    );
  }, 240_000);

  async function live(world: Awaited<ReturnType<typeof openWorld>>, deeds: readonly Deed[]): Promise<void> {
    const person = randomUUID();
    const made: string[] = [];
    for (const [i, { what, pick, minutes }] of deeds.entries()) {
      const booking = made[pick % Math.max(made.length, 1)] ?? 'none';
      const eventId = `web:${i}`;
      const kind = pick % 3 === 0 ? 'quiet' : 'talk';
      const slots = await world.bookings.free({ library: 'village', kind, limit: 40 });
      const wall = slots[pick % Math.max(slots.length, 1)]?.wall ?? '2026-12-03T15:00';
      if (what === 'book') {
        const outcome = await world.bookings.book(request({ eventId, person, kind, wall }));
        if (outcome.outcome === 'booked' || outcome.outcome === 'requested') made.push(outcome.booking.id);
      }
      if (what === 'move') await world.bookings.move({ eventId, person, booking, wall });
      if (what === 'cancel') await world.bookings.cancel({ eventId, person, booking });
      if (what === 'confirm') await confirmBooking({ ...world, seal }, booking);
      if (what === 'pass') await world.passTo(world.clock.time + minutes * 60_000);
      if (what === 'sleep') world.sleepTo(world.clock.time + minutes * 60_000);
    }
  }

  function checkAll(sent: Awaited<ReturnType<typeof openWorld>>['sent']): void {
    const seen = new Set<string>();
    for (const { notice, at, booking } of sent) {
      const name = `${notice.booking} ${notice.version} ${notice.which ?? notice.what}`;
      expect(seen).not.toContain(name);
      seen.add(name);
      expect(booking).toMatchObject({ state: 'confirmed', version: notice.version });
      if (!booking) continue;
      if (notice.what === 'reminder') expect(at).toBeLessThan(booking.at);
      if (notice.which === 'hour') expect(at).toBeGreaterThanOrEqual(booking.at - hour);
      if (notice.which === 'day') expect(at).toBeLessThan(booking.at - hour);
      if (notice.what === 'followup') expect(at).toBeGreaterThan(booking.at);
    }
  }

  /** In the end everything was sent, was taken back, or had come too late while the bot slept. */
  async function checkBooks(world: Awaited<ReturnType<typeof openWorld>>): Promise<void> {
    const rows = await world.database.db.selectFrom('outbox').select(['state', 'why']).execute();
    const open = rows.filter(({ state }) => !['sent', 'withdrawn', 'failed'].includes(state));
    expect(open).toEqual([]);
    expect(rows.filter(({ state, why }) => state === 'failed' && why !== 'late')).toEqual([]);
    expect(rows.filter(({ state }) => state === 'sent')).toHaveLength(world.sent.length);
  }
});
