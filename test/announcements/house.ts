import { createAnnouncements } from '../../src/announcements/room.ts';
import { createSubscribers } from '../../src/announcements/subscribers.ts';
import type { Topic } from '../../src/announcements/topics.ts';
import { deskOf } from '../../src/staff/desk.ts';
import type { Engine } from '../engines.ts';
import { house as staffHouse } from '../staff/house.ts';

/** The rooms of announcements on a database of their own, with a clock that tests move and no platform. */
export async function house(engine: Engine, change: { approvalAbove?: number; prices?: Record<string, number> } = {}) {
  const staff = await staffHouse(engine);
  const { database, seal, clock, outbox, team, people, time } = staff;
  const subscribers = createSubscribers({ database, seal, clock });
  const notes: string[] = [];
  const shown: unknown[] = [];
  const open = () =>
    createAnnouncements(
      {
        ...{ database, seal, clock, outbox },
        staff: deskOf(team, async (_trx, { what, about }) => void notes.push(`${what} ${about}`)),
        librariesIn: (oblast) => (oblast === 'lviv' ? ['lviv-a', 'lviv-b'] : []),
        charged: (channel) => channel === 'viber',
        prices: change.prices ?? {},
        approvalAbove: change.approvalAbove ?? 500,
        zoneOf: async (person) => (await people.profile(person)).zone ?? 'Europe/Kyiv',
      },
      async (_person, progress) => {
        shown.push(progress);
        return 'the message';
      },
    );
  const announcements = open();
  let events = 0;
  return {
    ...staff,
    subscribers,
    announcements,
    /** The same room in another process. */
    another: open,
    notes,
    shown,
    eventId: () => `event-${++events}`,
    /** Somebody who asked for a topic, and follows libraries. */
    async reader(topics: readonly Topic[], libraries: readonly string[] = [], channel = 'telegram') {
      const one = await staff.somebody(channel);
      await subscribers.subscribe({
        ...{ person: one.person, topics, libraries },
        consent: { wording: '1', language: 'uk' },
      });
      return one;
    },
    async librarian(library: string | null = 'lviv-a', role: 'admin' | 'librarian' = 'librarian') {
      const { person } = await staff.somebody();
      await staff.hire(person, { role, library });
      return person;
    },
    /** From the first word to the second tap, at once. */
    async announce(person: string, words: string, about: { library?: string | null; topic?: Topic } = {}) {
      const draft = await announcements.draft({
        ...{ eventId: `event-${++events}`, person, words, language: 'uk' as const },
        library: about.library === undefined ? 'lviv-a' : about.library,
        topic: about.topic ?? 'courses',
      });
      if (!draft) throw new Error('no draft was made');
      const reach = await announcements.reach(person, draft.no);
      const confirmed = await announcements.confirm({
        ...{ person, no: draft.no, version: draft.version, at: null },
        people: reach?.people ?? 0,
      });
      return { ...draft, confirmed };
    },
    /** The rows of an announcement in the outbox. */
    async rows(id: string) {
      return database.db
        .selectFrom('outbox')
        .select(['id', 'person', 'state', 'payload', 'due_at', 'not_after'])
        .where('about', '=', `announcement:${id}`)
        .orderBy('id')
        .execute();
    },
    /** As the delivery does: each waiting row arrives. */
    async arrive(id: string, receipt: string | null = '7') {
      await database.db
        .updateTable('outbox')
        .set({ state: 'sent', channel: 'telegram', receipt, payload: null, settled_at: time.now })
        .where('about', '=', `announcement:${id}`)
        .where('state', '=', 'waiting')
        .execute();
    },
    /** What waits to be said to somebody of the bot's own accord. */
    async news(person: string) {
      const rows = await database.db
        .selectFrom('outbox')
        .select(['id', 'kind', 'payload', 'due_at'])
        .where('person', '=', person)
        .where('state', '=', 'waiting')
        .orderBy('due_at')
        .orderBy('id')
        .execute();
      return rows.map(({ id, kind, payload, due_at }) => ({
        kind,
        dueAt: due_at,
        ...(JSON.parse(seal.open(payload ?? '', id) ?? '{}') as { what: string; about?: string; edits?: unknown }),
      }));
    },
  };
}
