import { describe, expect, it } from 'vitest';
import { perLibraryADay, perRoleADay, undoMs } from '../../src/announcements/drafts.ts';
import { engines } from '../engines.ts';
import { house } from './house.ts';

describe.each(engines)('an announcement, until it is sent (%s)', (engine) => {
  it('is written by staff alone, and for their own library alone', async () => {
    const { announcements, librarian, somebody, eventId, drop } = await house(engine);
    const lviv = await librarian('lviv-a');
    const { person: nobody } = await somebody();
    const order = (person: string, library: string | null) =>
      announcements.draft({ eventId: eventId(), person, library, topic: 'courses', language: 'uk', words: 'Курси' });
    expect(await order(nobody, 'lviv-a')).toBeNull();
    expect(await order(lviv, 'lviv-b')).toBeNull();
    expect(await order(lviv, null)).toBeNull();
    const draft = await order(lviv, 'lviv-a');
    expect(draft).toMatchObject({ no: 1, state: 'draft', library: 'lviv-a', content: { words: { uk: 'Курси' } } });
    const other = await librarian('lviv-b');
    expect(await announcements.find(other, 1)).toBeNull();
    expect(await announcements.change(other, 1, { link: 'https://evil.example' })).toBeNull();
    expect(await announcements.list(other)).toEqual([]);
    expect(await announcements.find(lviv, 1)).toMatchObject({ content: { link: null } });
    const admin = await librarian(null, 'admin');
    expect(await announcements.find(admin, 1)).toMatchObject({ no: 1 });
    await drop();
  });

  it('is one, however often the same message comes', async () => {
    const { announcements, librarian, drop } = await house(engine);
    const person = await librarian();
    const order = {
      eventId: 'same',
      person,
      library: 'lviv-a',
      topic: 'legal',
      language: 'uk',
      words: 'Закон',
    } as const;
    const [first, second] = [await announcements.draft(order), await announcements.draft(order)];
    expect(second).toEqual(first);
    expect(await announcements.list(person)).toHaveLength(1);
    await drop();
  });

  it('reaches who asked for the topic and the library, can be reached, and has not stopped', async () => {
    const { announcements, subscribers, people, reader, librarian, announce, time, drop } = await house(engine);
    const person = await librarian();
    await reader(['courses'], ['lviv-a']);
    await reader(['courses'], ['lviv-b']);
    await reader(['courses']);
    await reader(['legal'], ['lviv-a']);
    const stopped = await reader(['courses'], ['lviv-a']);
    await subscribers.stop(stopped.person);
    const blocked = await reader(['courses'], ['lviv-a']);
    await people.stopped(blocked.person, 'telegram');
    const { no } = await announce(person, 'Курси');
    expect(await announcements.reach(person, no)).toMatchObject({ people: 1, channels: { telegram: 1 } });

    const admin = await librarian(null, 'admin');
    const wide = await announce(admin, 'Усім', { library: null });
    expect(await announcements.reach(admin, wide.no)).toMatchObject({ people: 3 });
    await announcements.undo(admin, wide.no);
    await announcements.change(admin, wide.no, { audience: { oblast: 'lviv' } });
    expect(await announcements.reach(admin, wide.no)).toMatchObject({ people: 2 });
    await announcements.change(admin, wide.no, { audience: { oblast: null, channel: 'viber' } });
    expect(await announcements.reach(admin, wide.no)).toMatchObject({ people: 0 });
    expect(time.now).toBeGreaterThan(0);
    await drop();
  });

  it('of a library can not be widened beyond those who follow it', async () => {
    const { announcements, reader, librarian, announce, drop } = await house(engine);
    const person = await librarian();
    await reader(['courses'], ['lviv-b']);
    await reader(['courses'], ['lviv-a']);
    const { no } = await announce(person, 'Курси');
    await announcements.undo(person, no);
    await announcements.change(person, no, { audience: { library: 'lviv-b' } });
    await announcements.change(person, no, { audience: { library: null } });
    expect(await announcements.find(person, no)).toMatchObject({ audience: { library: 'lviv-a' } });
    expect(await announcements.reach(person, no)).toMatchObject({ people: 1 });
    await drop();
  });

  it('tells who reads it in another language, and what a platform would charge at most', async () => {
    const { announcements, people, reader, librarian, announce, time, drop } = await house(engine, {
      prices: { ua: 0.02, pl: 0.05 },
    });
    const person = await librarian();
    const polish = await reader(['courses'], ['lviv-a'], 'viber');
    await people.saveProfile(polish.person, { language: 'pl', country: 'pl' });
    await reader(['courses'], ['lviv-a'], 'viber');
    const { no } = await announce(person, 'Курси');
    expect((await announcements.reach(person, no))?.charged).toEqual({ messages: 0, euro: 0 });
    time.now += 25 * 3_600_000;
    const reach = await announcements.reach(person, no);
    expect(reach?.charged.messages).toBe(2);
    // Where somebody is whose country is unknown, the dearest counts.
    expect(reach?.charged.euro).toBeCloseTo(0.1);
    expect(reach?.otherLanguage).toEqual({ pl: 1 });
    await drop();
  });

  it('waits a minute in which it can be taken back', async () => {
    const { announcements, reader, librarian, announce, time, rows, drop } = await house(engine);
    const person = await librarian();
    await reader(['courses'], ['lviv-a']);
    const { no, id, confirmed } = await announce(person, 'Курси');
    expect(confirmed).toMatchObject({ outcome: 'scheduled', dueAt: time.now + undoMs });
    time.now += undoMs - 1;
    await announcements.tend();
    expect(await rows(id)).toEqual([]);
    expect(await announcements.undo(person, no)).toMatchObject({ state: 'draft' });
    time.now += 10 * undoMs;
    await announcements.tend();
    expect(await rows(id)).toEqual([]);
    await drop();
  });

  it('is confirmed as it was shown: not another version, not for many more people', async () => {
    const { announcements, reader, librarian, announce, drop } = await house(engine);
    const person = await librarian();
    const { no, version } = await announce(person, 'Курси');
    const confirm = (people: number, of = version) =>
      announcements.confirm({ person, no, version: of, people, at: null });
    expect(await confirm(0)).toEqual({ outcome: 'nobody' });
    for (let i = 0; i < 7; i++) await reader(['courses'], ['lviv-a']);
    expect(await confirm(1)).toEqual({ outcome: 'changed', people: 7 });
    await announcements.change(person, no, { words: { language: 'uk', text: 'Інші слова' } });
    expect(await confirm(7)).toEqual({ outcome: 'not-now' });
    expect(await confirm(7, version + 1)).toMatchObject({ outcome: 'scheduled' });
    expect(await confirm(7, version + 1)).toMatchObject({ outcome: 'scheduled' });
    await drop();
  });

  it('is not sent about what is over, nor without words', async () => {
    const { announcements, reader, librarian, announce, drop } = await house(engine);
    const person = await librarian();
    const { no } = await announce(person, 'Зустріч');
    await reader(['courses'], ['lviv-a']);
    const date = { what: 'event', zone: 'Europe/Kyiv', sum: null, who: null, book: false } as const;
    const past = await announcements.change(person, no, { date: { ...date, wall: '2026-11-25T10:00' } });
    const confirm = (version: number) => announcements.confirm({ person, no, version, people: 1, at: null });
    expect(await confirm(past?.version ?? 0)).toEqual({ outcome: 'too-late' });
    const silent = await announcements.change(person, no, { date: null, words: { language: 'uk', text: null } });
    expect(await confirm(silent?.version ?? 0)).toEqual({ outcome: 'unfinished' });
    await drop();
  });

  it('to more people than is allowed alone needs a second person, and not the first again', async () => {
    const { announcements, reader, librarian, announce, news, time, drop } = await house(engine, { approvalAbove: 2 });
    const author = await librarian(null, 'admin');
    for (let i = 0; i < 3; i++) await reader(['courses'], ['lviv-a']);
    const { no, confirmed, version } = await announce(author, 'Усім', { library: null });
    expect(confirmed).toMatchObject({ outcome: 'approving', people: 3, approvers: 0 });
    expect(await announcements.approve(author, no, version)).toBeNull();

    await announcements.undo(author, no);
    const second = await librarian(null, 'admin');
    const plain = await librarian('lviv-a');
    const asked = await announcements.confirm({ person: author, no, version: version + 1, people: 3, at: null });
    expect(asked).toMatchObject({ outcome: 'approving', approvers: 1 });
    expect(await news(second)).toMatchObject([{ what: 'campaign', about: 'approve' }]);
    expect(await announcements.approve(plain, no, version + 1)).toBeNull();
    time.now += 3_600_000;
    await announcements.tend();
    expect(await announcements.find(author, no)).toMatchObject({ state: 'approving' });
    expect(await announcements.approve(second, no, version + 1)).toMatchObject({
      state: 'scheduled',
      dueAt: time.now + undoMs,
    });
    expect(await announcements.approve(second, no, version + 1)).toBeNull();
    expect(await news(author)).toMatchObject([{ what: 'campaign', about: 'approved' }]);
    await drop();
  });

  it('that is refused is a draft again, and its author is told', async () => {
    const { announcements, reader, librarian, announce, news, notes, drop } = await house(engine, { approvalAbove: 0 });
    const author = await librarian('lviv-a');
    const second = await librarian(null, 'admin');
    await reader(['courses'], ['lviv-a']);
    const { no } = await announce(author, 'Курси');
    expect(await announcements.find(second, no)).toMatchObject({ state: 'approving' });
    expect(await announcements.refuse(second, no)).toMatchObject({ state: 'draft' });
    expect(await news(author)).toMatchObject([{ what: 'campaign', about: 'refused' }]);
    expect(notes).toEqual([`announce ${no}`, `refuse ${no}`]);
    await drop();
  });

  it('is one of few a day', async () => {
    const { reader, librarian, announce, time, drop } = await house(engine);
    const person = await librarian();
    await reader(['courses'], ['lviv-a']);
    for (let i = 0; i < perRoleADay; i++) {
      expect((await announce(person, `№ ${i}`)).confirmed).toMatchObject({ outcome: 'scheduled' });
    }
    expect((await announce(person, 'Ще одне')).confirmed).toEqual({ outcome: 'limit', limit: perRoleADay });
    time.now += 25 * 3_600_000;
    expect((await announce(person, 'Завтра')).confirmed).toMatchObject({ outcome: 'scheduled' });
    await drop();
  });

  it('is one of few a day, also where several of a library say yes at the same moment', async () => {
    const { announcements, reader, librarian, eventId, drop } = await house(engine);
    await reader(['courses'], ['lviv-a']);
    const about = { library: 'lviv-a', topic: 'courses', language: 'uk' } as const;
    const ready: { person: string; no: number; version: number }[] = [];
    for (let i = 0; i < perLibraryADay + 4; i++) {
      const person = await librarian();
      const draft = await announcements.draft({ ...about, eventId: eventId(), person, words: `№ ${i}` });
      if (draft) ready.push({ person, no: draft.no, version: draft.version });
    }
    const all = await Promise.all(ready.map((one) => announcements.confirm({ ...one, people: 1, at: null })));
    expect(all.filter(({ outcome }) => outcome === 'scheduled')).toHaveLength(perLibraryADay);
    expect(all.filter(({ outcome }) => outcome === 'limit')).toHaveLength(4);
    await drop();
  });

  it('that waits for its time is found also behind many that others have begun since', async () => {
    const { announcements, reader, librarian, announce, eventId, drop } = await house(engine);
    const person = await librarian();
    await reader(['courses'], ['lviv-a']);
    const { no } = await announce(person, 'Завтра');
    const about = { library: 'lviv-a', topic: 'courses', language: 'uk' } as const;
    for (let i = 0; i < 12; i++)
      await announcements.draft({ ...about, eventId: eventId(), person, words: `Чернетка ${i}` });
    const listed = await announcements.list(person);
    expect(listed.map((one) => one.no)).toEqual([no, 13, 12, 11, 10, 9, 8, 7]);
    await drop();
  });

  it('keeps no file whose place another one took, and every file that one still has', async () => {
    const { announcements, librarian, announce, database, time, drop } = await house(engine);
    const person = await librarian();
    const { no } = await announce(person, 'Курси');
    const file = { kind: 'picture', name: 'a.png', mime: 'image/png', content: 'AAAA' } as const;
    await announcements.attach(person, no, file);
    time.now += 29 * 86_400_000;
    const last = await announcements.attach(person, no, file);
    time.now += 3 * 86_400_000;
    await announcements.sweep();
    const kept = await database.db.selectFrom('attachments').select('id').execute();
    expect(kept).toEqual([{ id: last?.content.attachment?.id }]);
    await drop();
  });

  it('stops at once when its author works here no longer, and goes on when somebody answers for it', async () => {
    const { announcements, team, reader, librarian, announce, news, rows, time, drop } = await house(engine);
    const admin = await librarian(null, 'admin');
    const author = await librarian('lviv-a');
    await reader(['courses'], ['lviv-a']);
    const { no, id } = await announce(author, 'Надішліть гроші');
    const role = (await team.of(author))[0];
    await team.remove({ person: admin, no: role?.no ?? 0 });
    time.now += 10 * undoMs;
    await announcements.tend();
    expect(await rows(id)).toEqual([]);
    expect(await announcements.find(author, no)).toBeNull();
    expect(await announcements.find(admin, no)).toMatchObject({ state: 'paused', pausedWhy: 'cut-off' });
    expect(await news(admin)).toMatchObject([{ what: 'campaign', about: 'cut-off' }]);
    expect(await announcements.resume(admin, no)).toMatchObject({ state: 'scheduled' });
    time.now += undoMs;
    await announcements.tend();
    expect(await rows(id)).toHaveLength(1);
    await drop();
  });

  it('keeps its photo until a month after it is done', async () => {
    const { announcements, reader, librarian, announce, arrive, time, drop } = await house(engine);
    const person = await librarian();
    await reader(['courses'], ['lviv-a']);
    const { no, id } = await announce(person, 'Курси');
    const file = { kind: 'picture', name: 'a.png', mime: 'image/png', content: 'AAAA' } as const;
    const attached = await announcements.attach(person, no, file);
    const attachment = attached?.content.attachment;
    expect(attachment).toMatchObject({ kind: 'picture', name: 'a.png', mime: 'image/png' });
    expect(await announcements.media(attachment?.id ?? '')).toMatchObject({ content: Buffer.from([0, 0, 0]) });
    await announcements.confirm({ person, no, version: attached?.version ?? 0, people: 1, at: null });
    time.now += undoMs;
    await announcements.tend();
    await arrive(id);
    await announcements.tend();
    await announcements.sweep();
    expect(await announcements.media(attachment?.id ?? '')).not.toBeNull();
    time.now += 31 * 86_400_000;
    await announcements.sweep();
    expect(await announcements.media(attachment?.id ?? '')).toBeNull();
    await drop();
  });
});
