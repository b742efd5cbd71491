import { describe, expect, it } from 'vitest';
import type { AnnouncedDate } from '../../src/announcements/announcements.ts';
import { undoMs } from '../../src/announcements/drafts.ts';
import { engines } from '../engines.ts';
import { house } from './house.ts';

type House = Awaited<ReturnType<typeof house>>;
const event = (wall: string): AnnouncedDate => {
  return { what: 'event', wall, zone: 'Europe/Kyiv', sum: null, who: null, book: false };
};
const uk = (text: string) => ({ words: { language: 'uk' as const, text } });

/** An announcement to three people, where two are as many as one person may tell alone. */
async function asked(engine: (typeof engines)[number], library: string | null = 'lviv-a') {
  const world = await house(engine, { approvalAbove: 2 });
  const author = await world.librarian(library, library === null ? 'admin' : 'librarian');
  const second = await world.librarian(null, 'admin');
  const readers: Awaited<ReturnType<House['reader']>>[] = [];
  for (let i = 0; i < 3; i++) readers.push(await world.reader(['courses'], ['lviv-a']));
  const made = await world.announce(author, 'Курси', { library });
  return { ...world, ...made, author, second, readers };
}

describe.each(engines)('what needs a second person’s yes (%s)', (engine) => {
  it('is not allowed by whoever sends off what somebody else has written', async () => {
    const { announcements, no, version, author, second, drop } = await asked(engine);
    await announcements.undo(author, no);
    const changed = await announcements.change(second, no, uk('Надішліть гроші'));
    const confirmation = { person: second, no, version: changed?.version ?? 0, people: 3, at: null };
    expect(await announcements.confirm(confirmation)).toMatchObject({ outcome: 'approving', approvers: 0 });
    expect(changed?.version).toBe(version + 2);
    expect(await announcements.approve(second, no, version + 2)).toBeNull();
    await drop();
  });

  it('is not sent without it because its author went', async () => {
    const { announcements, team, librarian, rows, no, id, author, second, time, drop } = await asked(engine);
    const colleague = await librarian('lviv-a');
    await team.remove({ person: second, no: (await team.of(author))[0]?.no ?? 0 });
    await announcements.tend();
    expect(await announcements.find(colleague, no)).toMatchObject({ state: 'paused', pausedWhy: 'cut-off' });
    expect(await announcements.resume(colleague, no)).toMatchObject({ state: 'draft' });
    time.now += 2 * undoMs;
    await announcements.tend();
    expect(await rows(id)).toEqual([]);
    const draft = await announcements.find(colleague, no);
    const confirmation = { person: colleague, no, version: draft?.version ?? 0, people: 3, at: null };
    expect(await announcements.confirm(confirmation)).toMatchObject({ outcome: 'approving', approvers: 1 });
    await drop();
  });

  it('has not been given to words that were changed while it waited for somebody to take it over', async () => {
    const { announcements, team, librarian, no, version, author, second, drop } = await asked(engine);
    const colleague = await librarian('lviv-a');
    await announcements.approve(second, no, version);
    await team.remove({ person: second, no: (await team.of(author))[0]?.no ?? 0 });
    await announcements.tend();
    expect(await announcements.change(colleague, no, uk('Надішліть гроші'))).toMatchObject({ state: 'draft' });
    await drop();
  });

  it('is public nowhere before anybody has got it', async () => {
    const { announcements, team, readers, no, id, version, author, second, drop } = await asked(engine);
    const date = event('2026-12-10T15:00');
    await announcements.change(author, no, { date });
    await announcements.confirm({ person: author, no, version: version + 1, people: 3, at: null });
    await team.remove({ person: second, no: (await team.of(author))[0]?.no ?? 0 });
    await announcements.tend();
    expect(await announcements.find(second, no)).toMatchObject({ state: 'paused' });
    const person = readers[0]?.person ?? '';
    expect(await announcements.upcoming({ person, limit: 10 })).toEqual([]);
    expect(await announcements.publishedNo(no)).toBeNull();
    expect(await announcements.published(id)).toBeNull();
    expect(await announcements.follow({ person, no, zone: 'Europe/Kyiv' })).toBeNull();
    await drop();
  });

  it('is given to the words that were read, and to no later ones', async () => {
    const { announcements, no, version, author, second, drop } = await asked(engine);
    const changed = await announcements.change(author, no, uk('Надішліть гроші'));
    await announcements.confirm({ person: author, no, version: changed?.version ?? 0, people: 3, at: null });
    expect(await announcements.approve(second, no, version)).toBeNull();
    expect(await announcements.find(second, no)).toMatchObject({ state: 'approving' });
    expect(await announcements.approve(second, no, changed?.version ?? 0)).toMatchObject({ state: 'scheduled' });
    await drop();
  });

  it('is not given to what would tell of something that is over', async () => {
    const { announcements, no, version, author, second, time, drop } = await asked(engine);
    const date = event('2026-11-25T15:00');
    await announcements.change(author, no, { date });
    await announcements.confirm({ person: author, no, version: version + 1, people: 3, at: null });
    time.now = Date.UTC(2026, 10, 25, 13);
    expect(await announcements.approve(second, no, version + 1)).toBeNull();
    await drop();
  });

  it('covers its words on the way too: others go as a correction, which somebody reads again', async () => {
    const { announcements, no, id, version, author, second, time, drop } = await asked(engine);
    await announcements.approve(second, no, version);
    time.now += undoMs;
    await announcements.tend();
    expect(await announcements.find(author, no)).toMatchObject({ state: 'sending' });
    expect(await announcements.change(author, no, uk('Надішліть гроші'))).toBeNull();
    const file = { kind: 'picture', name: 'a.png', mime: 'image/png', content: 'AAAA' } as const;
    expect(await announcements.attach(author, no, file)).toBeNull();
    await announcements.pause(author, no);
    expect(await announcements.change(author, no, uk('Надішліть гроші'))).toBeNull();
    expect(await announcements.published(id)).toMatchObject({ content: { words: { uk: 'Курси' } } });

    // Nobody has got it yet, and yet all those who wait would get the new words.
    const mend = await announcements.correct({ eventId: 'mend', person: author, no });
    const better = await announcements.change(author, mend?.no ?? 0, uk('Курси о шостій'));
    const of = { no: better?.no ?? 0, version: better?.version ?? 0 };
    expect(await announcements.reach(author, of.no)).toMatchObject({ people: 3 });
    expect(await announcements.confirm({ person: author, ...of, people: 3, at: null })).toMatchObject({
      outcome: 'approving',
    });
    await announcements.approve(second, of.no, of.version);
    time.now += undoMs;
    await announcements.tend();
    expect(await announcements.published(id)).toMatchObject({ content: { words: { uk: 'Курси о шостій' } } });
    await drop();
  });
});
