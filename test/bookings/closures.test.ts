import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeDay, openDay } from '../../src/bookings/closures.ts';
import { cancelByStaff, confirmBooking, sayHowItWent } from '../../src/bookings/requests.ts';
import { engines, freshDatabase } from '../engines.ts';
import { openPost, type Post } from './post.ts';
import { request } from './world.ts';

const day = '2026-12-03';
const library = 'village';

describe.each(engines)('what a library does with consultations, on %s', (engine) => {
  let post: Post;
  let drop: () => Promise<void>;

  beforeEach(async () => {
    const fresh = await freshDatabase(engine);
    drop = fresh.drop;
    post = await openPost(fresh.database);
  });
  afterEach(() => drop());

  it('a closed day is offered to nobody and cannot be booked or moved to', async () => {
    const mine = await post.booked({ person: 'halyna', wall: '2026-12-04T10:00' });
    expect(await closeDay(post.room, { library, day, reason: 'power' })).toEqual({ outcome: 'closed', cancelled: 0 });
    expect(await post.bookings.free({ library, kind: 'talk', limit: 5, day })).toEqual([]);
    const days = await post.bookings.freeDays({ library, kind: 'talk', limit: 3 });
    expect(days.map((one) => one.day)).toEqual(['2026-12-01', '2026-12-02', '2026-12-04']);
    expect((await post.bookings.book(request())).outcome).toBe('taken');
    const move = { eventId: 'm', person: 'halyna', booking: mine.id, wall: `${day}T15:00` };
    expect((await post.bookings.move(move)).outcome).toBe('taken');
    expect(await post.bookings.free({ library: 'town', kind: 'talk', limit: 5, day })).not.toEqual([]);
    expect(await closeDay(post.room, { library, day, reason: 'raid' })).toEqual({ outcome: 'already', cancelled: 0 });
    expect(await openDay(post.room, library, day)).toBe(true);
    expect(await openDay(post.room, library, day)).toBe(false);
    expect((await post.bookings.book(request())).outcome).toBe('booked');
  });

  it('who had booked on it is told why, relatives too, and reminded of nothing; other days stand', async () => {
    const booking = await post.booked({ person: 'halyna' });
    const code = await post.invited('halyna', booking.id);
    await post.bookings.family.join({ person: 'mother', code, language: 'uk' });
    await post.booked({ person: 'club', kind: 'quiet', wall: `${day}T10:00` });
    const other = await post.booked({ person: 'petro', wall: '2026-12-04T10:00' });
    expect(await closeDay(post.room, { library, day, reason: 'power' })).toEqual({ outcome: 'closed', cancelled: 2 });
    for (const person of ['halyna', 'mother', 'club']) {
      expect(await post.told(person)).toEqual(['called-off power']);
      expect(await post.bookings.of(person)).toEqual([]);
    }
    expect(await post.bookings.of('petro')).toEqual([other]);
    expect((await post.events(booking.id)).at(-1)).toMatchObject({ what: 'cancelled', side: 'staff' });
    expect(await post.units()).toHaveLength(6);
    const past = { library, day: '2026-11-28', reason: 'other' } as const;
    expect(await closeDay(post.room, past)).toEqual({ outcome: 'past' });
  });

  it('one consultation is called off, and the person told; a second time it is known', async () => {
    const { id } = await post.booked({ person: 'halyna' });
    expect(await cancelByStaff(post.room, id)).toMatchObject({
      outcome: 'called-off',
      booking: { state: 'cancelled' },
    });
    expect(await post.told('halyna')).toEqual(['called-off staff']);
    expect(await cancelByStaff(post.room, id)).toMatchObject({ outcome: 'already' });
    expect(await cancelByStaff(post.room, 'nonsense')).toEqual({ outcome: 'unknown' });
    expect(await post.units()).toEqual([]);
    const over = await post.booked({ person: 'petro', wall: '2026-12-02T10:00' });
    post.clock.time = over.at + 25 * 60_000;
    expect(await cancelByStaff(post.room, over.id)).toMatchObject({ outcome: 'over' });
  });

  it('is requested, confirmed, held; or missed: each step once, told to the person where it must be, and on record', async () => {
    const booking = await post.booked({ person: 'halyna', kind: 'quiet' });
    expect(booking.state).toBe('requested');
    expect(await post.told('halyna')).toEqual([]);
    expect(await confirmBooking(post.room, booking.id)).toMatchObject({ outcome: 'confirmed' });
    expect(await post.told('halyna')).toEqual(['confirmed', 'reminder day', 'reminder hour', 'followup']);

    post.clock.time = booking.at - 1;
    expect(await sayHowItWent(post.room, booking.id, 'held')).toMatchObject({ outcome: 'early' });
    post.clock.time = booking.at;
    expect(await sayHowItWent(post.room, booking.id, 'missed')).toMatchObject({ outcome: 'missed' });
    expect(await post.told('halyna'), 'nobody asks how it was').toEqual([]);
    expect(await sayHowItWent(post.room, booking.id, 'held'), 'corrected').toMatchObject({ outcome: 'held' });
    expect(await sayHowItWent(post.room, booking.id, 'held')).toMatchObject({ outcome: 'already' });
    expect(await post.told('halyna')).toEqual(['followup']);
    expect(await post.bookings.of('halyna')).toEqual([]);
    const heard = { person: 'halyna', booking: booking.id, said: 'useful' } as const;
    expect(await post.bookings.heard(heard)).toMatchObject({ state: 'held' });
    expect(await confirmBooking(post.room, booking.id)).toMatchObject({ outcome: 'already' });
    expect((await post.events(booking.id)).map(({ what, side }) => `${what} by ${side}`)).toEqual([
      'requested by person',
      'confirmed by staff',
      'missed by staff',
      'held by staff',
    ]);
    const again = { eventId: 'c', person: 'halyna', booking: booking.id };
    expect(await post.bookings.cancel(again)).toEqual({ outcome: 'unknown' });
  });

  it('what was held or missed leaves room for two more of the kind', async () => {
    const first = await post.booked({ person: 'halyna', wall: '2026-12-02T10:00' });
    await post.booked({ person: 'halyna', wall: '2026-12-04T10:00' });
    const third = request({ person: 'halyna', wall: '2026-12-04T11:00' });
    expect((await post.bookings.book(third)).outcome).toBe('too-many');
    post.clock.time = first.at;
    await sayHowItWent(post.room, first.id, 'held');
    expect((await post.bookings.book({ ...third, eventId: 'new' })).outcome).toBe('booked');
  });
});
