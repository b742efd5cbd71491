import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeDay, openDay } from '../../src/bookings/closures.ts';
import { offeredUntil } from '../../src/bookings/rules.ts';
import { engines, freshDatabase } from '../engines.ts';
import { everything, openPost, type Post } from './post.ts';
import { request } from './world.ts';

const hour = 3_600_000;
const minute = 60_000;
const day = '2026-12-10';
/** On that day the librarian of the village is there from 15:00 to 16:00: two talks. */
const [first, second] = [`${day}T15:00`, `${day}T15:30`];

describe.each(engines)('who waits for a time, on %s', (engine) => {
  let post: Post;
  let drop: () => Promise<void>;

  beforeEach(async () => {
    const fresh = await freshDatabase(engine);
    drop = fresh.drop;
    post = await openPost(fresh.database);
  });
  afterEach(() => drop());

  const wait = (person: string, about: { day?: string | null; kind?: string; library?: string } = {}) =>
    post.bookings.waiting.join({
      ...{ eventId: post.event(), person, library: 'village', kind: 'talk', day, language: 'uk' },
      ...about,
    });
  const waits = async (person: string): Promise<string> => {
    const outcome = await wait(person);
    if (outcome.outcome !== 'waiting') throw new Error(outcome.outcome);
    post.clock.time += 1000;
    return outcome.wait.id;
  };
  /** Both times of the day are taken. */
  async function full() {
    const one = await post.booked({ person: 'one', wall: first });
    const two = await post.booked({ person: 'two', wall: second });
    return { one, two };
  }
  const cancel = (person: string, booking: string) => post.bookings.cancel({ eventId: post.event(), person, booking });
  const free = async () =>
    (await post.bookings.free({ library: 'village', kind: 'talk', limit: 50, day })).map(({ wall }) => wall);
  const offered = async (person: string) => (await post.bookings.waiting.of(person)).some((one) => one.offered);

  it('is offered a freed time before anybody else can have it, and books it', async () => {
    const { one } = await full();
    const id = await waits('halyna');
    expect(await offered('halyna')).toBe(false);
    await cancel('one', one.id);
    expect(await free()).toEqual([]);
    expect((await post.bookings.book(request({ wall: first }))).outcome).toBe('taken');
    const slot = await post.bookings.waiting.offered('halyna', id);
    expect(slot).toMatchObject({ wall: first, until: post.clock.time + 2 * hour });
    expect(await post.bookings.waiting.offered('stranger', id)).toBeNull();
    expect(await post.letters('halyna')).toMatchObject([{ what: 'offer', wait: id, due: post.clock.time }]);

    const booking = await post.booked({ person: 'halyna', wall: first });
    expect(booking.wall).toBe(first);
    expect(await post.bookings.waiting.of('halyna')).toEqual([]);
    expect(await post.units()).toHaveLength(12);
    await cancel('halyna', booking.id);
    expect(await free()).toEqual([first]);
    expect(await post.units()).toHaveLength(6);
  });

  it('has two hours, then the next in line has it, then it is free', async () => {
    const { one } = await full();
    const halyna = await waits('halyna');
    const iryna = await waits('iryna');
    await cancel('one', one.id);
    post.clock.time += 2 * hour - 1;
    await post.bookings.tend();
    expect(await offered('halyna')).toBe(true);
    expect(await post.told('iryna')).toEqual([]);
    post.clock.time += 1;
    expect(await post.bookings.waiting.offered('halyna', halyna)).toBeNull();
    expect((await post.bookings.book(request({ person: 'halyna', wall: first }))).outcome).toBe('taken');
    await post.bookings.tend();
    expect(await post.bookings.waiting.of('halyna')).toEqual([]);
    expect(await post.bookings.waiting.offered('iryna', iryna)).toMatchObject({
      wall: first,
      until: post.clock.time + 2 * hour,
    });
    post.clock.time += 2 * hour;
    await post.bookings.tend();
    expect(await free()).toEqual([first]);
    expect((await everything(post.database)).match(/halyna|iryna/)).toBeNull();
  });

  it('passes it on at once by saying no, and an offer that is passed on is never held twice', async () => {
    const { one } = await full();
    const halyna = await waits('halyna');
    const iryna = await waits('iryna');
    await cancel('one', one.id);
    await post.bookings.waiting.leave('stranger', halyna);
    expect(await offered('halyna')).toBe(true);
    await post.bookings.waiting.leave('halyna', halyna);
    await post.bookings.waiting.leave('halyna', halyna);
    expect(await post.bookings.waiting.offered('iryna', iryna)).toMatchObject({ wall: first });
    expect(await post.units()).toHaveLength(12);
    await post.bookings.waiting.leave('iryna', iryna);
    expect(await free()).toEqual([first]);
  });

  it('is offered what a move frees, but not what overlaps with the new time', async () => {
    const { one } = await full();
    const id = await waits('halyna');
    await post.bookings.move({ eventId: 'm', person: 'one', booking: one.id, wall: '2026-12-04T10:00' });
    expect(await post.bookings.waiting.offered('halyna', id)).toMatchObject({ wall: first });
    expect(await post.units()).toHaveLength(18);
  });

  it('whoever frees a time is not offered it', async () => {
    const { one } = await full();
    await waits('one');
    await waits('halyna');
    await cancel('one', one.id);
    expect(await offered('one')).toBe(false);
    expect(await offered('halyna')).toBe(true);
  });

  it('nobody need wait where a time is free, nor waits for more than two, nor twice for the same', async () => {
    await post.booked({ person: 'one', wall: first });
    expect(await wait('halyna')).toEqual({ outcome: 'free' });
    await post.booked({ person: 'two', wall: second });
    const once = await wait('halyna');
    expect(once).toMatchObject({ outcome: 'waiting' });
    expect(await wait('halyna')).toEqual(once);
    await post.booked({ person: 'three', kind: 'lesson', wall: '2026-12-08T10:00' });
    // The lesson needs fifty minutes and does not fit the hour; a day off has nothing ever.
    expect(await wait('halyna', { kind: 'lesson', day: '2026-12-09' })).toMatchObject({ outcome: 'waiting' });
    expect(await wait('halyna', { kind: 'quiet', day: '2026-12-09' })).toEqual({ outcome: 'too-many' });
    expect(await wait('halyna', { library: 'elsewhere' })).toEqual({ outcome: 'not-joined' });
  });

  it('who sleeps has the two hours from the morning on; who could not know in time is passed over', async () => {
    post.zones.overseas = 'America/New_York';
    const { one, two } = await full();
    await waits('overseas');
    await waits('halyna');
    // 23:00 in Kyiv, 16:00 in New York: Halyna sleeps until eight.
    post.clock.time = Date.parse('2026-12-08T21:00Z');
    await cancel('one', one.id);
    expect(await offered('overseas')).toBe(true);
    await cancel('two', two.id);
    const [letter] = await post.letters('halyna');
    expect(letter).toMatchObject({ what: 'offer', due: Date.parse('2026-12-09T06:00Z') });
    const [held] = await post.bookings.waiting.of('halyna');
    const slot = await post.bookings.waiting.offered('halyna', held?.id ?? '');
    expect(slot?.until).toBe(Date.parse('2026-12-09T08:00Z'));
  });

  it('an hour that is closed is offered to nobody: who had an offer waits again, and is offered it when the day opens', async () => {
    const { one, two } = await full();
    const id = await waits('halyna');
    await cancel('one', one.id);
    expect(await closeDay(post.room, { library: 'village', day, reason: 'raid' })).toEqual({
      outcome: 'closed',
      cancelled: 1,
    });
    expect(await post.bookings.waiting.offered('halyna', id)).toBeNull();
    expect(await post.told('halyna')).toEqual([]);
    expect(await post.told('two')).toEqual(['called-off raid']);
    expect(await post.units()).toEqual([]);
    await post.bookings.tend();
    expect(await offered('halyna')).toBe(false);
    await openDay(post.room, 'village', day);
    await post.bookings.tend();
    expect(await offered('halyna')).toBe(true);
    expect(two.id).not.toBe('');
  });

  it('waits no longer once the day is over, or is forgotten', async () => {
    await full();
    await waits('halyna');
    await waits('iryna');
    await post.bookings.forget('iryna');
    expect(await post.bookings.waiting.of('iryna')).toEqual([]);
    post.clock.time = Date.parse('2026-12-12T10:00Z');
    await post.bookings.tend();
    expect(await post.bookings.waiting.of('halyna')).toEqual([]);
  });

  it('who is forgotten while a time is held for them gives it to the next', async () => {
    const { one } = await full();
    await waits('halyna');
    await waits('iryna');
    await cancel('one', one.id);
    await post.bookings.forget('halyna');
    expect(await offered('iryna')).toBe(true);
  });
});

describe('how long an offered time is held', () => {
  const starts = Date.parse('2026-12-10T13:00Z');

  it.each([
    ['long before', 10 * hour, 2 * hour],
    ['three hours before', 3 * hour, 2 * hour],
    ['two hours before', 2 * hour, 90 * minute],
    ['an hour before', hour, 30 * minute],
    ['less than an hour before', hour - 1, null],
    ['after it has begun', -hour, null],
  ])('read %s', (_, before, held) => {
    const readAt = starts - before;
    expect(offeredUntil({ readAt, starts })).toBe(held === null ? null : readAt + held);
  });
});
