import { describe, expect, it } from 'vitest';
import type { AnnouncedDate, Change } from '../../src/announcements/announcements.ts';
import { undoMs } from '../../src/announcements/drafts.ts';
import { claimRows, markSending, settleSent } from '../../src/delivery/store.ts';
import { type Engine, engines } from '../engines.ts';
import { house } from './house.ts';

const hourMs = 3_600_000;
const event = (wall: string): AnnouncedDate => {
  return { what: 'event', wall, zone: 'Europe/Kyiv', sum: null, who: null, book: false };
};
const at = Date.UTC(2026, 11, 10, 13);
const uk = (text: string): Change => ({ words: { language: 'uk', text } });

/** A meeting that is on its way to two people. */
async function meeting(engine: Engine) {
  const world = await house(engine);
  const { announcements, time, database } = world;
  const author = await world.librarian();
  const readers = [await world.reader(['courses'], ['lviv-a']), await world.reader(['courses'], ['lviv-a'])];
  const { no, id } = await world.announce(author, 'О третій');
  const dated = await announcements.change(author, no, { date: event('2026-12-10T15:00') });
  await announcements.confirm({ person: author, no, version: dated?.version ?? 0, people: 2, at: null });
  time.now += undoMs;
  await announcements.tend();
  const lease = (holder = 'h') => ({ holder, now: time.now, until: time.now + hourMs });
  return {
    ...{ ...world, author, readers, no, id, group: `announcement:${id}` },
    lease,
    /** So many of those who wait, longest first, have it. */
    async arriveAt(count: number) {
      const rows = await claimRows(database, { group: `announcement:${id}` }, count, lease());
      const ids = rows.map((row) => row.id);
      await markSending(database.db, ids, lease());
      await settleSent(
        database.db,
        ids.map((one) => ({ id: one, receipt: '7' })),
        'telegram',
        lease(),
      );
      return rows.map(({ person }) => person);
    },
    /** A correction, set going; it begins with the next `tend`. */
    async correct(change: Change) {
      const mend = await announcements.correct({ eventId: world.eventId(), person: author, no });
      const better = await announcements.change(author, mend?.no ?? 0, change);
      const people = (await announcements.reach(author, mend?.no ?? 0))?.people ?? 0;
      const of = { person: author, no: mend?.no ?? 0, version: better?.version ?? 0 };
      expect(await announcements.confirm({ ...of, people, at: null })).toMatchObject({ outcome: 'scheduled' });
      time.now += undoMs;
      return { no: mend?.no ?? 0, id: mend?.id ?? '' };
    },
    async reminders(person: string) {
      return (await world.news(person)).filter(({ what }) => what === 'date').map(({ dueAt }) => dueAt);
    },
    /** What its readers would read now. */
    words: async (of = id) => (await announcements.published(of))?.content.words.uk,
  };
}

describe.each(engines)('what mends an announcement (%s)', (engine) => {
  it('reminds of the date by its own button too', async () => {
    const { announcements, readers, no, correct, arriveAt, reminders, drop } = await meeting(engine);
    await arriveAt(2);
    const mend = await correct(uk('О третій, зала 2'));
    await announcements.tend();
    const person = readers[0]?.person ?? '';
    expect(await announcements.follow({ person, no: mend.no, zone: 'Europe/Kyiv' })).toMatchObject({ no });
    expect(await reminders(person)).toEqual([at - 24 * hourMs, at - hourMs]);
    await announcements.unfollow(person, mend.no);
    expect(await reminders(person)).toEqual([]);
    await drop();
  });

  it('reaches also those to whom the old words were on their way, and nobody gets old words after it', async () => {
    const { announcements, database, group, lease, words, correct, arriveAt, rows, drop, ...world } =
      await meeting(engine);
    const [first] = await arriveAt(1);
    // Its words have been made, and it is just being sent.
    const [under] = await claimRows(database, { group }, 1, lease());
    await markSending(database.db, [under?.id ?? ''], lease());
    const late = await world.reader(['courses'], ['lviv-a']);
    const mend = await correct(uk('О четвертій'));
    await announcements.tend();
    expect(await words()).toBe('О четвертій');
    expect(await rows(mend.id)).toEqual([]);
    const groups = async () => (await announcements.jobs()).map((job) => job.group);
    expect(await groups()).not.toContain(group);

    await settleSent(database.db, [{ id: under?.id ?? '', receipt: '8' }], 'telegram', lease());
    await announcements.tend();
    const people = (await rows(mend.id)).map(({ person }) => person);
    expect(people.toSorted()).toEqual([first, under?.person].toSorted());
    expect(people).not.toContain(late.person);
    expect(await groups()).toContain(`announcement:${mend.id}`);
    await drop();
  });

  it('lets what it mends go on when all who had the old words are found', async () => {
    const { announcements, group, correct, arriveAt, drop } = await meeting(engine);
    await arriveAt(1);
    await correct(uk('О четвертій'));
    await announcements.tend();
    expect((await announcements.jobs()).map((job) => job.group)).toContain(group);
    await drop();
  });

  it('counts, whatever died just when it began: for the calendar, late readers and those who follow the date', async () => {
    const { announcements, another, database, readers, no, time, words, correct, arriveAt, reminders, drop } =
      await meeting(engine);
    await arriveAt(2);
    const person = readers[0]?.person ?? '';
    await announcements.follow({ person, no, zone: 'Europe/Kyiv' });
    const mend = await correct({ date: event('2026-12-11T15:00') });
    // As far as the process came.
    await database.db
      .updateTable('announcements')
      .set({ state: 'sending', begun_at: time.now })
      .where('no', '=', mend.no)
      .execute();
    await another().tend();
    expect(await reminders(person)).toEqual([at, at + 23 * hourMs]);
    expect(await announcements.upcoming({ person, limit: 9 })).toMatchObject([{ no, dateAt: at + 24 * hourMs }]);
    expect(await words()).toBe('О третій');
    await drop();
  });

  it('is the last word also where an older one arrives after it', async () => {
    const { announcements, words, correct, arriveAt, drop } = await meeting(engine);
    await arriveAt(2);
    const older = await correct(uk('О четвертій'));
    await announcements.tend();
    const newer = await correct(uk('О п’ятій'));
    await announcements.tend();
    expect([await words(), await words(older.id), await words(newer.id)]).toEqual(Array(3).fill('О п’ятій'));
    await drop();
  });

  it('that gets other words on its way changes what it mends with it', async () => {
    const { announcements, author, words, correct, arriveAt, drop } = await meeting(engine);
    await arriveAt(2);
    const mend = await correct(uk('О четвертій'));
    await announcements.tend();
    await announcements.change(author, mend.no, uk('О п’ятій'));
    expect([await words(), await words(mend.id)]).toEqual(['О п’ятій', 'О п’ятій']);
    await drop();
  });
});

describe.each(engines)('an announcement on its way (%s)', (engine) => {
  it('whose date is changed reminds those who follow it of the new one', async () => {
    const { announcements, author, readers, no, reminders, drop } = await meeting(engine);
    const person = readers[0]?.person ?? '';
    await announcements.follow({ person, no, zone: 'Europe/Kyiv' });
    await announcements.change(author, no, { date: event('2026-12-11T15:00') });
    expect(await reminders(person)).toEqual([at, at + 23 * hourMs]);
    await announcements.change(author, no, { date: null });
    expect(await reminders(person)).toEqual([]);
    await drop();
  });

  it('keeps nowhere in whose chat its progress was shown, when that person is gone or it is done', async () => {
    const { announcements, database, team, librarian, author, no, arriveAt, time, drop } = await meeting(engine);
    const progress = async () =>
      (await database.db.selectFrom('announcements').select('progress').where('no', '=', no).executeTakeFirst())
        ?.progress;
    time.now += hourMs;
    await announcements.tend();
    expect(await progress()).not.toBeNull();
    const colleague = await librarian();
    await team.forget(author);
    await announcements.tend();
    expect(await announcements.find(colleague, no)).toMatchObject({ state: 'paused', pausedWhy: 'cut-off' });
    expect(await progress()).toBeNull();
    await announcements.resume(colleague, no);
    await arriveAt(2);
    await announcements.tend();
    expect(await announcements.find(colleague, no)).toMatchObject({ state: 'done' });
    expect(await progress()).toBeNull();
    await drop();
  });

  it('does not hold up another when something is wrong with it', async () => {
    const { announcements, database, announce, author, no, id, rows, time, drop } = await meeting(engine);
    await database.db.updateTable('announcements').set({ content: '{' }).where('no', '=', no).execute();
    await database.db.updateTable('announcements').set({ filled_to: null }).where('no', '=', no).execute();
    await database.db.deleteFrom('outbox').where('about', '=', `announcement:${id}`).execute();
    const { id: other } = await announce(author, 'Інше');
    time.now += undoMs;
    await expect(announcements.tend()).rejects.toThrow();
    expect(await rows(other)).toHaveLength(2);
    await drop();
  });

  it('stops when too many have blocked it, also when its words change at that moment', async () => {
    const { announcements, author, no, group, drop } = await meeting(engine);
    const changes = Array.from({ length: 5 }, (_, i) => announcements.change(author, no, uk(`О третій, зала ${i}`)));
    await Promise.all([announcements.trouble(group, 'blocked'), ...changes]);
    expect(await announcements.find(author, no)).toMatchObject({ state: 'paused', pausedWhy: 'blocked' });
    await drop();
  });
});
