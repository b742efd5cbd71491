import { sql, type Transaction } from 'kysely';
import type { Carry } from '../people/joins.ts';
import type { Seal } from '../storage/seal.ts';
import type { Tables } from '../storage/tables/index.ts';
import { remindersGroup } from './followers.ts';

type Trx = Transaction<Tables>;
type Row = Tables['subscribers'];
type Choices = { topics: readonly string[]; libraries: readonly string[] };

/**
 * Who joins a chat to another's brings what they asked for. Where both get news, what stands is kept and the rest added.
 * Where one of the two has stopped, the other's choices alone hold: what somebody has said no to doesn't come back by a
 * joining. What had been asked for in the chat that leaves again leaves with it, as far as it still holds by then.
 *
 * What is written down of it: `{…}` the row that moved, `aside:{…}` what stood aside with its choices, `was:{…}` what the
 * moved took the place of, `t0:<topic>` `l1:<library>` what moved (1 where the other had it too), `follow:<announcement>`,
 * `both:<announcement>:<group>` where both followed it.
 */
export function carrySubscriptions({ seal, clock }: { seal: Seal; clock: { now(): number } }): Carry {
  return {
    room: 'announcements',
    async take(trx, from, into) {
      const follows = await moveFollows(trx, seal, from, into);
      const mine = await rowOf(trx, from);
      if (!mine) return follows;
      const theirs = await rowOf(trx, into);
      if (theirs && theirs.stopped_at === null && mine.stopped_at !== null) {
        const aside = JSON.stringify({ row: mine, ...(await choicesOf(trx, from)) });
        await remove(trx, from);
        return [...follows, `aside:${aside}`];
      }
      const notes: string[] = [];
      if (theirs && theirs.stopped_at !== null && mine.stopped_at === null) {
        notes.push(`was:${JSON.stringify({ row: theirs, ...(await choicesOf(trx, into)) })}`);
        await remove(trx, into);
        await trx
          .insertInto('subscribers')
          .values({ ...mine, person: into, quiet: theirs.quiet ?? mine.quiet })
          .execute();
      } else if (!theirs) {
        await trx
          .insertInto('subscribers')
          .values({ ...mine, person: into })
          .execute();
      }
      const moved = await moveChoices(trx, from, into);
      await remove(trx, from);
      return [...follows, ...notes, ...moved, JSON.stringify(mine)];
    },

    async giveBack(trx, ids, from, to) {
      for (const id of ids) {
        if (id.startsWith('follow:')) await giveFollow(trx, seal, id.slice('follow:'.length), from, to);
        if (id.startsWith('both:'))
          await shareFollow(trx, seal, id.slice('both:'.length), { from, to, now: clock.now() });
        if (id.startsWith('aside:')) await restore(trx, id.slice('aside:'.length), to);
      }
      const moved = ids.find((id) => id.startsWith('{'));
      if (moved === undefined) return;
      const mine = JSON.parse(moved) as Row;
      const now = await rowOf(trx, from);
      // Forgotten or never there: nothing of it holds any more.
      if (!now) return;
      const stopped = mine.stopped_at === null && now.stopped_at !== null;
      const end = stopped ? { stopped_at: now.stopped_at, stopped_why: now.stopped_why } : {};
      await trx
        .insertInto('subscribers')
        .values({ ...mine, ...end, person: to })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      for (const id of ids) if (/^[tl]\d:/.test(id)) await giveChoice(trx, id, from, to);
      const was = ids.find((id) => id.startsWith('was:'));
      // What was chosen anew since the joining is theirs; else it is as it was before.
      if (was !== undefined && now.consent_at === mine.consent_at) {
        await remove(trx, from);
        await restore(trx, was.slice('was:'.length), from);
      }
      // Without choices of their own there was nothing to subscribe to before.
      if ((await choicesOf(trx, from)).topics.length === 0) await remove(trx, from);
    },
  };
}

function rowOf(trx: Trx, person: string) {
  return trx.selectFrom('subscribers').selectAll().where('person', '=', person).executeTakeFirst();
}

async function choicesOf(trx: Trx, person: string): Promise<Choices> {
  const topics = await trx.selectFrom('subscriber_topics').select('topic').where('person', '=', person).execute();
  const libraries = await trx
    .selectFrom('subscriber_libraries')
    .select('library')
    .where('person', '=', person)
    .execute();
  return { topics: topics.map(({ topic }) => topic), libraries: libraries.map(({ library }) => library) };
}

/** Everything that somebody had asked for goes; in this order also where an engine does not cascade. */
export async function remove(trx: Trx, person: string): Promise<void> {
  await trx.deleteFrom('subscriber_topics').where('person', '=', person).execute();
  await trx.deleteFrom('subscriber_libraries').where('person', '=', person).execute();
  await trx.deleteFrom('subscribers').where('person', '=', person).execute();
}

async function restore(trx: Trx, text: string, person: string): Promise<void> {
  const { row, topics, libraries } = JSON.parse(text) as Choices & { row: Row };
  await trx
    .insertInto('subscribers')
    .values({ ...row, person })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  for (const topic of topics) await addTopic(trx, person, topic);
  for (const library of libraries) await addLibrary(trx, person, library);
}

/** @returns whether it is new */
async function addTopic(trx: Trx, person: string, topic: string): Promise<boolean> {
  const added = await trx
    .insertInto('subscriber_topics')
    .values({ person, topic })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return added.numInsertedOrUpdatedRows !== 0n;
}

async function addLibrary(trx: Trx, person: string, library: string): Promise<boolean> {
  const added = await trx
    .insertInto('subscriber_libraries')
    .values({ person, library })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return added.numInsertedOrUpdatedRows !== 0n;
}

async function moveChoices(trx: Trx, from: string, into: string): Promise<string[]> {
  const { topics, libraries } = await choicesOf(trx, from);
  const moved: string[] = [];
  for (const topic of topics) moved.push(`t${(await addTopic(trx, into, topic)) ? 0 : 1}:${topic}`);
  for (const library of libraries) moved.push(`l${(await addLibrary(trx, into, library)) ? 0 : 1}:${library}`);
  return moved;
}

/** What was taken out since is not put in again. */
async function giveChoice(trx: Trx, id: string, from: string, to: string): Promise<void> {
  const [kind, shared, what] = [id.charAt(0), id.charAt(1) === '1', id.slice(3)];
  const { topics, libraries } = await choicesOf(trx, from);
  if (!(kind === 't' ? topics : libraries).includes(what)) return;
  if (kind === 't') await addTopic(trx, to, what);
  else await addLibrary(trx, to, what);
  if (shared) return;
  if (kind === 't')
    await trx.deleteFrom('subscriber_topics').where('person', '=', from).where('topic', '=', what).execute();
  else await trx.deleteFrom('subscriber_libraries').where('person', '=', from).where('library', '=', what).execute();
}

// ---------------------------------------------------------------- dates that are followed

const twice = 'twice';

/** The reminders go with them, and of two who follow the same date one is reminded. */
async function moveFollows(trx: Trx, seal: Seal, from: string, into: string): Promise<string[]> {
  const followed = await trx
    .selectFrom('announcement_followers')
    .select('announcement')
    .where('person', '=', from)
    .execute();
  const notes: string[] = [];
  for (const { announcement } of followed) {
    const group = remindersGroup(seal, announcement, from);
    if (await addFollower(trx, announcement, into)) {
      const about = remindersGroup(seal, announcement, into);
      await trx.updateTable('outbox').set({ about }).where('about', '=', group).execute();
      notes.push(`follow:${announcement}`);
    } else {
      await trx
        .updateTable('outbox')
        .set((eb) => ({
          ...{ state: 'withdrawn', why: twice, holder: null, lease_until: null },
          settled_at: eb.ref('due_at'),
        }))
        .where('about', '=', group)
        .where('state', '=', 'waiting')
        .execute();
      notes.push(`both:${announcement}:${group}`);
    }
  }
  await trx.deleteFrom('announcement_followers').where('person', '=', from).execute();
  return notes;
}

async function addFollower(trx: Trx, announcement: string, person: string): Promise<boolean> {
  const added = await trx
    .insertInto('announcement_followers')
    .values({ announcement, person })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return added.numInsertedOrUpdatedRows !== 0n;
}

function isFollowed(trx: Trx, announcement: string, person: string) {
  return trx
    .selectFrom('announcement_followers')
    .select('person')
    .where('announcement', '=', announcement)
    .where('person', '=', person)
    .executeTakeFirst();
}

async function giveFollow(trx: Trx, seal: Seal, announcement: string, from: string, to: string): Promise<void> {
  if (!(await isFollowed(trx, announcement, from))) return;
  await trx
    .deleteFrom('announcement_followers')
    .where('announcement', '=', announcement)
    .where('person', '=', from)
    .execute();
  await addFollower(trx, announcement, to);
  await trx
    .updateTable('outbox')
    .set({ about: remindersGroup(seal, announcement, to), person: to })
    .where('about', '=', remindersGroup(seal, announcement, from))
    .execute();
}

/** Both had asked, so each is reminded again. */
async function shareFollow(
  trx: Trx,
  seal: Seal,
  note: string,
  { from, to, now }: { from: string; to: string; now: number },
): Promise<void> {
  const cut = note.indexOf(':');
  const [announcement, group] = [note.slice(0, cut), note.slice(cut + 1)];
  if (!(await isFollowed(trx, announcement, from))) return;
  await addFollower(trx, announcement, to);
  await trx
    .updateTable('outbox')
    .set({
      ...{ about: remindersGroup(seal, announcement, to), person: to, state: 'waiting' },
      ...{ why: null, settled_at: sql<null>`null` },
    })
    .where('about', '=', group)
    .where('state', '=', 'withdrawn')
    .where('why', '=', twice)
    .where('due_at', '>', now)
    .execute();
}
