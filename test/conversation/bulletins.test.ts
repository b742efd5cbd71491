import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { undoMs } from '../../src/announcements/drafts.ts';
import { createBulletins } from '../../src/conversation/bulletins.ts';
import { quietEdges } from '../../src/delivery/quiet-hours.ts';
import { messenger, village } from './talk.ts';

const hourMs = 3_600_000;
const library = 'tysmenytsia-town';

describe('an announcement in the hands of its readers', () => {
  let world: Awaited<ReturnType<typeof village>>;
  const reach = new Map<string, { channel: string; sender: string }[]>();
  const profiles = new Map<string, { language: string | null; country: string | null; zone: string | null }>();
  beforeEach(async () => {
    world = await village({ channel: (name) => ({ ...messenger, charged: name === 'viber' }) });
    reach.clear();
    profiles.clear();
  });
  afterEach(() => world.close());

  async function reader(language: string | null, zone: string | null = null, channels = ['telegram']) {
    const { person, says } = world.person();
    await says('/menu');
    await world.services.subscribers.subscribe({
      ...{ person, topics: ['courses'], libraries: [library] },
      consent: { wording: '1', language: 'uk' },
    });
    reach.set(
      person,
      channels.map((channel) => ({ channel, sender: `${channel}:${person}` })),
    );
    profiles.set(person, { language, zone, country: null });
    return person;
  }

  async function sent(words: { uk: string; pl?: string }) {
    const staff = await world.staff('librarian', library);
    const { announcements } = world.services;
    const order = { eventId: `event-${Math.random()}`, person: staff.person, library, topic: 'courses' as const };
    const draft = await announcements.draft({ ...order, language: 'uk', words: words.uk });
    const no = draft?.no ?? 0;
    const pl = words.pl ?? null;
    const ready = await announcements.change(staff.person, no, { words: { language: 'pl', text: pl } });
    const people = (await announcements.reach(staff.person, no))?.people ?? 0;
    await announcements.confirm({ person: staff.person, no, version: ready?.version ?? 0, people, at: null });
    world.pass(undoMs);
    await world.announcements.tend();
    return { id: draft?.id ?? '', no, staff };
  }

  const bulletins = () =>
    createBulletins({
      services: world.services,
      several: async (people) =>
        new Map(
          people.flatMap((person) => {
            const profile = profiles.get(person);
            return profile
              ? [[person, { profile: { ...profile, library: null }, reach: reach.get(person) ?? [] }] as const]
              : [];
          }),
        ),
      quietUntil: (at, zone, quiet) => quietEdges(at, zone, quiet)?.after ?? null,
    });
  const due = (person: string, announcement: string, edits?: { channel: string; receipt: string }) => ({
    person,
    payload: { what: 'announcement', announcement, language: null, ...(edits ? { edits } : {}) },
  });

  it('is in their language, or says in which it is; who reads the same has the same words', async () => {
    const [uk, also, pl, ru] = [await reader('uk'), await reader(null), await reader('pl'), await reader('ru')];
    const { id } = await sent({ uk: 'Курси з вівторка', pl: 'Kursy od wtorku' });
    const told = await bulletins()(
      [uk, also, pl, ru].map((one) => due(one, id)),
      world.now + undoMs,
    );
    const texts = told.map((one) => (one.do === 'send' ? one.words.say.text : one.do));
    expect(texts[0]).toContain('Курси з вівторка');
    expect(texts[2]).toContain('Kursy od wtorku');
    expect(texts[3]).toContain('Курси з вівторка');
    expect(texts[3]).not.toBe(texts[0]);
    const keys = told.map((one) => (one.do === 'send' ? one.key : ''));
    expect(keys[1]).toBe(keys[0]);
    expect(new Set(keys).size).toBe(3);
  });

  it('is not for who has taken the topic or the library out since; a correction is, for they have read the first', async () => {
    const [topic, left, stays] = [await reader('uk'), await reader('uk'), await reader('uk')];
    const { id, no, staff } = await sent({ uk: 'Курси' });
    const consent = { wording: '1', language: 'uk' };
    const { subscribers, announcements } = world.services;
    await subscribers.subscribe({ person: topic, topics: ['legal'], libraries: [library], consent });
    await subscribers.subscribe({ person: left, topics: ['courses'], libraries: [], consent });
    const all = [topic, left, stays];
    const told = await bulletins()(
      all.map((one) => due(one, id)),
      world.now + undoMs,
    );
    expect(told.map((one) => one.do)).toEqual(['drop', 'drop', 'send']);

    await world.database.db.updateTable('outbox').set({ state: 'sent', channel: 'telegram', receipt: '7' }).execute();
    const mend = await announcements.correct({ eventId: 'mend', person: staff.person, no });
    const of = { person: staff.person, no: mend?.no ?? 0, version: mend?.version ?? 0 };
    const people = (await announcements.reach(of.person, of.no))?.people ?? 0;
    await announcements.confirm({ ...of, people, at: null });
    world.pass(undoMs);
    await world.announcements.tend();
    const mended = await bulletins()(
      all.map((one) => due(one, mend?.id ?? '')),
      world.now + undoMs,
    );
    expect(mended.map((one) => one.do)).toEqual(['send', 'send', 'send']);
  });

  it('waits while its reader sleeps, by their own clock and their own choice', async () => {
    const [kyiv, chicago, owl] = [
      await reader('uk'),
      await reader('uk', 'America/Chicago'),
      await reader('uk', 'America/Chicago'),
    ];
    const { id } = await sent({ uk: 'Курси' });
    await world.services.subscribers.setQuiet(owl ?? '', 'none');
    // Ten in the morning in Kyiv is two at night in Chicago.
    const told = await bulletins()(
      [kyiv, chicago, owl].map((one) => due(one ?? '', id)),
      world.now,
    );
    expect(told.map((one) => one.do)).toEqual(['send', 'wait', 'send']);
    expect(told[1]).toEqual({ do: 'wait', until: world.now + 6 * hourMs });
  });

  it('is for nobody who has stopped, was forgotten, or of an announcement that was recalled', async () => {
    const [stopped, listening] = [await reader('uk'), await reader('uk')];
    const { id, no, staff } = await sent({ uk: 'Курси' });
    await world.services.subscribers.stop(stopped ?? '');
    const all = [stopped, listening, 'nobody'].map((one) => due(one ?? '', id));
    expect((await bulletins()(all, world.now)).map((one) => one.do)).toEqual(['drop', 'send', 'drop']);
    await world.services.announcements.recall(staff.person, no);
    expect((await bulletins()(all, world.now)).map((one) => one.do)).toEqual(['drop', 'drop', 'drop']);
  });

  it('goes where it costs nothing first', async () => {
    const person = await reader('uk', null, ['viber', 'telegram']);
    const { id } = await sent({ uk: 'Курси' });
    const [told] = await bulletins()([due(person, id)], world.now);
    expect(told?.do === 'send' ? told.to.map((one) => one.channel) : told).toEqual(['telegram', 'viber']);
  });

  it('that mends another takes its place where that stands, and else says what it is', async () => {
    const person = await reader('uk', null, ['viber', 'telegram']);
    const { no, staff } = await sent({ uk: 'О десятій' });
    await world.database.db.updateTable('outbox').set({ state: 'sent', channel: 'viber', receipt: null }).execute();
    const { announcements } = world.services;
    const mend = await announcements.correct({ eventId: 'mend', person: staff.person, no });
    const words = { language: 'uk', text: 'Об одинадцятій' } as const;
    const better = await announcements.change(staff.person, mend?.no ?? 0, { words });
    const about = { person: staff.person, no: mend?.no ?? 0, version: better?.version ?? 0, people: 1, at: null };
    expect(await announcements.confirm(about)).toMatchObject({ outcome: 'scheduled' });
    world.pass(undoMs);
    await world.announcements.tend();
    const edits = { channel: 'telegram', receipt: '5' };
    const [told] = await bulletins()([due(person, mend?.id ?? '', edits)], world.now);
    if (told?.do !== 'send') throw new Error('nothing was said');
    expect(told).toMatchObject({ edit: edits, to: [{ channel: 'telegram' }] });
    expect(told.words.say.text).toMatch(/^Виправлення/);
    expect(told.words.instead?.text).not.toMatch(/Виправлення/);
    expect(told.words.instead?.text).toContain('Об одинадцятій');
  });
});
