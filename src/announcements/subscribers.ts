import type { Transaction } from 'kysely';
import { takeFromHands } from '../delivery/store.ts';
import type { Carry } from '../people/joins.ts';
import type { Database } from '../storage/database.ts';
import type { Seal } from '../storage/seal.ts';
import type { Tables } from '../storage/tables/index.ts';
import { carrySubscriptions, remove } from './carry.ts';
import { topicMarks } from './topic-marks.ts';
import { type Topic, topics } from './topics.ts';

/**
 * Who asked to be told, of what. Nobody is in here without a tap of their own under words that say what will come; those
 * words are on record. Whoever stops is told nothing from that moment, and their choices are kept for the way back.
 */
export type Subscribers = {
  /** null: never asked for anything. */
  of(person: string): Promise<Subscription | null>;
  /** What they asked for now takes the place of what stood before. Again with the same: the same. */
  subscribe(request: Wanted & { person: string; consent: Consent }): Promise<void>;
  /** Quiet hours are not a new consent. */
  setQuiet(person: string, quiet: Quiet): Promise<void>;
  /** From now on nothing is sent. */
  stop(person: string): Promise<void>;
  /** The old choices hold again. null: there are none. */
  resume(person: string, consent: Consent): Promise<Subscription | null>;
  /** They have blocked or left every way to them. */
  left(person: string): Promise<void>;
  /** How it is with several at the moment of sending; who is not in the answer is told nothing. */
  listening(people: readonly string[]): Promise<ReadonlyMap<string, Quiet>>;
  /** Which of several have asked for that topic, and follow one of those libraries (null: whatever they follow). */
  asking(people: readonly string[], topic: Topic, libraries: readonly string[] | null): Promise<ReadonlySet<string>>;
  /** Everything in this room goes. */
  forget(person: string): Promise<void>;
  readonly carry: Carry;
};

/** `libraries`: ids. None: only what the network tells everybody. */
export type Wanted = { topics: readonly Topic[]; libraries: readonly string[] };

export type Subscription = Wanted & {
  quiet: Quiet;
  active: boolean;
  /** UTC ms of the last consent. */
  since: number;
};

/** Hours of their own clock in which nothing comes; null: those of the deployment. */
export type Quiet = { from: number; to: number } | 'none' | null;

/** What stood above the button: a version of the words, in which language. */
export type Consent = { wording: string; language: string };

export function createSubscribers(deps: { database: Database; seal: Seal; clock: { now(): number } }): Subscribers {
  const { database, seal, clock } = deps;
  const { db } = database;
  const marks = topicMarks(seal);
  const topicOf = new Map([...marks].map(([topic, mark]) => [mark, topic]));

  async function write(trx: Transaction<Tables>, person: string, wanted: Wanted): Promise<void> {
    await trx.deleteFrom('subscriber_topics').where('person', '=', person).execute();
    await trx.deleteFrom('subscriber_libraries').where('person', '=', person).execute();
    const chosen = [...new Set(wanted.topics)].map((topic) => ({ person, topic: marks.get(topic) ?? '' }));
    const libraries = [...new Set(wanted.libraries)].map((library) => ({ person, library }));
    if (chosen.length > 0) await trx.insertInto('subscriber_topics').values(chosen).execute();
    if (libraries.length > 0) await trx.insertInto('subscriber_libraries').values(libraries).execute();
  }

  async function of(person: string): Promise<Subscription | null> {
    const row = await db.selectFrom('subscribers').selectAll().where('person', '=', person).executeTakeFirst();
    if (!row) return null;
    const chosen = await db.selectFrom('subscriber_topics').select('topic').where('person', '=', person).execute();
    const libraries = await db
      .selectFrom('subscriber_libraries')
      .select('library')
      .where('person', '=', person)
      .orderBy('library')
      .execute();
    const known = new Set(chosen.map(({ topic }) => topicOf.get(topic)));
    return {
      topics: topics.filter((topic) => known.has(topic)),
      libraries: libraries.map(({ library }) => library),
      quiet: readQuiet(row.quiet),
      active: row.stopped_at === null,
      since: row.consent_at,
    };
  }

  /** From now on they are told, under those words. */
  const yes = (consent: Consent) => ({
    consent_at: clock.now(),
    consent: writeConsent(consent),
    stopped_at: null,
    stopped_why: null,
  });

  async function end(person: string, why: 'asked' | 'gone'): Promise<void> {
    await db
      .updateTable('subscribers')
      .set({ stopped_at: clock.now(), stopped_why: why })
      .where('person', '=', person)
      .where('stopped_at', 'is', null)
      .execute();
    await takeFromHands(db, person, { alsoMarked: true });
  }

  return {
    of,
    async subscribe({ person, consent, ...wanted }) {
      const said = yes(consent);
      await database.transaction(async (trx) => {
        await trx
          .insertInto('subscribers')
          .values({ person, ...said, quiet: null })
          .onConflict((conflict) => conflict.column('person').doUpdateSet(said))
          .execute();
        await write(trx, person, wanted);
      });
      await takeFromHands(db, person, { alsoMarked: false });
    },
    async setQuiet(person, quiet) {
      await db
        .updateTable('subscribers')
        .set({ quiet: writeQuiet(quiet) })
        .where('person', '=', person)
        .execute();
    },
    stop: (person) => end(person, 'asked'),
    left: (person) => end(person, 'gone'),
    async resume(person, consent) {
      const said = yes(consent);
      await db.updateTable('subscribers').set(said).where('person', '=', person).execute();
      return of(person);
    },
    async listening(people) {
      if (people.length === 0) return new Map();
      const rows = await db
        .selectFrom('subscribers')
        .select(['person', 'quiet'])
        .where('person', 'in', people)
        .where('stopped_at', 'is', null)
        .execute();
      return new Map(rows.map(({ person, quiet }) => [person, readQuiet(quiet)]));
    },
    async asking(people, topic, libraries) {
      if (people.length === 0) return new Set();
      const asked = await db
        .selectFrom('subscriber_topics')
        .select('person')
        .where('person', 'in', people)
        .where('topic', '=', marks.get(topic) ?? '')
        .execute();
      if (libraries === null) return new Set(asked.map(({ person }) => person));
      const follow = await db
        .selectFrom('subscriber_libraries')
        .select('person')
        .where('person', 'in', people)
        .where('library', 'in', libraries)
        .execute();
      const following = new Set(follow.map(({ person }) => person));
      return new Set(asked.map(({ person }) => person).filter((person) => following.has(person)));
    },
    async forget(person) {
      await database.transaction(async (trx) => {
        await remove(trx, person);
        await trx.deleteFrom('announcement_followers').where('person', '=', person).execute();
      });
    },
    carry: carrySubscriptions({ seal, clock }),
  };
}

function writeConsent({ wording, language }: Consent): string {
  return `${wording} ${language}`;
}

function writeQuiet(quiet: Quiet): string | null {
  return quiet === null || quiet === 'none' ? quiet : `${quiet.from}-${quiet.to}`;
}

function readQuiet(text: string | null): Quiet {
  if (text === null || text === 'none') return text;
  const [from, to] = text.split('-').map(Number);
  return from === undefined || to === undefined ? null : { from, to };
}
