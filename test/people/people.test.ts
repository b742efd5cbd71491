import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPeople, type People } from '../../src/people/people.ts';
import type { Database } from '../../src/storage/database.ts';
import { createSeal } from '../../src/storage/seal.ts';
import { engines, freshDatabase } from '../engines.ts';

const nothing = { language: null, country: null, zone: null, library: null };

describe.each(engines)('people on %s', (engine) => {
  let database: Database;
  let drop: () => Promise<void>;
  let now = 0;
  const clock = { now: () => now };
  const seal = createSeal([randomBytes(32)]);
  let people: People;
  /** Another process: the same database, a memory of its own. */
  let elsewhere: People;

  beforeEach(async () => {
    ({ database, drop } = await freshDatabase(engine));
    now = Date.UTC(2026, 11, 1, 9);
    people = createPeople({ database, seal, clock });
    elsewhere = createPeople({ database, seal, clock });
  });
  afterEach(() => drop());

  test('who writes again is the same person, here and in another process', async () => {
    const oksana = await people.identify('telegram', '100');
    expect(await people.identify('telegram', '100')).toBe(oksana);
    expect(await elsewhere.identify('telegram', '100')).toBe(oksana);
    expect(oksana).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);
  });

  test('the same number on two platforms is two people, until they say otherwise', async () => {
    expect(await people.identify('telegram', '100')).not.toBe(await people.identify('viber', '100'));
  });

  test('a first message that comes thirty times at once, in two processes, makes one person', async () => {
    const asked = Array.from({ length: 30 }, (_, i) => (i % 2 ? people : elsewhere).identify('telegram', '100'));
    expect(new Set(await Promise.all(asked)).size).toBe(1);
    expect(await database.db.selectFrom('people').select('id').execute()).toHaveLength(1);
  });

  test('of someone seen a moment ago no query is made', async () => {
    const oksana = await people.identify('telegram', '100');
    await database.db.updateTable('people').set({ seen_day: '2000-01-01' }).execute();
    expect(await people.identify('telegram', '100')).toBe(oksana);
    expect(await database.db.selectFrom('people').select('seen_day').executeTakeFirst()).toEqual({
      seen_day: '2000-01-01',
    });
    now += 60_000;
    expect(await people.identify('telegram', '100')).toBe(oksana);
    expect(await database.db.selectFrom('people').select('seen_day').executeTakeFirst()).toEqual({
      seen_day: '2026-12-01',
    });
  });

  test('an id of a platform is nowhere readable in the database', async () => {
    const person = await people.identify('viber', 'hq8kT2platform-id==');
    expect(JSON.stringify(await database.db.selectFrom('identities').selectAll().execute())).not.toContain('hq8kT2');
    expect(await people.reach(person)).toEqual([{ channel: 'viber', sender: 'hq8kT2platform-id==' }]);
  });

  test('with another key an id does not open, and nobody is written to in error', async () => {
    const person = await people.identify('viber', 'abc');
    const stranger = createPeople({ database, seal: createSeal([randomBytes(32)]), clock });
    expect(await stranger.reach(person)).toEqual([]);
  });

  test('a profile starts empty, and a change touches only what it names', async () => {
    const person = await people.identify('web', 'c');
    expect(await people.profile(person)).toEqual(nothing);
    await people.saveProfile(person, { language: 'uk', country: 'pl' });
    await people.saveProfile(person, { library: 'lviv-1' });
    await people.saveProfile(person, {});
    await people.saveProfile(person, { country: null });
    expect(await elsewhere.profile(person)).toEqual({ ...nothing, language: 'uk', library: 'lviv-1' });
  });

  test('who blocked us is not written to, until they write again', async () => {
    const person = await people.identify('telegram', '100');
    await people.stopped(person, 'viber');
    expect(await people.reach(person)).toHaveLength(1);
    await people.stopped(person, 'telegram');
    expect(await people.reach(person)).toEqual([]);
    expect(await people.identify('telegram', '100')).toBe(person);
    expect(await people.reach(person)).toEqual([{ channel: 'telegram', sender: '100' }]);
  });

  test('the platform where they last wrote comes first', async () => {
    const person = await people.identify('telegram', '100');
    const other = await people.identify('viber', 'v');
    await database.db.updateTable('identities').set({ person }).where('person', '=', other).execute();
    await database.db.updateTable('identities').set({ seen_at: 1 }).where('channel', '=', 'telegram').execute();
    expect((await people.reach(person)).map((account) => account.channel)).toEqual(['viber', 'telegram']);
    now += 24 * 3_600_000;
    await people.identify('telegram', '100');
    expect((await people.reach(person)).map((account) => account.channel)).toEqual(['telegram', 'viber']);
  });

  test('of someone forgotten no row stays, and writing again they are someone new', async () => {
    const person = await people.identify('telegram', '100');
    await people.saveProfile(person, { language: 'uk' });
    await people.forget(person);
    expect(await database.db.selectFrom('people').selectAll().execute()).toEqual([]);
    expect(await database.db.selectFrom('identities').selectAll().execute()).toEqual([]);
    expect(await people.reach(person)).toEqual([]);
    const again = await people.identify('telegram', '100');
    expect(again).not.toBe(person);
    expect(await people.profile(again)).toEqual(nothing);
  });

  test('another process does not bring the forgotten back from its memory', async () => {
    const person = await elsewhere.identify('telegram', '100');
    await people.forget(person);
    expect(await elsewhere.identify('telegram', '100')).toBe(person);
    await elsewhere.saveProfile(person, { language: 'uk' });
    expect(await database.db.selectFrom('people').selectAll().execute()).toEqual([]);
    expect(await elsewhere.identify('telegram', '100')).not.toBe(person);
  });

  test('and without a word about the profile its memory ends within a minute', async () => {
    const person = await elsewhere.identify('telegram', '100');
    await people.forget(person);
    now += 60_000;
    expect(await elsewhere.identify('telegram', '100')).not.toBe(person);
  });

  test('an answer that was under way when they were forgotten is not remembered', async () => {
    const person = await people.identify('telegram', '100');
    now += 60_000;
    const [asked] = await Promise.all([people.identify('telegram', '100'), people.forget(person)]);
    const next = await people.identify('telegram', '100');
    expect(await database.db.selectFrom('people').select('id').execute()).toEqual([{ id: next }]);
    expect([person, next]).toContain(asked);
  });
});
