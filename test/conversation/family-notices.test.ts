import { beforeEach, describe, expect, it } from 'vitest';
import { closeDay } from '../../src/bookings/closures.ts';
import { createNotices } from '../../src/conversation/notices.ts';
import { quietEdges } from '../../src/delivery/quiet-hours.ts';
import { languages } from '../../src/texts.ts';
import { openPost, type Post } from '../bookings/post.ts';
import { freshDatabase } from '../engines.ts';
import { said, village } from './talk.ts';

/** What is put about families, closed days and the waiting list is said, as data becomes words. */

const quietHours = { from: 21, to: 8 };

describe('what the bot says of families, closed days and freed times', () => {
  let drop: () => Promise<void>;
  let post: Post;
  let home: Awaited<ReturnType<typeof village>>;
  let language: (typeof languages)[number] = 'uk';

  beforeEach(async () => {
    const fresh = await freshDatabase('sqlite');
    drop = fresh.drop;
    post = await openPost(fresh.database);
    home = await village({ bookings: post.bookings });
    return async () => {
      await home.close();
      await drop();
    };
  });

  const t = (key: string, values = {}) => home.services.t(language, key, values);

  /** Everything that waits for somebody, said now; the reminders left out. */
  async function hears(person: string, in_: typeof language = 'uk', country: string | null = null) {
    language = in_;
    const notices = createNotices({
      services: home.services,
      profile: async () => ({ language: in_, country, zone: null, library: null }),
      quietUntil: (at, zone) => quietEdges(at, zone, quietHours)?.after ?? null,
    });
    const letters = (await post.letters(person)).filter(({ what }) => what !== 'reminder' && what !== 'followup');
    const told = [];
    for (const { due: _, ...payload } of letters) told.push(await notices(person, payload, post.clock.time));
    return told;
  }
  const wordsOf = (told: Awaited<ReturnType<typeof hears>>) =>
    told.map((one) => (one && 'say' in one ? said([one.say]) : JSON.stringify(one)));

  async function together() {
    const booking = await post.booked({ person: 'daughter', name: 'Ania' });
    const code = await post.invited('daughter', booking.id);
    await post.bookings.family.join({ person: 'mother', code, language: 'uk' });
    return booking;
  }

  it.each(languages)('in %s: somebody came along, proposes another time, leaves; and it is called off', async (to) => {
    const booking = await together();
    const [joined] = wordsOf(await hears('daughter', to, 'pl'));
    expect(joined).toContain(t('family:news.joined'));
    post.clock.time += 1000;
    await post.bookings.family.propose({
      eventId: 'p',
      person: 'mother',
      booking: booking.id,
      wall: '2026-12-04T14:00',
    });
    const [, proposed] = wordsOf(await hears('daughter', to, 'pl'));
    expect(proposed).toContain(t('family:proposed'));
    expect(proposed).toMatch(/14:00[^\n]*13:00/);
    expect(proposed).toContain(`[${t('family:agree')}]`);
    post.clock.time += 1000;
    await post.bookings.family.refuse({ eventId: 'r', person: 'daughter', booking: booking.id });
    expect(wordsOf(await hears('mother', to)).at(-1)).toContain(t('family:news.refused'));
    expect((await hears('daughter', to, 'pl')).at(-1), 'what was refused is asked no more').toBeNull();
    await post.bookings.move({ eventId: 'm', person: 'daughter', booking: booking.id, wall: '2026-12-04T10:00' });
    expect(wordsOf(await hears('mother', to))).toEqual([expect.stringContaining(t('notices:moved'))]);
    await post.bookings.cancel({ eventId: 'c', person: 'daughter', booking: booking.id });
    const [off] = wordsOf(await hears('mother', to));
    expect(off).toContain(t('notices:calledOff.family'));
    expect(off).not.toContain(t('notices:nextFree'));
    expect(off).toContain(`[${t('mybookings:outOfCalendar')}]`);
  });

  it.each([
    ['power', 'notices:calledOff.power'],
    ['raid', 'notices:calledOff.raid'],
    ['other', 'notices:calledOff.other'],
  ] as const)(
    'a day closed for %s: whoever booked is offered the next free times, the relative is told',
    async (reason, key) => {
      await together();
      await closeDay(post.room, { library: 'village', day: '2026-12-03', reason });
      const [owner] = wordsOf(await hears('daughter'));
      expect(owner).toContain(t(key));
      expect(owner).toContain(t('notices:nextFree'));
      expect(owner?.match(/\[\p{L}+, \d+ груд\., \d\d:\d\d\]/gu)).toHaveLength(3);
      const [relative] = wordsOf(await hears('mother'));
      expect(relative).toContain(t(key));
      expect(relative).not.toContain(t('notices:nextFree'));
    },
  );

  it('in the night it waits for the morning, unless it is about that very morning', async () => {
    const late = await post.booked({ person: 'halyna', wall: '2026-12-03T15:00' });
    const early = await post.booked({ person: 'iryna', wall: '2026-12-03T10:00' });
    const night = Date.parse('2026-12-03T01:00Z');
    post.clock.time = night;
    await closeDay(post.room, { library: 'village', day: '2026-12-03', reason: 'raid' });
    const morning = Date.parse('2026-12-03T06:00Z');
    expect(await hears('halyna')).toEqual([{ waitUntil: morning }]);
    expect(early.at - morning).toBe(2 * 3_600_000);
    expect(await hears('iryna')).toEqual([{ waitUntil: morning }]);
    // By the clock of Lisbon the night ends as the consultation begins: it is said at once.
    expect(wordsOf(await hears('iryna', 'uk', 'pt'))[0]).toContain(t('notices:calledOff.raid'));
    expect(late.id).not.toBe(early.id);
  });

  it('a freed time names until when it is theirs, and is not offered once it is over', async () => {
    const one = await post.booked({ person: 'one', wall: '2026-12-10T15:00' });
    await post.booked({ person: 'two', wall: '2026-12-10T15:30' });
    const wanted = { library: 'village', kind: 'talk', day: '2026-12-10', language: 'uk' };
    await post.bookings.waiting.join({ eventId: 'w', person: 'halyna', ...wanted });
    await post.bookings.cancel({ eventId: 'c', person: 'one', booking: one.id });
    const [offer] = wordsOf(await hears('halyna', 'uk', 'pl'));
    expect(offer).toContain(t('notices:freed'));
    expect(offer).toContain('15:00');
    // Noon in Kyiv, and two hours more, by the clock of Poland.
    expect(offer).toContain(t('notices:heldUntil', { time: '13:00' }));
    post.clock.time += 2 * 3_600_000;
    expect(await hears('halyna')).toEqual([null]);
  });
});
