import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBookings } from '../../src/bookings/book.ts';
import { loadKinds } from '../../src/bookings/kinds.ts';
import { loadSeeds } from '../../src/bookings/schedule.ts';
import { ContentError } from '../../src/content-file.ts';
import type { Database } from '../../src/storage/database.ts';
import { engines, freshDatabase } from '../engines.ts';
import { contentDir, noon, openWorld, request, seal } from './world.ts';

const real = join(import.meta.dirname, '..', '..', 'content');
const clock = { now: () => noon };

describe.each(engines)('libraries that have joined, on %s', (engine) => {
  let database: Database;
  let drop: () => Promise<void>;
  beforeEach(async () => {
    ({ database, drop } = await freshDatabase(engine));
  });
  afterEach(() => drop());

  const consultants = () => database.db.selectFrom('consultants').selectAll().orderBy('id').execute();

  it('are the same however often the program starts, and when two start at once', async () => {
    const [first, second] = await Promise.all([openWorld(database), openWorld(database)]);
    const before = await consultants();
    expect(before).toHaveLength(4);
    const third = await openWorld(database);
    expect(await consultants()).toEqual(before);
    for (const { bookings } of [first, second, third]) {
      expect(bookings.joinedLibraries()).toEqual(['hamlet', 'town', 'village']);
    }
  });

  it('of the demonstration are there with it and gone without it; bookings made there stay the person’s', async () => {
    const demo = await openWorld(database, { demo: true });
    expect(demo.bookings.joined('pretend')).toBe(true);
    const person = randomUUID();
    const at = { library: 'pretend', wall: '2026-12-03T10:00' };
    const made = await demo.bookings.book(request({ person, ...at }));
    expect(made).toMatchObject({ outcome: 'booked', booking: { demo: true } });

    const plain = await openWorld(database);
    expect(plain.bookings.joined('pretend')).toBe(false);
    expect(await plain.bookings.of(person)).toMatchObject([at]);
    const [booking] = await plain.bookings.of(person);
    const cancel = { eventId: 'a:1', person, booking: booking?.id ?? '' };
    expect(await plain.bookings.cancel(cancel)).toMatchObject({ outcome: 'cancelled' });
  });

  it('keep their public holidays, but for whoever has hours of their own on one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vistka-holidays-'));
    try {
      cpSync(contentDir, folder, { recursive: true });
      const file = join(folder, 'joined', 'world.yaml');
      // The 10th is a day with hours of its own; the 7th is an ordinary Monday.
      const text = readFileSync(file, 'utf8').replace(
        '- library: village\n',
        '- library: village\n    holidays: [2026-12-07, 2026-12-10]\n',
      );
      writeFileSync(file, text);
      const bookings = await createBookings({ database, seal, clock, contentDir: folder, demo: false });
      const days = (await bookings.freeDays({ library: 'village', kind: 'talk', limit: 50 })).map(({ day }) => day);
      expect(days).not.toContain('2026-12-07');
      expect(days).toContain('2026-12-08');
      expect(days).toContain('2026-12-10');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('are never mixed with the demonstration: what has joined for real has its real hours alone', async () => {
    const { bookings } = await openWorld(database, { demo: true });
    const days = await bookings.freeDays({ library: 'village', kind: 'talk', limit: 50 });
    expect(days.map(({ day }) => day)).not.toContain('2026-12-06');
    expect((await bookings.free({ library: 'village', kind: 'talk', limit: 1 }))[0]?.demo).toBe(false);
  });

  it('of the real demonstration offer a time of every kind that they have, in the next two weeks', async () => {
    const bookings = await createBookings({ database, seal, clock, contentDir: real, demo: true });
    expect([...bookings.joinedLibraries()].sort()).toEqual([
      'bar-public',
      'dobrohostiv-village',
      'kamianske-central-city',
      'oleksandrivka-central',
      'shostka-central-city',
      'tysmenytsia-central',
      'voznesensk-central',
    ]);
    const offered = new Set<string>();
    for (const library of bookings.joinedLibraries()) {
      for (const kind of await bookings.kindsAt(library)) {
        offered.add(kind.id);
        const slots = await bookings.free({ library, kind: kind.id, limit: 3 });
        expect(slots, `${library} ${kind.id}`).toHaveLength(3);
        expect(slots[0]?.at, `${library} ${kind.id}`).toBeLessThan(noon + 14 * 86_400_000);
        expect(slots.every((slot) => slot.demo)).toBe(true);
      }
    }
    expect([...offered].sort()).toEqual(
      loadKinds(real)
        .map((kind) => kind.id)
        .sort(),
    );
  });

  it('a club’s hour is never taken by a talk with the same librarian', async () => {
    const bookings = await createBookings({ database, seal, clock, contentDir: real, demo: true });
    for (const library of bookings.joinedLibraries()) {
      const club = await bookings.free({ library, kind: 'seniors-club', limit: 20 });
      for (const kind of ['migrant-labour', 'video-call', 'digital-skills', 'project-help']) {
        for (const slot of await bookings.free({ library, kind, limit: 500 })) {
          const meets = club.some((c) => c.at < slot.at + slot.minutes * 60_000 && slot.at < c.at + c.minutes * 60_000);
          expect(meets, `${library} ${kind} ${slot.wall}`).toBe(false);
        }
      }
    }
  });
});

describe('a wrong file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vistka-content-'));
    cpSync(contentDir, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const faultOf = (file: string, from: string, to: string) => {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${from} is not in ${file}`);
    writeFileSync(path, text.replace(from, to));
    try {
      loadSeeds(folder, loadKinds(folder), true);
    } catch (error) {
      if (error instanceof ContentError) return error.message.slice(folder.length + 1);
      throw error;
    }
    return 'no fault';
  };

  it.each([
    ['kinds.yaml', 'id: lesson', 'id: talk', /^kinds.yaml:11 kinds.1.id: this id stands twice/],
    ['kinds.yaml', 'minutes: 25', 'minutes: 27', /^kinds.yaml:7 kinds.0.minutes: .*five/],
    ['kinds.yaml', 'uk: Розмова', `uk: ${'Р'.repeat(41)}`, /^kinds.yaml:4 kinds.0.name.uk: at most 40/],
    [
      'joined/world.yaml',
      '"10:00", "13:00"',
      '"13:00", "10:00"',
      /world.yaml:8 libraries.0.consultants.0.week.mon: write the/,
    ],
    ['joined/world.yaml', '"10:00", "13:00"', '"10:00", "14:30"', /world.yaml:8 .*without overlap/],
    ['joined/world.yaml', '"10:00", "13:00"', '"10:02", "13:00"', /world.yaml:8 .*steps of five/],
    [
      'joined/world.yaml',
      'kind: lesson',
      'kind: lessson',
      /world.yaml:18 .*offers.1.kind: not in kinds.yaml; one of talk/,
    ],
    [
      'joined/world.yaml',
      'id: second',
      'id: first',
      /world.yaml:\d+ libraries.1.consultants.1.id: this id stands twice/,
    ],
    [
      'joined/world.yaml',
      'sat: [["11:00", "12:30"]]',
      'fri: [["12:00", "14:00"]]',
      /world.yaml:\d+ .*offers.3.week: the group's hours \(fri 12:00-14:00\) are also hours of this/,
    ],
    [
      'joined/world.yaml',
      '"2026-12-09": []',
      '"2026-12-12": [["10:00", "11:15"]]',
      /world.yaml:\d+ .*offers.3.week: the group's hours \(sat 11:00-12:30\)/,
    ],
    [
      'joined/world.yaml',
      'offers: [{ kind: walk }]',
      'offers: [{ kind: walk }, { kind: circle }]',
      /world.yaml:\d+ .*offers.1.kind: the group's hours \(thu 10:00-13:00\)/,
    ],
    ['demo/bookings.yaml', 'role: librarian', 'role: wizard', /bookings.yaml:5 .*role/],
  ])('%s with %s -> %s is told by file, line, field and fix', (file, from, to, message) => {
    expect(faultOf(file, from, to)).toMatch(message);
  });
});
