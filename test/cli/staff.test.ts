import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBookings } from '../../src/bookings/book.ts';
import { staff } from '../../src/cli/staff.ts';
import { inviteFromTerminal } from '../../src/staff/invitations.ts';
import { createTeam } from '../../src/staff/team.ts';
import { createUnanswered } from '../../src/staff/unanswered.ts';
import { addCount } from '../../src/storage/counts.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { openSeal } from '../../src/storage/keys.ts';
import { contentDir, request } from '../bookings/world.ts';

const key = '07'.repeat(32);

describe('the admin at a terminal', () => {
  let dataDir: string;
  let env: Record<string, string>;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'vistka-staff-'));
    env = { DATA_DIR: dataDir, SECRET_KEY: key, CONTENT_DIR: contentDir };
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  async function openBookings() {
    // One moment for all, so that no full hour strikes in between.
    const time = Date.now();
    const database = await openDatabase({ kind: 'sqlite', file: join(dataDir, 'vistka.sqlite') });
    const seal = await openSeal(database, [Buffer.from(key, 'hex')]);
    return {
      database,
      bookings: await createBookings({ database, seal, clock: { now: () => time }, contentDir, demo: false }),
    };
  }

  it('sees what waits, with the name, and confirms it while the bot runs', async () => {
    const { database, bookings } = await openBookings();
    // This kind keeps no name, so the list shows none.
    const [quiet] = await bookings.free({ library: 'village', kind: 'quiet', limit: 1 });
    const walls = (await bookings.free({ library: 'village', kind: 'talk', limit: 40 })).map((slot) => slot.wall);
    const web = { fromAnonymousChannel: true, name: 'Oksana\u001b[2J' };
    const made = [await bookings.book(request({ kind: 'quiet', wall: quiet?.wall ?? '' }))];
    for (const wall of walls.slice(20, 24)) made.push(await bookings.book(request({ ...web, wall })));
    expect(made.map(({ outcome }) => outcome)).toEqual(['requested', 'booked', 'booked', 'booked', 'requested']);
    const last = made[4];
    const id = last?.outcome === 'requested' ? last.booking.id : '';

    const list = await staff(['requests'], env);
    expect(list.code).toBe(0);
    const [first, second] = list.out.split('\n');
    expect(first).toContain(`${quiet?.wall.replace('T', ' ')} Europe/Kyiv  village  Тиха розмова  in-person`);
    expect(first).not.toContain('Oksana');
    expect(second).toBe(`${id}  ${walls[23]?.replace('T', ' ')} Europe/Kyiv  village  Розмова  in-person  Oksana [2J`);

    expect(await staff(['confirm', id], env)).toMatchObject({ code: 0, out: expect.stringMatching(/^Confirmed: /) });
    expect(await staff(['confirm', id], env)).toMatchObject({ code: 0, out: 'It was confirmed before.\n' });
    expect((await staff(['requests'], env)).out).not.toContain(id);
    await database.close();
  });

  it('signs only what exists, with a name that fits a line, and lists what is signed', async () => {
    const real = { ...env, CONTENT_DIR: 'content' };
    expect(await staff(['signs'], real)).toEqual({ code: 0, out: 'No text is signed.\n' });
    expect((await staff(['sign', 'no-such-article', '--by', 'Ганна'], real)).out).toContain('There is no article');
    for (const name of ['x'.repeat(61), 'Ганна\u001b[2J']) {
      expect((await staff(['sign', 'unpaid-wages', '--by', name], real)).code).toBe(1);
    }
    expect((await staff(['sign', 'unpaid-wages', '--by', 'Ганна', '--language', 'pl'], real)).code).toBe(0);
    expect((await staff(['signs'], real)).out).toMatch(/^unpaid-wages {2}pl {2}Ганна {2}\d{4}-\d\d-\d\d {2}shown\n$/);
    expect((await staff(['unsign', 'unpaid-wages'], real)).code).toBe(1);
    expect((await staff(['unsign', 'unpaid-wages', '--language', 'pl'], real)).code).toBe(0);
    expect((await staff(['signs'], real)).out).toBe('No text is signed.\n');
  });

  it('lists the numbers that people told of as not working, most often first, since a day', async () => {
    const real = { ...env, CONTENT_DIR: 'content' };
    const database = await openDatabase({ kind: 'sqlite', file: join(dataDir, 'vistka.sqlite') });
    const today = new Date().toISOString().slice(0, 10);
    const told: [string, string][] = [
      [today, 'pl-pip-labour-inspectorate'],
      [today, 'gone-from-content'],
      [today, 'gone-from-content'],
      ['2020-01-01', 'ua-mfa-24h-hotline'],
    ];
    for (const [day, key] of told) await addCount(database.db, { day, name: 'wrong-number', key });
    await database.close();
    const lines = (await staff(['wrong-numbers'], real)).out.split('\n');
    expect(lines[1]).toBe('2  gone-from-content  (no longer in content/resources)');
    expect(lines[2]).toMatch(
      /^1 {2}pl-pip-labour-inspectorate {2}\+48.* {2}checked .* {2}content\/resources\/pl\.yaml$/,
    );
    expect(lines[3]).toBe('');
    expect((await staff(['wrong-numbers', '--since', '2019-12-31'], real)).out).toContain('1  ua-mfa-24h-hotline');
    expect((await staff(['wrong-numbers', '--since', '2999-01-01'], real)).out).toContain('Nobody told');
  });

  it('sees what was asked in vain, by what comes nearest and by wording, and since when', async () => {
    const real = { ...env, CONTENT_DIR: 'content' };
    expect((await staff(['unanswered'], real)).out).toContain('Nothing was asked in vain');
    const database = await openDatabase({ kind: 'sqlite', file: join(dataDir, 'vistka.sqlite') });
    const unanswered = createUnanswered({
      database,
      seal: await openSeal(database, [Buffer.from(key, 'hex')]),
      clock: Date,
    });
    const asked = [
      ['де купити дрова на зиму', 'grants-contests'],
      ['де можна купити дрова', 'grants-contests'],
      ['хто ремонтує велосипеди', 'grants-contests'],
      ['рецепт борщу\u001b[2J', null],
    ] as const;
    for (const [i, [text, article]] of asked.entries()) {
      await unanswered.keep(`telegram:${i}:1`, { text, language: 'uk', article });
    }
    await database.close();
    const { out } = await staff(['unanswered'], real);
    expect(out.split('\n').slice(1)).toEqual([
      '3  nearest: grants-contests (uk)',
      expect.stringMatching(/^ {4}2 {2}де .*дрова/),
      '    1  хто ремонтує велосипеди',
      '1  nearest: nothing (uk)',
      '    1  рецепт борщу [2J',
      '',
    ]);
    expect((await staff(['unanswered', '--since', '2999-01-01'], real)).out).toContain('Nothing was asked');
  });

  it('sees who works here, and cuts off an account that somebody else has got hold of, also the last admin', async () => {
    expect(await staff(['team'], env)).toMatchObject({
      code: 0,
      out: expect.stringContaining('Nobody works here yet'),
    });
    const database = await openDatabase({ kind: 'sqlite', file: join(dataDir, 'vistka.sqlite') });
    const parts = { database, seal: await openSeal(database, [Buffer.from(key, 'hex')]), clock: Date };
    const team = createTeam(parts);
    for (const [role, library] of [
      ['admin', null],
      ['librarian', 'village'],
    ] as const) {
      const { code } = await inviteFromTerminal(parts, { role, library });
      await team.join({ person: role, code, name: 'Марія\u001b[2J' });
    }
    expect((await staff(['team'], env)).out).toMatch(
      /^1 {2}admin {2}the network {2}Марія \[2J {2}since \d{4}-\d\d-\d\d\n2 {2}librarian {2}village {2}/,
    );
    expect((await staff(['remove', '7'], env)).code).toBe(1);
    for (const no of ['1', '2']) {
      expect(await staff(['remove', no], env)).toMatchObject({ code: 0, out: expect.stringContaining('ended') });
    }
    expect(await team.of('librarian')).toEqual([]);
    expect(await team.of('admin')).toEqual([]);
    expect((await staff(['remove', '2'], env)).code).toBe(1);
    expect((await staff(['audit'], env)).out).toMatch(/terminal {2}remove/);
    await database.close();
  });

  it('is told when nothing waits, when an id is wrong, and how the command is used', async () => {
    expect(await staff(['requests'], env)).toEqual({ code: 0, out: 'No booking waits to be confirmed.\n' });
    expect((await staff(['confirm', 'nonsense'], env)).code).toBe(1);
    const noOrders = [
      [],
      ['confirm'],
      ['dance'],
      ['remove'],
      ['remove', 'Марія'],
      ['sign', 'unpaid-wages'],
      ['sign', '--by', 'Ганна'],
      ['sign', 'unpaid-wages', '--by', ' '],
      ['sign', 'unpaid-wages', '--by', 'Ганна', '--language', 'xx'],
      ['unsign'],
      ['wrong-numbers', '--since', 'yesterday'],
      ['unanswered', '--since', 'yesterday'],
      ['signs', '--loud'],
    ];
    for (const wrong of noOrders) expect((await staff(wrong, env)).out).toContain('npm run staff');
  });
});
