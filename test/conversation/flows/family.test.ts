import { afterAll, describe, expect, it } from 'vitest';
import { wednesdayMorning } from '../../vistka.ts';
import { said, village, website } from '../talk.ts';

const home = await village();
afterAll(() => home.close());

/** Somebody with a booking at the library. */
async function booked(name: string, library: string, about: { language?: 'uk' | 'pl'; country?: string } = {}) {
  const who = home.person(name, { language: 'uk', library, ...about });
  await who.sends('book');
  await who.presses(/^book:at:/);
  await who.presses('book:how:in-person');
  await who.presses('book:name');
  const words = await who.presses('book:yes');
  const [booking] = await home.services.bookings.of(who.person);
  if (!booking) throw new Error(words);
  return { who, booking, words };
}

const t = (key: string, values = {}, language: 'uk' | 'en' | 'pl' = 'uk') => home.services.t(language, key, values);

const linkIn = (words: string) => /#(family-[A-Z0-9]+)/.exec(words)?.[1] ?? '';

describe('inviting relatives', () => {
  it('is a button under the booking; the message to pass on says nothing of topic, name or time', async () => {
    const { who, words } = await booked('Оксана', 'tysmenytsia-central');
    expect(words).toContain(`[${t('family:invite')}]`);
    const told = await who.presses(/^family:invite:/);
    expect(told).toMatch(/однієї людини/);
    const passedOn = who.replies.at(-1)?.text ?? '';
    expect(linkIn(passedOn)).toMatch(/^family-[A-Z0-9]{16}$/);
    expect(passedOn).not.toMatch(/Оксана|юрист|\d\d:\d\d/);
  });

  it('leads the relative to time and place in their own language and clock, and asks before joining', async () => {
    const { who, booking } = await booked('Ania', 'shostka-central-city', { language: 'pl', country: 'pl' });
    const link = linkIn(await who.presses(/^family:invite:/));
    const mother = home.person('Марія', {}, 'uk');
    const asked = await mother.opens(link);
    expect(asked).toContain(t('family:asked'));
    expect(asked).not.toMatch(/Ania|юрист|Порада/);
    expect(asked).toContain('[Polski]');
    expect(await home.services.bookings.of(mother.person)).toEqual([]);
    const joined = await mother.presses(/^family:yes:/);
    expect(joined).toContain(t('family:joined'));
    expect(joined).toContain(t('family:sayWhere'));
    expect((await home.services.bookings.of(mother.person)).map(({ id }) => id)).toEqual([booking.id]);

    const list = await mother.says('/mybookings');
    expect(list).toContain(t('family:youCome'));
    expect(list).toContain(t('family:other'));
    expect(list).not.toContain(`[${t('mybookings:cancel')}]`);
    expect(await who.says('/mybookings')).toContain(t('family:together', { count: 1 }, 'pl'));

    const late = home.person('Хтось', {}, 'uk');
    expect(await late.opens(link)).toContain(t('family:unknown'));
    expect(await late.sends(`family:yes:${link.slice('family-'.length)}`)).toContain(t('family:unknown'));
    expect(await mother.opens(link)).toContain(t('family:joined'));
    expect(await who.opens(link)).toContain(t('family:unknown', {}, 'pl'));
  });

  it('can be answered in words, and in another language', async () => {
    const { who } = await booked('Іван', 'voznesensk-central');
    const link = linkIn(await who.presses(/^family:invite:/));
    const son = home.person('Petro', {}, 'uk');
    await son.opens(link);
    expect(await son.presses('English')).toContain(t('family:asked', {}, 'en'));
    expect(await son.says('yes')).toContain(t('family:joined', {}, 'en'));
    expect(await son.presses(/^family:out:/)).toContain(t('family:askLeave', {}, 'en'));
    expect(await son.says('yes')).toContain(t('family:left', {}, 'en'));
    expect(await son.says('/mybookings')).toContain(t('mybookings:none', {}, 'en'));
  });

  it('shows whoever booked, who opens the link out of curiosity, that it is for the other', async () => {
    const { who } = await booked('Ганна', 'dobrohostiv-village');
    const link = linkIn(await who.presses(/^family:invite:/));
    expect(await who.opens(link)).toContain(t('family:own'));
    expect(await home.person('X').opens('family-nonsense')).toContain(t('family:unknown'));
    expect(await home.person('X').opens('family-')).toContain(t('family:unknown'));
  });

  it('proposes another time by tap or by words, and whoever booked agrees with one tap', async () => {
    const { who, booking } = await booked('Ольга', 'kamianske-central-city', { country: 'pl' });
    const link = linkIn(await who.presses(/^family:invite:/));
    const mother = home.person('Марія', { language: 'uk' });
    await mother.opens(link);
    await mother.presses(/^family:yes:/);
    const offered = await mother.presses(/^family:other:/);
    expect(offered).toContain(t('family:pickTime'));
    await mother.presses(/^family:days:/);
    await mother.presses(/^family:day:/);
    expect(await mother.says('1')).toContain(t('family:passedOn'));

    await mother.says('/mybookings');
    await mother.presses(/^family:other:/);
    await mother.says('наступного тижня після обіду');
    expect(await mother.says('1')).toContain(t('family:passedOn'));
    const proposed = await home.services.bookings.family.proposed(who.person, booking.id);
    const wall = proposed?.wall.replace(/\D/g, '') ?? '';
    expect(await who.sends(`family:ok:${booking.id}:202612010000`)).toContain(t('family:gone'));
    expect(await who.sends(`family:ok:${booking.id}:${wall}`)).toContain(t('mybookings:moved'));
    expect((await home.services.bookings.of(mother.person))[0]?.wall).toBe(proposed?.wall);
    expect(await who.sends(`family:ok:${booking.id}:${wall}`)).toContain(t('family:gone'));
  });

  it('is nobody else’s: a stranger’s buttons do nothing', async () => {
    const { who, booking } = await booked('Надія', 'bar-public');
    const stranger = home.person('Хтось', { language: 'uk' });
    for (const step of ['invite', 'out', 'left', 'other', 'days', 'no', 'ok']) {
      await stranger.sends(`family:${step}:${booking.id}:202612030900`);
    }
    await stranger.sends(`family:try:${booking.id}:202612030900`);
    expect(await home.services.bookings.find(stranger.person, booking.id)).toBeNull();
    expect(await home.services.bookings.of(who.person)).toMatchObject([
      { wall: booking.wall, together: 0, version: 1 },
    ]);
  });
});

describe('waiting for a time', () => {
  it('is offered where nothing is free, stands under the bookings, and can be given up', async () => {
    const now = wednesdayMorning;
    const quiet = await village({ channel: () => website }, now);
    const { bookings } = quiet.services;
    const taken = { library: 'tysmenytsia-central', kind: 'legal-advice' };
    const day = '2026-12-01';
    for (const [i, slot] of (await bookings.free({ ...taken, limit: 50, day })).entries()) {
      const by = { how: 'in-person', name: 'A', phone: null, language: 'uk', channel: 'web' } as const;
      const about = { eventId: `e${i}`, person: `p${i}`, fromAnonymousChannel: false, ...taken, ...by };
      await bookings.book({ ...about, wall: slot.wall });
    }
    const oksana = quiet.person('Оксана', { language: 'uk', library: taken.library });
    await oksana.sends('book');
    const near = await oksana.says('у вівторок');
    expect(near).toContain(t('book:foundNear'));
    expect(near).toContain(`[${t('book:waitDay', { day: 'вт, 1 груд.' })}]`);
    expect(await oksana.presses(`book:wait:${day}`)).toContain(t('book:waiting'));
    const list = await oksana.says('/mybookings');
    expect(list).toContain('Тисменицька центральна бібліотека, Порада юриста, вт, 1 груд.');

    await bookings.cancel({ eventId: 'c', person: 'p0', booking: (await bookings.of('p0'))[0]?.id ?? '' });
    const [held] = await bookings.waiting.of(oksana.person);
    expect(held?.offered).toBe(true);
    expect(await oksana.sends(`book:offer:${held?.id}`)).toContain(t('book:askHow'));
    await oksana.presses('book:how:in-person');
    await oksana.says('Оксана');
    expect(await oksana.presses('book:yes')).toContain(t('book:booked'));
    expect(await oksana.sends(`book:offer:${held?.id}`)).toContain(t('book:offerOver'));

    await oksana.sends('book');
    await oksana.says('у вівторок');
    await oksana.presses(`book:wait:${day}`);
    await oksana.says('/mybookings');
    expect(await oksana.presses(/^book:pass:/)).toContain(t('book:waitingOver'));
    expect(await oksana.says('/mybookings')).not.toContain('Порада юриста, вт');
    expect(said(oksana.replies)).toContain('1 грудня');
    await quiet.close();
  });
});
