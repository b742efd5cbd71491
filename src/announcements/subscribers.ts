import type { Transaction } from 'kysely';
import type { Carry } from '../people/joins.ts';
import type { Database } from '../storage/database.ts';
import type { Seal } from '../storage/seal.ts';
import type { Tables } from '../storage/tables/index.ts';
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

  async function end(person: string, why: 'asked' | 'gone'): Promise<void> {
    await db
      .updateTable('subscribers')
      .set({ stopped_at: clock.now(), stopped_why: why })
      .where('person', '=', person)
      .where('stopped_at', 'is', null)
      .execute();
  }

  return {
    of,
    async subscribe({ person, consent, ...wanted }) {
      const said = { consent_at: clock.now(), consent: writeConsent(consent), stopped_at: null, stopped_why: null };
      await database.transaction(async (trx) => {
        await trx
          .insertInto('subscribers')
          .values({ person, ...said, quiet: null })
          .onConflict((conflict) => conflict.column('person').doUpdateSet(said))
          .execute();
        await write(trx, person, wanted);
      });
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
      const said = { consent_at: clock.now(), consent: writeConsent(consent), stopped_at: null, stopped_why: null };
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
    async forget(person) {
      await database.transaction(async (trx) => {
        await remove(trx, person);
        await trx.deleteFrom('announcement_followers').where('person', '=', person).execute();
      });
    },
    carry: carrySubscription,
  };
}

async function remove(trx: Transaction<Tables>, person: string): Promise<void> {
  // In this order also where an engine does not cascade.
  await trx.deleteFrom('subscriber_topics').where('person', '=', person).execute();
  await trx.deleteFrom('subscriber_libraries').where('person', '=', person).execute();
  await trx.deleteFrom('subscribers').where('person', '=', person).execute();
}

/** Who joins a chat to another's brings what they asked for; where both asked, what stands is kept and the rest added. */
const carrySubscription: Carry = {
  room: 'announcements',
  async take(trx, from, into) {
    const mine = await trx.selectFrom('subscribers').selectAll().where('person', '=', from).executeTakeFirst();
    const followed = await trx
      .selectFrom('announcement_followers')
      .select('announcement')
      .where('person', '=', from)
      .execute();
    for (const { announcement } of followed) {
      await trx
        .insertInto('announcement_followers')
        .values({ announcement, person: into })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
    await trx.deleteFrom('announcement_followers').where('person', '=', from).execute();
    const ids = followed.map(({ announcement }) => `${followMark}${announcement}`);
    if (!mine) return ids;
    await trx
      .insertInto('subscribers')
      .values({ ...mine, person: into })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    // Who has stopped in the one chat and asked for more in the other has said yes in that one.
    if (mine.stopped_at === null) await unstop(trx, into);
    const moved = await moveChoices(trx, from, into);
    await remove(trx, from);
    return [...ids, ...moved, JSON.stringify(mine)];
  },
  async giveBack(trx, ids, from, to) {
    for (const id of ids) {
      if (!id.startsWith('{')) continue;
      const row = JSON.parse(id) as Tables['subscribers'];
      await trx
        .insertInto('subscribers')
        .values({ ...row, person: to })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
    const back = await trx.selectFrom('subscribers').select('person').where('person', '=', to).executeTakeFirst();
    for (const id of ids) {
      if (id.startsWith(followMark)) await giveFollow(trx, id.slice(followMark.length), from, to);
      if (!back || !/^[tl]\d:/.test(id)) continue;
      const [table, shared, what] = [id.charAt(0), id.charAt(1) === '1', id.slice(3)];
      if (table === 't') {
        if (!shared)
          await trx.deleteFrom('subscriber_topics').where('person', '=', from).where('topic', '=', what).execute();
        await trx
          .insertInto('subscriber_topics')
          .values({ person: to, topic: what })
          .onConflict((c) => c.doNothing())
          .execute();
      } else {
        if (!shared)
          await trx.deleteFrom('subscriber_libraries').where('person', '=', from).where('library', '=', what).execute();
        await trx
          .insertInto('subscriber_libraries')
          .values({ person: to, library: what })
          .onConflict((c) => c.doNothing())
          .execute();
      }
    }
    // Without choices of their own there was nothing to subscribe to before.
    const left = await trx
      .selectFrom('subscriber_topics')
      .select('topic')
      .where('person', '=', from)
      .executeTakeFirst();
    if (!left) await trx.deleteFrom('subscribers').where('person', '=', from).execute();
  },
};

const followMark = 'follow:';

async function unstop(trx: Transaction<Tables>, person: string): Promise<void> {
  await trx
    .updateTable('subscribers')
    .set({ stopped_at: null, stopped_why: null })
    .where('person', '=', person)
    .execute();
}

/** @returns `t0:<topic>`, `l1:<library>`: what moved, 1 where the other had it too. */
async function moveChoices(trx: Transaction<Tables>, from: string, into: string): Promise<string[]> {
  const moved: string[] = [];
  const chosen = await trx.selectFrom('subscriber_topics').select('topic').where('person', '=', from).execute();
  for (const { topic } of chosen) {
    const added = await trx
      .insertInto('subscriber_topics')
      .values({ person: into, topic })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    moved.push(`t${added.numInsertedOrUpdatedRows === 0n ? 1 : 0}:${topic}`);
  }
  const libraries = await trx.selectFrom('subscriber_libraries').select('library').where('person', '=', from).execute();
  for (const { library } of libraries) {
    const added = await trx
      .insertInto('subscriber_libraries')
      .values({ person: into, library })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    moved.push(`l${added.numInsertedOrUpdatedRows === 0n ? 1 : 0}:${library}`);
  }
  return moved;
}

async function giveFollow(trx: Transaction<Tables>, announcement: string, from: string, to: string): Promise<void> {
  await trx
    .deleteFrom('announcement_followers')
    .where('announcement', '=', announcement)
    .where('person', '=', from)
    .execute();
  await trx
    .insertInto('announcement_followers')
    .values({ announcement, person: to })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
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
