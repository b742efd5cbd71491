import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { carryBookings } from '../../src/bookings/carry.ts';
import { engines, freshDatabase } from '../engines.ts';
import { openPost, type Post } from './post.ts';

describe.each(engines)('whose chat joins another person’s, on %s', (engine) => {
  let post: Post;
  let drop: () => Promise<void>;

  beforeEach(async () => {
    const fresh = await freshDatabase(engine);
    drop = fresh.drop;
    post = await openPost(fresh.database);
  });
  afterEach(() => drop());

  const carry = (from: string, into: string) => post.database.transaction((trx) => carryBookings.take(trx, from, into));
  const giveBack = (ids: readonly string[], from: string, to: string) =>
    post.database.transaction((trx) => carryBookings.giveBack(trx, ids, from, to));
  const seats = async (person: string) => (await post.bookings.of(person)).map(({ id, as }) => `${id} ${as}`);

  it('comes along and waits as that person, with what is still to be said, and takes it back on parting', async () => {
    const booking = await post.booked({ person: 'daughter' });
    const code = await post.invited('daughter', booking.id);
    await post.bookings.family.join({ person: 'viber', code, language: 'uk' });
    await post.bookings.waiting.join({
      ...{ eventId: 'w', person: 'viber', library: 'village', kind: 'talk', day: '2026-12-09', language: 'uk' },
    });
    const ids = await carry('viber', 'telegram');
    expect(await seats('telegram')).toEqual([`${booking.id} relative`]);
    expect(await seats('viber')).toEqual([]);
    expect(await post.bookings.waiting.of('telegram')).toHaveLength(1);
    expect(await post.told('telegram')).toEqual(['reminder day', 'reminder hour', 'followup']);
    await giveBack(ids, 'telegram', 'viber');
    expect(await seats('viber')).toEqual([`${booking.id} relative`]);
    expect(await post.bookings.waiting.of('viber')).toHaveLength(1);
    expect(await post.told('telegram')).toEqual([]);
  });

  it('does not come along to what is their own, and is told once', async () => {
    const booking = await post.booked({ person: 'telegram' });
    const code = await post.invited('telegram', booking.id);
    await post.bookings.family.join({ person: 'viber', code, language: 'uk' });
    await carry('viber', 'telegram');
    expect(await seats('telegram')).toEqual([`${booking.id} owner`]);
    expect((await post.told('telegram')).filter((what) => what === 'reminder day')).toHaveLength(1);
    expect(await post.told('viber')).toEqual([]);
  });

  it('whoever booked joins the chat of the one who came along: the booking stays whole', async () => {
    const booking = await post.booked({ person: 'telegram' });
    const code = await post.invited('telegram', booking.id);
    await post.bookings.family.join({ person: 'viber', code, language: 'uk' });
    await carry('telegram', 'viber');
    expect(await seats('viber')).toEqual([`${booking.id} owner`]);
    const moved = await post.bookings.move({
      eventId: 'm',
      person: 'viber',
      booking: booking.id,
      wall: '2026-12-04T10:00',
    });
    expect(moved.outcome).toBe('moved');
  });
});
