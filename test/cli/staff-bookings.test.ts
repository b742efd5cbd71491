import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBookings } from '../../src/bookings/book.ts';
import { type FeedWords, readFeed } from '../../src/bookings/feeds.ts';
import { staff } from '../../src/cli/staff.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { openSeal } from '../../src/storage/keys.ts';
import { contentDir, request } from '../bookings/world.ts';

const key = '07'.repeat(32);
const words: FeedWords = {
  kind: (id) => id,
  calendar: (id) => id,
  people: String,
  how: (how) => how,
  together: String,
};

describe('bookings and calendars, by the admin at a terminal', () => {
  let dataDir: string;
  let env: Record<string, string>;
  let database: Awaited<ReturnType<typeof openDatabase>>;
  let bookings: Awaited<ReturnType<typeof createBookings>>;
  let time = 0;
  let seal: Awaited<ReturnType<typeof openSeal>>;
  const clock = { now: () => time };

  beforeEach(async () => {
    time = Date.now();
    dataDir = await mkdtemp(join(tmpdir(), 'vistka-staff-'));
    env = { DATA_DIR: dataDir, SECRET_KEY: key, CONTENT_DIR: contentDir };
    database = await openDatabase({ kind: 'sqlite', file: join(dataDir, 'vistka.sqlite') });
    seal = await openSeal(database, [Buffer.from(key, 'hex')]);
    bookings = await createBookings({ database, seal, clock, contentDir, demo: false });
  });
  afterEach(async () => {
    await database.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function booked(person: string) {
    const free = await bookings.free({ library: 'village', kind: 'talk', limit: 40 });
    const outcome = await bookings.book(request({ person, wall: free.at(-1)?.wall ?? '' }));
    if (outcome.outcome !== 'booked') throw new Error(outcome.outcome);
    return outcome.booking;
  }
  const waiting = async () =>
    (await database.db.selectFrom('outbox').select(['person', 'kind']).where('state', '=', 'waiting').execute()).filter(
      ({ kind }) => kind === 'answer',
    );

  it('a day is closed: who had booked is told by the running bot, and it is opened again', async () => {
    const booking = await booked('halyna');
    const day = booking.wall.slice(0, 10);
    const closed = await staff(['close', 'village', day, '--reason', 'power'], env);
    expect(closed).toEqual({ code: 0, out: `Closed: village, ${day}. 1 consultation called off, and told.\n` });
    expect(await waiting()).toEqual([{ person: 'halyna', kind: 'answer' }]);
    expect((await staff(['close', 'village', day], env)).out).toMatch(/^It was closed already: .* 0 consultations/);
    expect(await bookings.free({ library: 'village', kind: 'talk', limit: 1, day })).toEqual([]);
    expect((await staff(['open', 'village', day], env)).code).toBe(0);
    expect((await staff(['open', 'village', day], env)).code).toBe(1);
    expect((await staff(['close', 'elsewhere', day], env)).code).toBe(1);
    expect((await staff(['close', 'village', '2020-01-01'], env)).out).toBe('That day is over.\n');
    for (const wrong of [
      ['close', 'village'],
      ['close', 'village', 'tomorrow'],
      ['close', 'village', day, '--reason', 'x'],
    ])
      expect((await staff(wrong, env)).out).toMatch(/^npm run staff/);
    expect((await staff(['audit'], env)).out).toMatch(/close day {2}\d{4}-\d\d-\d\d {2}village/);
  });

  it('one is called off, and it is said whether they came', async () => {
    const { id } = await booked('halyna');
    expect((await staff(['held', id], env)).out).toBe('It has not begun yet.\n');
    expect((await staff(['cancel', id], env)).out).toMatch(/^Cancelled, and told: /);
    expect(await waiting()).toHaveLength(1);
    expect((await staff(['cancel', id], env)).out).toBe('It was cancelled before.\n');
    const over = await booked('petro');
    const later = { ...env, CLOCK_OFFSET: `PT${Math.ceil((over.at - Date.now()) / 1000) + 60}S` };
    expect((await staff(['missed', over.id], later)).out).toMatch(/^Marked as missed: /);
    expect((await staff(['held', over.id], later)).out).toMatch(/^Marked as held: /);
    expect((await staff(['held', over.id], later)).out).toBe('It is marked as held.\n');
    expect((await staff(['cancel', 'nonsense'], env)).code).toBe(1);
  });

  it('a consultant gets an address for the calendar program, a new one ends the old, and it can be ended', async () => {
    const read = (out: string) => {
      const secret = /^http:\/\/localhost:8080\/calendar\/([\w-]{32})\.ics\n/.exec(out)?.[1] ?? '';
      return readFeed({ database, seal, clock }, secret, words);
    };
    const first = await staff(['feed', 'village/librarian'], env);
    expect(first.code).toBe(0);
    expect(await read(first.out)).toContain('BEGIN:VCALENDAR');
    const second = await staff(['feed', 'village/librarian'], env);
    expect(await read(first.out)).toBeNull();
    expect(await read(second.out)).toContain('BEGIN:VCALENDAR');
    expect((await staff(['feed', 'village/librarian', '--revoke'], env)).code).toBe(0);
    expect(await read(second.out)).toBeNull();
    expect((await staff(['feed', 'village/librarian', '--revoke'], env)).code).toBe(1);
    expect((await staff(['feed', 'village/nobody'], env)).code).toBe(1);
  });
});
