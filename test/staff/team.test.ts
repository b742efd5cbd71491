import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recorded } from '../../src/staff/audit.ts';
import { inviteFromTerminal } from '../../src/staff/invitations.ts';
import { engines } from '../engines.ts';
import { type House, house } from './house.ts';

const dayMs = 86_400_000;

describe.each(engines)('the team on %s', (engine) => {
  let home: House;
  beforeEach(async () => {
    home = await house(engine);
  });
  afterEach(() => home.drop());

  it('begins with one command: the first admin joins by its code, and every step leaves a line', async () => {
    const { team, time } = home;
    const { person } = await home.somebody();
    const { code, expires } = await inviteFromTerminal(home, { role: 'admin', library: 'bar' });
    expect(expires).toBe(time.now + 7 * dayMs);
    expect(await team.look(person, code)).toEqual({ role: 'admin', library: null });
    expect(await team.join({ person, code, name: 'Марія' })).toEqual({ role: 'admin', library: null });
    // The same event once more, after a crash.
    expect(await team.join({ person, code, name: 'Марія' })).toEqual({ role: 'admin', library: null });
    const [me, ...others] = await team.of(person);
    expect(others).toEqual([]);
    const lines = (await recorded(home.database.db, 10)).map(({ staff, what }) => ({ staff, what }));
    expect(lines).toHaveLength(2);
    expect(lines).toContainEqual({ staff: me?.id, what: 'join' });
    expect(lines).toContainEqual({ staff: 'terminal', what: 'invite' });
  });

  it('lets one person in by an invitation, however many try at once', async () => {
    const { code } = await inviteFromTerminal(home, { role: 'librarian', library: 'bar' });
    const people = await Promise.all(Array.from({ length: 8 }, () => home.somebody()));
    const results = await Promise.all(people.map(({ person }) => home.team.join({ person, code, name: '' })));
    expect(results.filter((result) => result !== null)).toHaveLength(1);
    for (const [i, { person }] of people.entries()) {
      expect(await home.team.of(person)).toHaveLength(results[i] ? 1 : 0);
      if (!results[i]) expect(await home.team.look(person, code)).toBeNull();
    }
  });

  it('refuses a code that is a week old, guessed, or empty', async () => {
    const { person } = await home.somebody();
    const { code } = await inviteFromTerminal(home, { role: 'editor', library: null });
    for (const wrong of ['', 'ACEHKMPTACEHKMPT', code.toLowerCase()]) {
      expect(await home.team.join({ person, code: wrong, name: '' })).toBeNull();
    }
    home.time.now += 7 * dayMs;
    expect(await home.team.look(person, code)).toBeNull();
    expect(await home.team.join({ person, code, name: '' })).toBeNull();
    expect(await home.team.of(person)).toEqual([]);
  });

  it('keeps neither code nor name readable', async () => {
    const { person } = await home.somebody();
    const { code } = await inviteFromTerminal(home, { role: 'librarian', library: 'bar' });
    await home.team.join({ person, code, name: 'Марія Іваненко' });
    const { db } = home.database;
    const rows = [
      await db.selectFrom('staff').selectAll().execute(),
      await db.selectFrom('staff_invitations').selectAll().execute(),
      await db.selectFrom('staff_audit').selectAll().execute(),
    ];
    expect(JSON.stringify(rows)).not.toContain('Марія');
    expect(JSON.stringify(rows)).not.toContain(code);
    expect((await home.team.colleagues(person)).map(({ name, self }) => ({ name, self }))).toEqual([
      { name: 'Марія Іваненко', self: true },
    ]);
    // The audit knows no person.
    expect(JSON.stringify(rows[2])).not.toContain(person);
  });

  it('a librarian invites to her own library alone, and the same event invites once', async () => {
    const { person } = await home.somebody();
    await home.hire(person, { role: 'librarian', library: 'bar' });
    const request = { eventId: 'telegram:1', person, role: 'librarian', library: 'bar' } as const;
    const first = await home.team.invite(request);
    expect(first).not.toBeNull();
    expect(await home.team.invite(request)).toEqual(first);
    expect(await home.team.invite({ ...request, eventId: 'telegram:2' })).not.toEqual(first);
    expect(await home.team.invite({ ...request, library: 'lviv' })).toBeNull();
    expect(await home.team.invite({ ...request, library: null })).toBeNull();
    expect(await home.team.invite({ ...request, role: 'admin', library: null })).toBeNull();
    const stranger = await home.somebody();
    expect(await home.team.invite({ ...request, person: stranger.person })).toBeNull();
  });

  it('ends a role at once, with the invitations that its holder had made and what they had in hand', async () => {
    const [admin, librarian, asker, newcomer] = await Promise.all(
      Array.from({ length: 4 }, async () => (await home.somebody()).person),
    );
    if (!admin || !librarian || !asker || !newcomer) throw new Error('nobody');
    await home.hire(admin, { role: 'admin', library: null });
    const member = await home.hire(librarian, { role: 'librarian', library: 'bar' });
    const invitation = await home.team.invite({ eventId: 'e', person: librarian, role: 'librarian', library: 'bar' });
    const letter = {
      eventId: 'q',
      person: asker,
      no: null,
      library: 'bar',
      language: 'uk',
      country: null,
      text: 'Як?',
    };
    await home.questions.write(letter);
    expect((await home.questions.take(librarian, 1, false)).outcome).toBe('done');

    expect(await home.team.remove({ person: asker, no: member.no })).toBe('no');
    expect(await home.team.remove({ person: admin, no: member.no })).toBe('removed');
    expect(await home.team.remove({ person: admin, no: member.no })).toBe('removed');
    expect(await home.team.of(librarian)).toEqual([]);
    expect(await home.questions.inbox(librarian)).toBeNull();
    expect(await home.questions.look(librarian, 1)).toBeNull();
    expect(await home.questions.answer({ eventId: 'a', person: librarian, no: 1, text: 'Так' })).toEqual({
      outcome: 'unknown',
    });
    expect(await home.team.join({ person: newcomer, code: invitation?.code ?? '', name: '' })).toBeNull();
    expect((await home.questions.inbox(admin))?.map(({ no, state }) => ({ no, state }))).toEqual([
      { no: 1, state: 'waiting' },
    ]);
    const row = await home.database.db
      .selectFrom('staff')
      .select(['person', 'name'])
      .where('id', '=', member.id)
      .executeTakeFirst();
    expect(row).toEqual({ person: null, name: null });
  });

  it('keeps the last admin, also when two admins remove each other at once', async () => {
    const [one, two] = await Promise.all([home.somebody(), home.somebody()]);
    const [first, second] = [
      await home.hire(one.person, { role: 'admin', library: null }),
      await home.hire(two.person, { role: 'admin', library: null }),
    ];
    const results = await Promise.all([
      home.team.remove({ person: one.person, no: second.no }),
      home.team.remove({ person: two.person, no: first.no }),
    ]);
    expect(results.filter((result) => result === 'removed')).toHaveLength(1);
    const [last] = [...(await home.team.of(one.person)), ...(await home.team.of(two.person))];
    const person = last?.id === first.id ? one.person : two.person;
    expect(await home.team.remove({ person, no: last?.no ?? 0 })).toBe('last-admin');
  });

  it('forgets who is forgotten: the role ends, the lines stay and point to nobody', async () => {
    const { person } = await home.somebody();
    const member = await home.hire(person, { role: 'librarian', library: 'bar' });
    await home.team.forget(person);
    expect(await home.team.of(person)).toEqual([]);
    const lines = await recorded(home.database.db, 10);
    expect(lines.map(({ what }) => what)).toContain('leave');
    expect(lines.some(({ staff }) => staff === member.id)).toBe(true);
    expect(JSON.stringify(await home.database.db.selectFrom('staff').selectAll().execute())).not.toContain(person);
  });
});
