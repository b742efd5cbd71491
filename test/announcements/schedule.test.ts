import { describe, expect, it } from 'vitest';
import { undoMs } from '../../src/announcements/drafts.ts';
import { engines } from '../engines.ts';
import { house } from './house.ts';

const hourMs = 3_600_000;

describe.each(engines)('an announcement whose time has come (%s)', (engine) => {
  it('has one row for everybody who asked, and closes its books when none waits', async () => {
    const { announcements, reader, librarian, announce, rows, arrive, news, shown, time, drop } = await house(engine);
    const person = await librarian();
    const readers = await Promise.all([1, 2, 3].map(() => reader(['courses'], ['lviv-a'])));
    const { no, id } = await announce(person, 'Курси');
    time.now += undoMs;
    await announcements.tend();
    const put = await rows(id);
    expect(put.map((row) => row.person).toSorted()).toEqual(readers.map((one) => one.person).toSorted());
    expect(await announcements.jobs()).toEqual([{ group: `announcement:${id}`, blockedIsFine: false }]);
    expect(await announcements.progress(person, no)).toMatchObject({ audience: 3, remaining: 3, sent: 0 });
    await announcements.tend();
    expect(await rows(id)).toHaveLength(3);
    await arrive(id);
    time.now += 5000;
    await announcements.tend();
    expect(await announcements.find(person, no)).toMatchObject({ state: 'done', size: 3 });
    expect(await announcements.jobs()).toEqual([]);
    expect(await news(person)).toMatchObject([{ what: 'campaign', about: 'done' }]);
    expect(shown.at(-1)).toMatchObject({ sent: 3, remaining: 0, tookMs: 5000 });
    await drop();
  });

  it('keeps its books when the rows are swept', async () => {
    const { announcements, database, reader, librarian, announce, arrive, time, drop } = await house(engine);
    const person = await librarian();
    await reader(['courses'], ['lviv-a']);
    const { no, id } = await announce(person, 'Курси');
    time.now += undoMs;
    await announcements.tend();
    await arrive(id);
    await announcements.tend();
    await database.db.deleteFrom('outbox').execute();
    expect(await announcements.progress(person, no)).toMatchObject({ audience: 1, sent: 1, remaining: 0 });
    await drop();
  });

  it('goes on from the page where a process died, with nobody left out and nobody twice', async () => {
    const { announcements, another, database, reader, librarian, announce, rows, time, drop } = await house(engine);
    const person = await librarian();
    const readers: string[] = [];
    for (let i = 0; i < 5; i++) readers.push((await reader(['courses'], ['lviv-a'])).person);
    readers.sort();
    const { id } = await announce(person, 'Курси');
    time.now += undoMs;
    // As a process leaves it that dies after the first page of two people, and before its lease is over.
    await database.db
      .updateTable('announcements')
      .set({ state: 'sending', begun_at: time.now, filled_to: readers[1] ?? '' })
      .set({ holder: 'a dead one', lease_until: time.now + 30_000 })
      .where('id', '=', id)
      .execute();
    const living = another();
    await living.tend();
    expect(await rows(id)).toEqual([]);
    time.now += 31_000;
    await Promise.all([living.tend(), announcements.tend()]);
    expect((await rows(id)).map((row) => row.person).toSorted()).toEqual(readers.slice(2));
    await drop();
  });

  it('is filled once by two processes at the same moment', async () => {
    const { announcements, another, reader, librarian, announce, rows, time, drop } = await house(engine);
    const person = await librarian();
    for (let i = 0; i < 4; i++) await reader(['courses'], ['lviv-a']);
    const { id } = await announce(person, 'Курси');
    time.now += undoMs;
    const others = [another(), another()];
    await Promise.all([announcements, ...others].map((one) => one.tend()));
    expect(await rows(id)).toHaveLength(4);
    await drop();
  });

  it('can be paused, goes on, and is recalled from whoever has not got it yet', async () => {
    const { announcements, reader, librarian, announce, rows, time, database, drop } = await house(engine);
    const person = await librarian();
    for (let i = 0; i < 3; i++) await reader(['courses'], ['lviv-a']);
    const { no, id } = await announce(person, 'Курси');
    time.now += undoMs;
    await announcements.tend();
    expect(await announcements.pause(person, no)).toMatchObject({ state: 'paused', pausedWhy: 'staff' });
    expect(await announcements.jobs()).toEqual([]);
    expect(await announcements.resume(person, no)).toMatchObject({ state: 'sending', pausedWhy: null });
    const [first] = await rows(id);
    await database.db
      .updateTable('outbox')
      .set({ state: 'sent', settled_at: time.now })
      .where('id', '=', first?.id ?? '')
      .execute();
    expect(await announcements.recall(person, no)).toMatchObject({ state: 'recalled' });
    await announcements.tend();
    expect(await announcements.progress(person, no)).toMatchObject({
      sent: 1,
      withdrawn: 2,
      audience: 3,
      remaining: 0,
    });
    expect(await announcements.recall(person, no)).toBeNull();
    expect(await announcements.published(id)).toBeNull();
    await drop();
  });

  it('stops when too many have blocked it, tells who is responsible, and goes on at their word', async () => {
    const { announcements, reader, librarian, announce, news, time, drop } = await house(engine);
    const admin = await librarian(null, 'admin');
    const person = await librarian();
    await reader(['courses'], ['lviv-a']);
    const { no, id } = await announce(person, 'Курси');
    time.now += undoMs;
    await announcements.tend();
    await announcements.trouble(`announcement:${id}`, 'blocked');
    await announcements.trouble(`announcement:${id}`, 'blocked');
    expect(await announcements.find(person, no)).toMatchObject({ state: 'paused', pausedWhy: 'blocked' });
    expect(await news(person)).toMatchObject([{ what: 'campaign', about: 'paused' }]);
    expect(await news(admin)).toMatchObject([{ what: 'campaign', about: 'paused' }]);
    await announcements.resume(person, no);
    expect(await announcements.jobs()).toEqual([{ group: `announcement:${id}`, blockedIsFine: true }]);
    await drop();
  });

  it('that is changed on the way has the new words for whoever still waits', async () => {
    const { announcements, reader, librarian, announce, time, drop } = await house(engine);
    const person = await librarian();
    await reader(['courses'], ['lviv-a']);
    const { no, id, version } = await announce(person, 'О десятій');
    time.now += undoMs;
    await announcements.tend();
    await announcements.change(person, no, { words: { language: 'uk', text: 'Об одинадцятій' } });
    expect(await announcements.published(id)).toMatchObject({
      ...{ state: 'sending', version: version + 1, content: { words: { uk: 'Об одинадцятій' } } },
    });
    expect(await announcements.change(person, no, { topic: 'legal' })).toBeNull();
    expect(await announcements.change(person, no, { audience: { country: 'pl' } })).toBeNull();
    await drop();
  });

  it('is corrected where it arrived, for those who got it and nobody else', async () => {
    const { announcements, reader, librarian, announce, arrive, news, time, drop } = await house(engine);
    const person = await librarian();
    const got = await reader(['courses'], ['lviv-a']);
    const { no, id } = await announce(person, 'О десятій');
    time.now += undoMs;
    await announcements.tend();
    await arrive(id, '42');
    await announcements.tend();
    const late = await reader(['courses'], ['lviv-a']);
    const request = { eventId: 'mend', person, no };
    const mend = await announcements.correct(request);
    expect(await announcements.correct(request)).toEqual(mend);
    expect(mend).toMatchObject({ state: 'draft', corrects: no, content: { words: { uk: 'О десятій' } } });
    const words = { language: 'uk' as const, text: 'Об одинадцятій' };
    const better = await announcements.change(person, mend?.no ?? 0, { words });
    expect(await announcements.reach(person, better?.no ?? 0)).toMatchObject({ people: 1 });
    const confirmation = { person, no: better?.no ?? 0, version: better?.version ?? 0, people: 1, at: null };
    expect(await announcements.confirm(confirmation)).toMatchObject({ outcome: 'scheduled' });
    time.now += undoMs;
    await announcements.tend();
    expect(await news(got.person)).toMatchObject([
      { what: 'announcement', announcement: mend?.id, edits: { channel: 'telegram', receipt: '42' } },
    ]);
    expect(await news(late.person)).toEqual([]);
    expect(await announcements.published(id)).toMatchObject({ content: { words: { uk: 'Об одинадцятій' } } });
    await drop();
  });

  it('reaches nobody after the event that it tells of', async () => {
    const { announcements, reader, librarian, announce, rows, time, drop } = await house(engine);
    const person = await librarian();
    await reader(['courses'], ['lviv-a']);
    const { no, id } = await announce(person, 'Зустріч');
    const date = {
      what: 'event',
      wall: '2026-11-25T12:00',
      zone: 'Europe/Kyiv',
      sum: null,
      who: null,
      book: false,
    } as const;
    const dated = await announcements.change(person, no, { date });
    await announcements.confirm({ person, no, version: dated?.version ?? 0, people: 1, at: null });
    time.now += undoMs;
    await announcements.tend();
    expect((await rows(id))[0]?.not_after).toBe(Date.UTC(2026, 10, 25, 10));
    await drop();
  });
});

describe.each(engines)('a date that was announced (%s)', (engine) => {
  const wall = '2026-12-10T15:00';
  const at = Date.UTC(2026, 11, 10, 13);

  async function announced(what: 'event' | 'deadline') {
    const world = await house(engine);
    const { announcements, reader, librarian, announce, arrive, time } = world;
    const person = await librarian();
    const { person: follower } = await reader(['courses'], ['lviv-a']);
    const { no, id } = await announce(person, 'Зустріч');
    const date = { what, wall, zone: 'Europe/Kyiv', sum: null, who: null, book: true };
    const dated = await announcements.change(person, no, { date });
    await announcements.confirm({ person, no, version: dated?.version ?? 0, people: 1, at: null });
    time.now += undoMs;
    await announcements.tend();
    await arrive(id);
    await announcements.tend();
    return { ...world, author: person, follower, no, id };
  }
  type Told = { what: string; dueAt: number };
  const reminders = (told: readonly Told[]) => told.filter((one) => one.what === 'date').map((one) => one.dueAt);

  it('stands in the calendar until it is over, and once however it was mended', async () => {
    const { announcements, follower, no, time, drop } = await announced('event');
    const listed = () => announcements.upcoming({ person: follower, limit: 10 });
    expect(await listed()).toMatchObject([{ no, dateAt: at, followed: false }]);
    await announcements.follow({ person: follower, no, zone: 'Europe/Kyiv' });
    expect(await listed()).toMatchObject([{ no, followed: true }]);
    time.now = at;
    expect(await listed()).toEqual([]);
    await drop();
  });

  it('reminds of an event a day and an hour before, once, whoever taps twice', async () => {
    const { announcements, follower, no, news, drop } = await announced('event');
    for (let i = 0; i < 2; i++) await announcements.follow({ person: follower, no, zone: 'Europe/Warsaw' });
    expect(reminders(await news(follower))).toEqual([at - 24 * hourMs, at - hourMs]);
    await announcements.unfollow(follower, no);
    expect(reminders(await news(follower))).toEqual([]);
    await announcements.follow({ person: follower, no, zone: 'Europe/Warsaw' });
    expect(reminders(await news(follower))).toHaveLength(2);
    await drop();
  });

  it('reminds of a last day a week and a day before, in the morning of who reads it', async () => {
    const { announcements, follower, no, news, drop } = await announced('deadline');
    await announcements.follow({ person: follower, no, zone: 'Europe/Warsaw' });
    expect(reminders(await news(follower))).toEqual([Date.UTC(2026, 11, 3, 9), Date.UTC(2026, 11, 9, 9)]);
    await drop();
  });

  it('that is moved by a correction reminds of the new one', async () => {
    const { announcements, author, follower, no, news, time, drop } = await announced('event');
    await announcements.follow({ person: follower, no, zone: 'Europe/Kyiv' });
    const mend = await announcements.correct({ eventId: 'mend', person: author, no });
    const date = {
      what: 'event',
      wall: '2026-12-11T15:00',
      zone: 'Europe/Kyiv',
      sum: null,
      who: null,
      book: true,
    } as const;
    const better = await announcements.change(author, mend?.no ?? 0, { date });
    const confirmation = { person: author, no: mend?.no ?? 0, version: better?.version ?? 0, people: 1, at: null };
    expect(await announcements.confirm(confirmation)).toMatchObject({ outcome: 'scheduled' });
    time.now += undoMs;
    await announcements.tend();
    expect(reminders(await news(follower))).toEqual([at, at + 23 * hourMs]);
    expect(await announcements.upcoming({ person: follower, limit: 10 })).toMatchObject([
      { no, dateAt: at + 24 * hourMs },
    ]);
    await drop();
  });

  it('is followed by nobody any more who was forgotten', async () => {
    const { announcements, subscribers, follower, no, database, drop } = await announced('event');
    await announcements.follow({ person: follower, no, zone: 'Europe/Kyiv' });
    await subscribers.forget(follower);
    expect(await database.db.selectFrom('announcement_followers').selectAll().execute()).toEqual([]);
    await drop();
  });
});
