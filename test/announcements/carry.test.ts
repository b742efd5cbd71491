import { describe, expect, it } from 'vitest';
import { undoMs } from '../../src/announcements/drafts.ts';
import { carryMessages } from '../../src/delivery/carry.ts';
import { claimRows, isStillWanted, markSending } from '../../src/delivery/store.ts';
import { createJoins } from '../../src/people/joins.ts';
import { type Engine, engines } from '../engines.ts';
import { house } from './house.ts';

type Account = { channel: string; sender: string; person: string };

/** With chats that join and part as people do it. */
async function neighbours(engine: Engine) {
  const world = await house(engine);
  const { database, seal, clock, people, subscribers } = world;
  const joins = createJoins({ database, seal, clock, people, carries: [subscribers.carry, carryMessages] });
  return {
    ...world,
    async join(account: Account, to: Account) {
      const { code } = await joins.offer({ eventId: world.eventId(), person: to.person });
      const joined = await joins.join({ ...account, eventId: world.eventId(), code });
      expect(joined).toMatchObject({ outcome: 'joined', into: to.person });
    },
    /** @returns who they are after it */
    async part(account: Account, as: Account) {
      expect(await joins.part({ ...account, person: as.person, eventId: world.eventId() })).toBe('parted');
      return people.identify(account.channel, account.sender);
    },
    /** The times at which somebody is reminded of dates. */
    async reminders(person: string) {
      return (await world.news(person)).filter(({ what }) => what === 'date').map(({ dueAt }) => dueAt);
    },
    /** A meeting that has been announced to everybody of `lviv-a`. */
    async meeting() {
      const author = await world.librarian();
      await world.reader(['courses'], ['lviv-a']);
      const { no, id } = await world.announce(author, 'Зустріч');
      const date = { what: 'event', wall: '2026-12-10T15:00', zone: 'Europe/Kyiv', sum: null, who: null } as const;
      const dated = await world.announcements.change(author, no, { date: { ...date, book: false } });
      await world.announcements.confirm({ person: author, no, version: dated?.version ?? 0, people: 1, at: null });
      world.time.now += undoMs;
      await world.announcements.tend();
      return { no, id, author };
    },
  };
}

const hourMs = 3_600_000;
const at = Date.UTC(2026, 11, 10, 13);
const consent = { wording: '1', language: 'uk' };

describe.each(engines)('what somebody asked for in one of two chats that join (%s)', (engine) => {
  it('and stopped there does not come with them to where they get other news', async () => {
    const { subscribers, reader, join, part, drop } = await neighbours(engine);
    const phone = await reader(['contests'], ['a']);
    const viber = await reader(['after-prison'], ['b'], 'viber');
    await subscribers.stop(viber.person);
    await join(viber, phone);
    expect(await subscribers.of(phone.person)).toMatchObject({ topics: ['contests'], libraries: ['a'], active: true });
    const again = await part(viber, phone);
    expect(await subscribers.of(again)).toMatchObject({ topics: ['after-prison'], libraries: ['b'], active: false });
    expect(await subscribers.of(phone.person)).toMatchObject({ topics: ['contests'], libraries: ['a'], active: true });
    await drop();
  });

  it('is all they get where they had stopped, and it is stopped there again when they part', async () => {
    const { subscribers, reader, join, part, drop } = await neighbours(engine);
    const phone = await reader(['after-prison'], ['a']);
    await subscribers.stop(phone.person);
    const viber = await reader(['contests'], ['b'], 'viber');
    await join(viber, phone);
    expect(await subscribers.of(phone.person)).toMatchObject({ topics: ['contests'], libraries: ['b'], active: true });
    const again = await part(viber, phone);
    expect(await subscribers.of(again)).toMatchObject({ topics: ['contests'], libraries: ['b'], active: true });
    expect(await subscribers.of(phone.person)).toMatchObject({
      ...{ topics: ['after-prison'], libraries: ['a'], active: false },
    });
    await drop();
  });

  it('stays stopped in both when they stop and part', async () => {
    const { subscribers, reader, join, part, drop } = await neighbours(engine);
    const phone = await reader(['contests'], ['a']);
    const viber = await reader(['legal'], ['b'], 'viber');
    await join(viber, phone);
    await subscribers.stop(phone.person);
    const again = await part(viber, phone);
    expect(await subscribers.listening([again, phone.person])).toEqual(new Map());
    await drop();
  });

  it('is not asked for again by parting when they took it out meanwhile', async () => {
    const { subscribers, reader, join, part, drop } = await neighbours(engine);
    const phone = await reader(['contests']);
    const viber = await reader(['contests', 'legal', 'scams'], ['b'], 'viber');
    await join(viber, phone);
    await subscribers.subscribe({ person: phone.person, topics: ['scams'], libraries: [], consent });
    const again = await part(viber, phone);
    expect(await subscribers.of(again)).toMatchObject({ topics: ['scams'], libraries: [] });
    await drop();
  });
});

describe.each(engines)('an announcement while its rows are written (%s)', (engine) => {
  it('is for who was just before the page, and has brought their wish to where the page is over', async () => {
    const { announcements, database, reader, librarian, somebody, announce, rows, join, time, drop } =
      await neighbours(engine);
    const author = await librarian();
    const first = await somebody();
    // People are told in the order in which they came.
    time.now += 1_000;
    const second = await reader(['courses'], ['lviv-a'], 'viber');
    const { no, id } = await announce(author, 'Курси');
    time.now += undoMs;
    await database.db
      .updateTable('announcements')
      .set({ state: 'sending', begun_at: time.now, filled_to: first.person })
      .where('no', '=', no)
      .execute();
    await join(second, first);
    await announcements.tend();
    expect((await rows(id)).map(({ person }) => person)).toEqual([first.person]);
    await drop();
  });
});

describe.each(engines)('a date that is followed in one of two chats that join (%s)', (engine) => {
  it('is reminded of no more after one tap in the other, nor when they part', async () => {
    const { announcements, somebody, meeting, reminders, join, part, drop } = await neighbours(engine);
    const { no } = await meeting();
    const [phone, viber] = [await somebody(), await somebody('viber')];
    await announcements.follow({ person: viber.person, no, zone: 'Europe/Kyiv' });
    await join(viber, phone);
    expect(await reminders(phone.person)).toEqual([at - 24 * hourMs, at - hourMs]);
    await announcements.unfollow(phone.person, no);
    expect(await reminders(phone.person)).toEqual([]);
    const again = await part(viber, phone);
    expect(await reminders(again)).toEqual([]);
    expect(await announcements.upcoming({ person: again, limit: 1 })).toMatchObject([{ followed: false }]);
    await drop();
  });

  it('goes with the chat that leaves again, also when it was moved meanwhile', async () => {
    const { announcements, author, no, somebody, reminders, join, part, drop } = await neighbours(engine).then(
      async (world) => ({ ...world, ...(await world.meeting()) }),
    );
    const [phone, viber] = [await somebody(), await somebody('viber')];
    await announcements.follow({ person: viber.person, no, zone: 'Europe/Kyiv' });
    await join(viber, phone);
    const date = { what: 'event', wall: '2026-12-11T15:00', zone: 'Europe/Kyiv', sum: null, who: null } as const;
    await announcements.change(author, no, { date: { ...date, book: false } });
    expect(await reminders(phone.person)).toEqual([at, at + 23 * hourMs]);
    const again = await part(viber, phone);
    expect(await reminders(again)).toEqual([at, at + 23 * hourMs]);
    expect(await reminders(phone.person)).toEqual([]);
    await drop();
  });

  it('in both reminds once, and each again when they part', async () => {
    const { announcements, somebody, meeting, reminders, join, part, drop } = await neighbours(engine);
    const { no } = await meeting();
    const [phone, viber] = [await somebody(), await somebody('viber')];
    for (const { person } of [phone, viber]) await announcements.follow({ person, no, zone: 'Europe/Kyiv' });
    await join(viber, phone);
    expect(await reminders(phone.person)).toEqual([at - 24 * hourMs, at - hourMs]);
    const again = await part(viber, phone);
    for (const person of [phone.person, again]) {
      expect(await reminders(person)).toEqual([at - 24 * hourMs, at - hourMs]);
    }
    await drop();
  });
});

describe.each(engines)('an announcement that is in hand already (%s)', (engine) => {
  it('does not go out to who stops in that moment', async () => {
    const { announcements, subscribers, database, time, ...world } = await neighbours(engine);
    const { id } = await world.meeting();
    const lease = { holder: 'h', now: time.now, until: time.now + hourMs };
    const [row] = await claimRows(database, { group: `announcement:${id}` }, 10, lease);
    await subscribers.stop(row?.person ?? '');
    expect(await markSending(database.db, [row?.id ?? ''], lease)).toEqual([]);

    const [again] = await claimRows(database, { group: `announcement:${id}` }, 10, lease);
    await markSending(database.db, [again?.id ?? ''], lease);
    expect(await isStillWanted(database.db, again?.id ?? '', 'h')).toBe(true);
    await subscribers.resume(again?.person ?? '', consent);
    await subscribers.stop(again?.person ?? '');
    expect(await isStillWanted(database.db, again?.id ?? '', 'h')).toBe(false);
    await world.drop();
  });

  it('is looked at anew when somebody asks for other things in that moment', async () => {
    const { subscribers, database, time, ...world } = await neighbours(engine);
    const { id } = await world.meeting();
    const lease = { holder: 'h', now: time.now, until: time.now + hourMs };
    const [row] = await claimRows(database, { group: `announcement:${id}` }, 10, lease);
    await subscribers.subscribe({ person: row?.person ?? '', topics: ['legal'], libraries: [], consent });
    expect(await markSending(database.db, [row?.id ?? ''], lease)).toEqual([]);
    expect(await claimRows(database, { group: `announcement:${id}` }, 10, lease)).toHaveLength(1);
    await world.drop();
  });
});
