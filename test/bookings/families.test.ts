import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isDecent } from '../../src/bookings/families.ts';
import { sweepBookings } from '../../src/bookings/requests.ts';
import { engines, freshDatabase } from '../engines.ts';
import { everything, openPost, type Post } from './post.ts';

const hour = 3_600_000;
const day = 24 * hour;

describe.each(engines)('a consultation with relatives, on %s', (engine) => {
  let post: Post;
  let drop: () => Promise<void>;

  beforeEach(async () => {
    const fresh = await freshDatabase(engine);
    drop = fresh.drop;
    post = await openPost(fresh.database);
    post.zones.daughter = 'Europe/Warsaw';
    post.zones.mother = 'Europe/Kyiv';
  });
  afterEach(() => drop());

  /** A daughter in Wrocław has booked, and her mother has come by the link. */
  async function together() {
    const booking = await post.booked({ person: 'daughter', name: 'Ania', how: 'phone', phone: '+48501234567' });
    const code = await post.invited('daughter', booking.id);
    const joined = await post.bookings.family.join({ person: 'mother', code, language: 'uk' });
    return { booking, code, joined };
  }

  it('brings the relative along by a link: both see it, and whoever booked keeps name and number to herself', async () => {
    const { booking, joined } = await together();
    expect(joined).toMatchObject({
      outcome: 'joined',
      booking: { id: booking.id, wall: booking.wall, as: 'relative', name: '', phone: null, together: 1 },
    });
    expect(await post.bookings.of('mother')).toMatchObject([{ id: booking.id, as: 'relative', name: '', phone: null }]);
    expect(await post.bookings.of('daughter')).toMatchObject([{ as: 'owner', name: 'Ania', together: 1, version: 2 }]);
    expect(JSON.stringify(await post.bookings.export('mother'))).not.toMatch(/Ania|4850/);
    expect(await post.bookings.find('stranger', booking.id)).toBeNull();
    expect(await post.events(booking.id)).toEqual([
      { version: 1, what: 'booked', state: 'confirmed', side: 'person' },
      { version: 2, what: 'joined', state: 'confirmed', side: 'relative' },
    ]);
  });

  it('reminds each by their own clock, and tells whoever booked that somebody has come along', async () => {
    const { booking } = await together();
    expect(await post.told('mother')).toEqual(['reminder day', 'reminder hour', 'followup']);
    expect(await post.told('daughter')).toEqual(['joined', 'reminder day', 'reminder hour', 'followup']);
    // The day after, at eleven: by the clock of each.
    const nextDay = async (person: string) => (await post.letters(person)).find(({ what }) => what === 'followup')?.due;
    expect(await nextDay('daughter')).toBe(Date.parse('2026-12-04T10:00Z'));
    expect(await nextDay('mother')).toBe(Date.parse('2026-12-04T09:00Z'));
    const mine = (await post.bookings.of('mother'))[0];
    expect(mine && (await post.bookings.ahead(mine, 'mother'))).toEqual(['day', 'hour']);
    expect(mine?.id).toBe(booking.id);
  });

  it('a link is for one: for everybody else a used one is the same as one that never was', async () => {
    const { code } = await together();
    const nothing = { outcome: 'unknown' };
    for (const wrong of [code, 'ABCDEFGHJKLMNPRT', '', code.slice(1), `${code}A`]) {
      expect(await post.bookings.family.look('stranger', wrong), wrong).toEqual(nothing);
      expect(await post.bookings.family.join({ person: 'stranger', code: wrong, language: 'uk' })).toEqual(nothing);
    }
    expect(await post.bookings.family.look('mother', code)).toMatchObject({ outcome: 'joined' });
    const again = await post.bookings.family.join({ person: 'mother', code, language: 'uk' });
    expect(again).toMatchObject({ outcome: 'joined', booking: { version: 2, together: 1 } });
  });

  it('a link that is looked at is not used, and tells neither topic nor name', async () => {
    const booking = await post.booked({ person: 'daughter' });
    const code = await post.invited('daughter', booking.id);
    const looks = await Promise.all(['mother', 'father'].map((who) => post.bookings.family.look(who, code)));
    for (const look of looks) expect(look).toMatchObject({ outcome: 'invited', booking: { name: '', phone: null } });
    expect(await post.bookings.family.look('daughter', code)).toEqual({ outcome: 'own' });
    expect(await post.bookings.family.join({ person: 'daughter', code, language: 'uk' })).toEqual({ outcome: 'own' });
    expect(await post.bookings.of('mother')).toEqual([]);
    expect((await everything(post.database)).includes(code)).toBe(false);
  });

  it('a link works for seven days, not after the consultation has begun, and not once it is cancelled', async () => {
    const booking = await post.booked({ person: 'daughter', wall: '2026-12-25T15:00' });
    const invited = await post.bookings.family.invite({ eventId: 'e', person: 'daughter', booking: booking.id });
    if (invited.outcome !== 'invited') throw new Error(invited.outcome);
    expect(invited.expires).toBe(post.clock.time + 7 * day);
    const { code } = invited;
    post.clock.time = invited.expires - 1;
    expect(await post.bookings.family.look('mother', code)).toMatchObject({ outcome: 'invited' });
    post.clock.time = invited.expires;
    expect(await post.bookings.family.look('mother', code)).toEqual({ outcome: 'unknown' });

    const near = await post.booked({ person: 'son', wall: '2026-12-10T15:30' });
    const second = await post.bookings.family.invite({ eventId: 'f', person: 'son', booking: near.id });
    expect(second).toMatchObject({ outcome: 'invited', expires: near.at });
    if (second.outcome !== 'invited') throw new Error(second.outcome);
    await post.bookings.cancel({ eventId: post.event(), person: 'son', booking: near.id });
    expect(await post.bookings.family.join({ person: 'mother', code: second.code, language: 'uk' })).toEqual({
      outcome: 'unknown',
    });
  });

  it('the same message makes the same link; nobody invites to what is another’s or a group’s', async () => {
    const booking = await post.booked({ person: 'daughter' });
    const asked = { eventId: 'one', person: 'daughter', booking: booking.id };
    expect(await post.bookings.family.invite(asked)).toEqual(await post.bookings.family.invite(asked));
    expect(await post.bookings.family.invite({ ...asked, person: 'stranger' })).toEqual({ outcome: 'unknown' });
    const club = await post.booked({ person: 'daughter', kind: 'club', wall: '2026-12-05T11:00' });
    expect(await post.bookings.family.invite({ ...asked, booking: club.id })).toEqual({ outcome: 'unknown' });
  });

  it('at most three come along, and a link beyond the fifth takes the place of the oldest', async () => {
    const booking = await post.booked({ person: 'daughter' });
    const codes: string[] = [];
    for (let i = 0; i < 6; i++) {
      post.clock.time += 1000;
      codes.push(await post.invited('daughter', booking.id));
    }
    const join = (person: string, code = '') => post.bookings.family.join({ person, code, language: 'uk' });
    expect(await join('a', codes[0])).toEqual({ outcome: 'unknown' });
    for (const i of [1, 2, 3]) expect(await join(`guest ${i}`, codes[i])).toMatchObject({ outcome: 'joined' });
    expect(await join('guest 4', codes[4])).toEqual({ outcome: 'full' });
    expect(await post.bookings.family.invite({ eventId: 'x', person: 'daughter', booking: booking.id })).toEqual({
      outcome: 'full',
    });
    await post.bookings.family.leave({ eventId: 'y', person: 'guest 1', booking: booking.id });
    expect(await join('guest 4', codes[4])).toMatchObject({ outcome: 'joined', booking: { together: 3 } });
  });

  it('whoever booked moves it for both: the other is told, and reminded of the new time', async () => {
    const { booking } = await together();
    const move = { eventId: 'm', person: 'daughter', booking: booking.id, wall: '2026-12-04T11:00' };
    expect(await post.bookings.move(move)).toMatchObject({ outcome: 'moved', booking: { together: 1 } });
    expect(await post.told('mother')).toEqual(['moved', 'reminder day', 'reminder hour', 'followup']);
    expect(await post.told('daughter')).toEqual(['reminder day', 'reminder hour', 'followup']);
    expect((await post.letters('mother')).every(({ version }) => version === 3)).toBe(true);
    expect(await post.bookings.move({ ...move, eventId: 'n', person: 'mother', wall: '2026-12-03T10:00' })).toEqual({
      outcome: 'unknown',
    });
  });

  it('whoever booked cancels it for both, and the other is told; the relative can cancel nothing', async () => {
    const { booking } = await together();
    expect(await post.bookings.cancel({ eventId: 'c', person: 'mother', booking: booking.id })).toEqual({
      outcome: 'unknown',
    });
    await post.bookings.cancel({ eventId: 'd', person: 'daughter', booking: booking.id });
    expect(await post.told('mother')).toEqual(['called-off family']);
    expect(await post.told('daughter')).toEqual([]);
    expect(await post.bookings.of('mother')).toEqual([]);
    expect(await post.bookings.find('mother', booking.id)).toMatchObject({ state: 'cancelled', as: 'relative' });
    expect(await post.units()).toEqual([]);
  });

  it('the relative leaves: whoever booked is told, keeps the time, and the link is used up', async () => {
    const { booking, code } = await together();
    const leave = { eventId: 'l', person: 'mother', booking: booking.id };
    expect(await post.bookings.family.leave(leave)).toBe('left');
    expect(await post.bookings.family.leave(leave), 'the same message again').toBe('left');
    expect(await post.bookings.family.leave({ ...leave, eventId: 'm' })).toBe('unknown');
    expect(await post.bookings.of('mother')).toEqual([]);
    expect(await post.told('mother')).toEqual([]);
    expect(await post.told('daughter')).toEqual(['left', 'reminder day', 'reminder hour', 'followup']);
    expect(await post.bookings.of('daughter')).toMatchObject([{ id: booking.id, together: 0 }]);
    expect(await post.bookings.family.look('mother', code)).toEqual({ outcome: 'unknown' });
    expect((await post.events(booking.id)).at(-1)).toMatchObject({ what: 'left', side: 'relative', version: 3 });
  });

  it('the relative proposes another time, and one tap of whoever booked moves it', async () => {
    const { booking } = await together();
    const wall = '2026-12-04T14:00';
    const propose = { eventId: 'p', person: 'mother', booking: booking.id, wall };
    expect(await post.bookings.family.propose(propose)).toEqual({ outcome: 'proposed' });
    await post.bookings.family.propose(propose);
    expect((await post.letters('daughter')).filter(({ what }) => what === 'proposed')).toMatchObject([{ wall }]);
    expect(await post.bookings.family.proposed('daughter', booking.id)).toMatchObject({ wall });
    expect(await post.bookings.family.proposed('mother', booking.id)).toBeNull();
    expect(await post.bookings.of('daughter'), 'asked, not moved').toMatchObject([{ wall: booking.wall }]);

    const agree = { eventId: 'a', person: 'daughter', booking: booking.id, wall };
    expect(await post.bookings.family.agree({ ...agree, wall: '2026-12-04T15:00' })).toEqual({ outcome: 'unknown' });
    expect(await post.bookings.family.agree({ ...agree, person: 'mother' })).toEqual({ outcome: 'unknown' });
    const moved = await post.bookings.family.agree(agree);
    expect(moved).toMatchObject({ outcome: 'moved', booking: { wall, version: 3 } });
    expect(await post.bookings.family.agree(agree), 'the same message again').toMatchObject({ outcome: 'moved' });
    expect(await post.bookings.family.agree({ ...agree, eventId: 'b' })).toEqual({ outcome: 'unknown' });
    expect(await post.told('mother')).toEqual(['moved', 'reminder day', 'reminder hour', 'followup']);
    expect((await post.events(booking.id)).at(-1)).toMatchObject({ what: 'moved', side: 'relative' });
  });

  it('a proposal that is refused is told to the relative; one of a leaver, or before a move, is void', async () => {
    const { booking } = await together();
    const propose = { person: 'mother', booking: booking.id, wall: '2026-12-04T14:00' };
    await post.bookings.family.propose({ ...propose, eventId: 'p' });
    const refuse = { eventId: 'r', person: 'daughter', booking: booking.id };
    await post.bookings.family.refuse(refuse);
    await post.bookings.family.refuse(refuse);
    expect((await post.told('mother')).filter((what) => what === 'refused')).toHaveLength(1);
    expect(await post.bookings.family.proposed('daughter', booking.id)).toBeNull();

    await post.bookings.family.propose({ ...propose, eventId: 'q' });
    await post.bookings.move({ eventId: 'm', person: 'daughter', booking: booking.id, wall: '2026-12-07T10:00' });
    expect(await post.bookings.family.proposed('daughter', booking.id)).toBeNull();

    await post.bookings.family.propose({ ...propose, eventId: 's' });
    await post.bookings.family.leave({ eventId: 'l', person: 'mother', booking: booking.id });
    expect(await post.bookings.family.proposed('daughter', booking.id)).toBeNull();
  });

  it('a proposed time that somebody takes first cannot be agreed to: the nearest are offered', async () => {
    const { booking } = await together();
    const wall = '2026-12-04T14:00';
    await post.bookings.family.propose({ eventId: 'p', person: 'mother', booking: booking.id, wall });
    await post.booked({ wall });
    const outcome = await post.bookings.family.agree({ eventId: 'a', person: 'daughter', booking: booking.id, wall });
    expect(outcome).toMatchObject({ outcome: 'taken' });
    expect(outcome).toHaveProperty('nearest.length', 3);
    expect(await post.bookings.of('mother')).toMatchObject([{ wall: booking.wall }]);
  });

  it('other times are offered only within decent hours by the clock of each', async () => {
    post.zones.mother = 'Europe/Lisbon';
    const { booking } = await together();
    const query = { person: 'mother', booking: booking.id, limit: 500 };
    const suits = await post.bookings.family.suits(query);
    // 10:00 in Kyiv is 8:00 in Lisbon.
    expect(suits.length).toBeGreaterThan(50);
    post.zones.mother = 'America/New_York';
    const overseas = await post.bookings.family.suits(query);
    expect(overseas.map(({ wall }) => wall.slice(11)).sort()[0]).toBe('15:00');
    expect(await post.bookings.family.suits({ ...query, person: 'stranger' })).toEqual([]);
    const onDay = await post.bookings.family.suits({ ...query, day: '2026-12-04' });
    expect(onDay.map(({ wall }) => wall)).toEqual(['15:00', '15:30', '16:00', '16:30'].map((t) => `2026-12-04T${t}`));
  });

  it('whoever is forgotten is gone: as relative from the row, as owner with the booking, and the other is told', async () => {
    const { booking } = await together();
    await post.bookings.forget('mother');
    expect((await everything(post.database)).includes('"mother"')).toBe(false);
    expect(await post.told('daughter')).toContain('left');
    const code = await post.invited('daughter', booking.id);
    await post.bookings.family.join({ person: 'father', code, language: 'uk' });
    await post.bookings.forget('daughter');
    expect(await post.bookings.of('father')).toEqual([]);
    expect(await post.told('father')).toEqual(['called-off family']);
    const kept = await post.database.db.selectFrom('bookings').selectAll().execute();
    expect(JSON.stringify(kept)).not.toContain('daughter');
  });

  it('who came along is kept no longer than the name of whoever booked', async () => {
    const { booking } = await together();
    post.clock.time = booking.at + 30 * day + 3 * hour;
    await sweepBookings(post);
    expect(await post.database.db.selectFrom('booking_guests').selectAll().execute()).toEqual([]);
    expect(await post.database.db.selectFrom('family_invitations').selectAll().execute()).toEqual([]);
  });
});

describe('a decent hour', () => {
  const zones = ['Europe/Kyiv', 'Europe/Warsaw', 'Europe/Lisbon', 'America/New_York', 'Asia/Almaty'];

  it('is from eight, and over by nine in the evening, in any zone and on any day', () => {
    const moment = fc.integer({ min: Date.UTC(2026, 0, 1) / 300_000, max: Date.UTC(2028, 0, 1) / 300_000 });
    fc.assert(
      fc.property(moment, fc.constantFrom(...zones), fc.integer({ min: 1, max: 24 }), (units, zone, fives) => {
        const at = units * 300_000;
        const minutes = fives * 5;
        const local = (ms: number) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
        const [from, to] = [local(at), local(at + minutes * 60_000)];
        const late = to.toPlainTime().toString().slice(0, 5) > '21:00' || to.day !== from.day;
        expect(isDecent({ at, minutes }, zone)).toBe(from.hour >= 8 && !late);
      }),
    );
  });
});
