import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBookings } from '../../src/bookings/book.ts';
import type { Booking } from '../../src/bookings/bookings.ts';
import { type BookingNotice, createReminders } from '../../src/bookings/reminders.ts';
import { createNotices } from '../../src/conversation/notices.ts';
import { createOutbox } from '../../src/delivery/outbox.ts';
import { quietEdges } from '../../src/delivery/quiet-hours.ts';
import type { Profile } from '../../src/people/profile.ts';
import { createSeal } from '../../src/storage/seal.ts';
import { freshDatabase } from '../engines.ts';
import { wednesdayMorning } from '../vistka.ts';
import { said, village } from './talk.ts';

const quietHours = { from: 21, to: 8 };
const seal = createSeal([Buffer.alloc(32, 7)]);
const clock = { now: () => wednesdayMorning };
const nobody: Profile = { language: null, country: null, zone: null, library: null };

async function openHome() {
  const { database, drop } = await freshDatabase('sqlite');
  const outbox = createOutbox({ database, seal, clock });
  const reminders = createReminders({ outbox, quietHours, zoneOf: async () => 'Europe/Kyiv' });
  const bookings = await createBookings({ ...{ database, seal, clock, reminders }, contentDir: 'content', demo: true });
  const home = await village({ bookings });
  let reader = nobody;
  const notices = createNotices({
    services: home.services,
    profile: async () => reader,
    quietUntil: (at, zone) => quietEdges(at, zone, quietHours)?.after ?? null,
  });
  return {
    ...home,
    bookings,
    /** What the bot says to somebody of that kind. */
    async says(person: string, about: Partial<Profile>, notice: BookingNotice, now: number) {
      reader = { ...nobody, ...about };
      const told = await notices(person, notice, now);
      return told && 'say' in told ? told.say : told;
    },
    async close() {
      await home.close();
      await drop();
    },
  };
}

describe('what the bot says of its own accord', () => {
  let home: Awaited<ReturnType<typeof openHome>>;
  beforeAll(async () => {
    home = await openHome();
  });
  afterAll(() => home.close());

  async function booked(
    name: string,
  ): Promise<{ who: ReturnType<typeof home.person>; booking: Booking; words: string }> {
    const who = home.person(name, { language: 'uk', library: 'bar-public', country: 'pl' });
    await who.sends('book');
    await who.presses(/^book:at:/);
    await who.presses('book:how:in-person');
    await who.says(name);
    const words = await who.presses('book:yes');
    const [booking] = await home.bookings.of(who.person);
    if (!booking) throw new Error(`not booked: ${words}`);
    return { who, booking, words };
  }
  const noticeOf = (booking: Booking, about: Partial<BookingNotice> = {}): BookingNotice => ({
    ...{ what: 'reminder', which: 'hour', booking: booking.id, version: booking.version, language: 'uk' },
    ...about,
  });

  it('a booking promises the reminders that will come, and no others', async () => {
    const { who, booking, words } = await booked('Оксана');
    const ahead = await home.bookings.ahead(booking);
    expect(words).toContain(ahead.length === 2 ? 'Нагадаю за добу і за годину.' : 'Нагадаю за годину.');
    await who.sends(`mybookings:gone:${booking.id}`);
    expect(await home.bookings.ahead(booking)).toEqual([]);
  });

  it('a reminder tells time in both clocks and the place, never what about, and can be answered', async () => {
    const { who, booking } = await booked('Марія');
    const reply = await home.says(
      who.person,
      { language: 'uk', country: 'pl' },
      noticeOf(booking),
      booking.at - 3_600_000,
    );
    if (!reply || !('text' in reply)) throw new Error('nothing was said');
    const text = said([reply]);
    expect(text).toMatch(/^Нагадую про зустріч:/);
    expect(text).toMatch(/за київським часом \(у вас \d\d:\d\d\)/);
    expect(text).toContain('Бар');
    const kind = home.bookings.kind(booking.kind);
    for (const word of [kind?.name.uk, kind?.about.uk, 'Марія', 'юрист']) expect(text).not.toContain(word);
    expect((reply.rows ?? []).flat().map((button) => button.label)).toEqual(['Буду', 'Перенести', 'Скасувати', 'Меню']);
    for (const button of (reply.rows ?? []).flat())
      if ('action' in button) expect(Buffer.byteLength(button.action)).toBeLessThanOrEqual(64);

    expect(await who.sends(`mybookings:coming:${booking.id}`)).toContain('Дякую, чекаємо на вас');
    expect(await who.sends(`mybookings:move:${booking.id}`)).toContain('На який час перенести?');
    expect(await who.sends(`mybookings:cancel:${booking.id}`)).toContain('Скасувати цей запис?');
    expect(await who.sends(`mybookings:gone:${booking.id}`)).toContain('Запис скасовано');
    expect(await who.sends(`mybookings:coming:${booking.id}`)).toContain('Цього запису вже немає');
  });

  it.each([
    [{ language: 'uk' }, /^Нагадую про зустріч:/],
    [{ language: 'en' }, /^A reminder of your appointment:/],
    [{ language: 'pl' }, /^Przypomnienie o spotkaniu:/],
    [{ language: 'ru' }, /^Напоминаю о встрече:/],
    // Never chosen: the language in which it was booked.
    [{}, /^Przypomnienie o spotkaniu:/],
  ])('it speaks the language of the moment of sending: %o', async (about, words) => {
    const { who, booking } = await booked('Ірина');
    const reply = await home.says(who.person, about, noticeOf(booking, { language: 'pl' }), booking.at - 3_600_000);
    expect(reply).toMatchObject({ text: expect.stringMatching(words) });
    await who.sends(`mybookings:gone:${booking.id}`);
  });

  it('it shows the clock of the moment of sending, wherever they were when they booked', async () => {
    const { who, booking } = await booked('Ганна');
    const now = booking.at - 3_600_000;
    const kyiv = await home.says(who.person, { language: 'uk', country: 'ua' }, noticeOf(booking), now);
    expect(kyiv).toMatchObject({ text: expect.not.stringContaining('у вас') });
    const lisbon = await home.says(who.person, { language: 'uk', zone: 'Europe/Lisbon' }, noticeOf(booking), now);
    expect(lisbon).toMatchObject({ text: expect.stringContaining('у вас') });
    await who.sends(`mybookings:gone:${booking.id}`);
  });

  it('nothing is said of a booking that has moved, is cancelled, has begun, or is somebody else’s', async () => {
    const { who, booking } = await booked('Соломія');
    const now = booking.at - 3_600_000;
    const says = (about: Partial<BookingNotice>, at = now, person = who.person) =>
      home.says(person, {}, noticeOf(booking, about), at);
    expect(await says({})).toMatchObject({ text: expect.any(String) });
    expect(await says({ version: booking.version + 1 })).toBeNull();
    expect(await says({}, booking.at)).toBeNull();
    expect(await says({}, now, 'somebody else')).toBeNull();
    expect(await says({ booking: 'nonsense' })).toBeNull();
    await who.sends(`mybookings:gone:${booking.id}`);
    for (const what of ['reminder', 'followup', 'confirmed'] as const) expect(await says({ what })).toBeNull();
  });

  it('what can wait waits while the reader sleeps; the reminder of the last hour and a librarian’s yes do not', async () => {
    const { who, booking } = await booked('Леся');
    const zone = 'America/New_York';
    const night = Temporal.PlainDateTime.from('2026-11-25T03:00').toZonedDateTime(zone).epochMilliseconds;
    const morning = Temporal.PlainDateTime.from('2026-11-25T08:00').toZonedDateTime(zone).epochMilliseconds;
    const says = (about: Partial<BookingNotice>) => home.says(who.person, { zone }, noticeOf(booking, about), night);
    expect(await says({ which: 'day' })).toEqual({ waitUntil: morning });
    expect(await says({ what: 'followup', which: null })).toEqual({ waitUntil: morning });
    expect(await says({ which: 'hour' })).toMatchObject({ text: expect.any(String) });
    expect(await says({ what: 'confirmed', which: null })).toMatchObject({
      text: expect.stringContaining('підтвердив'),
    });
    await who.sends(`mybookings:gone:${booking.id}`);
  });

  it('the day after it asks whether the talk was of use, and has a way on for both answers', async () => {
    const { who, booking } = await booked('Настя');
    const noon = booking.at + 24 * 3_600_000;
    const reply = await home.says(
      who.person,
      { language: 'uk' },
      noticeOf(booking, { what: 'followup', which: null }),
      noon,
    );
    if (!reply || !('text' in reply)) throw new Error('nothing was said');
    expect(said([reply])).toMatch(/^Чи .*розмова в бібліотеці.*\?[\s\S]*\[Так\] \[Ні\]\n\[Записатися ще\]/);
    const yes = await who.sends(`mybookings:useful:${booking.id}`);
    expect(yes).toContain('[Записатися ще]');
    const no = await who.sends(`mybookings:useless:${booking.id}`);
    expect(no).toContain('[Бібліотекар]');
  });

  it('what this build does not know is refused, so that a newer process may say it', async () => {
    const strange = { what: 'horoscope' } as unknown as BookingNotice;
    await expect(home.says('anybody', {}, strange, wednesdayMorning)).rejects.toThrow();
  });
});
