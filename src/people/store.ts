import type { Kysely } from 'kysely';
import { newId } from '../ids.ts';
import type { Database } from '../storage/database.ts';
import type { Tables } from '../storage/tables/index.ts';
import type { Profile } from './profile.ts';

/** A person's account on a platform, as it is found: by its mark alone. */
export type Account = { channel: string; mark: string };

export async function findAccount(db: Kysely<Tables>, { channel, mark }: Account) {
  return db
    .selectFrom('identities')
    .innerJoin('people', 'people.id', 'identities.person')
    .select(['people.id', 'people.seen_day', 'identities.stopped_at'])
    .where('identities.channel', '=', channel)
    .where('identities.mark', '=', mark)
    .executeTakeFirst();
}

/** @returns the new person; null when another process has just made one for this account */
export async function addPerson(database: Database, account: Account & { sealed: string }, now: number) {
  const id = newId(now);
  try {
    return await database.together(async (trx) => {
      await trx
        .insertInto('people')
        .values({ id, seen_day: dayOf(now) })
        .execute();
      const added = await trx
        .insertInto('identities')
        .values({ ...account, person: id, seen_at: now })
        .onConflict((conflict) => conflict.columns(['channel', 'mark']).doNothing())
        .returning('person')
        .executeTakeFirst();
      if (!added) throw new AccountTaken();
      return id;
    });
  } catch (error) {
    if (error instanceof AccountTaken) return null;
    throw error;
  }
}

class AccountTaken extends Error {}

/** They have written: reachable again, and seen today. */
export async function noteSeen(db: Kysely<Tables>, { channel, mark }: Account, person: string, now: number) {
  await db
    .updateTable('identities')
    .set({ seen_at: now, stopped_at: null })
    .where('channel', '=', channel)
    .where('mark', '=', mark)
    .execute();
  await db
    .updateTable('people')
    .set({ seen_day: dayOf(now) })
    .where('id', '=', person)
    .execute();
}

export async function accountsOf(db: Kysely<Tables>, person: string) {
  return db
    .selectFrom('identities')
    .select(['channel', 'mark', 'sealed'])
    .where('person', '=', person)
    .where('stopped_at', 'is', null)
    .orderBy('seen_at', 'desc')
    .orderBy('channel')
    .execute();
}

/** `accountsOf` for several at once, the newest first. */
export async function accountsOfMany(db: Kysely<Tables>, people: readonly string[]) {
  return db
    .selectFrom('identities')
    .select(['person', 'channel', 'mark', 'sealed'])
    .where('person', 'in', people)
    .where('stopped_at', 'is', null)
    .orderBy('seen_at', 'desc')
    .orderBy('channel')
    .execute();
}

export async function profilesOf(db: Kysely<Tables>, people: readonly string[]) {
  return db
    .selectFrom('people')
    .select(['id', 'language', 'country', 'zone', 'library'])
    .where('id', 'in', people)
    .execute();
}

export async function profileOf(db: Kysely<Tables>, person: string): Promise<Profile | undefined> {
  return db
    .selectFrom('people')
    .select(['language', 'country', 'zone', 'library'])
    .where('id', '=', person)
    .executeTakeFirst();
}

/** @returns false when there is no such person (any more) */
export async function changeProfile(db: Kysely<Tables>, person: string, change: Partial<Profile>): Promise<boolean> {
  const result = await db.updateTable('people').set(change).where('id', '=', person).executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function markStopped(db: Kysely<Tables>, person: string, channel: string, now: number): Promise<void> {
  await db
    .updateTable('identities')
    .set({ stopped_at: now })
    .where('person', '=', person)
    .where('channel', '=', channel)
    .execute();
}

/**
 * Who has not written since a day: `since` for everyone, `sinceShort` for those known only on channels where an account
 * lasts no longer than a cookie.
 */
export async function unseenPeople(
  db: Kysely<Tables>,
  before: { since: string; sinceShort: string; shortLived: readonly string[] },
  limit: number,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('people')
    .select('id')
    .where((where) =>
      where.or([
        where('seen_day', '<', before.since),
        where.and([
          where('seen_day', '<', before.sinceShort),
          where.not(
            where.exists(
              where
                .selectFrom('identities')
                .select('identities.person')
                .whereRef('identities.person', '=', 'people.id')
                .where('identities.channel', 'not in', before.shortLived),
            ),
          ),
        ]),
      ]),
    )
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}

/** Their accounts and their code go with them (`on delete cascade`), and where their chats came from. */
export async function deletePerson(database: Database, person: string): Promise<void> {
  await database.transaction(async (trx) => {
    const accounts = await trx
      .selectFrom('identities')
      .select(['channel', 'mark'])
      .where('person', '=', person)
      .execute();
    for (const { channel, mark } of accounts) {
      await trx.deleteFrom('joined_accounts').where('channel', '=', channel).where('mark', '=', mark).execute();
    }
    await trx.deleteFrom('join_tries').where('person', '=', person).execute();
    await trx.deleteFrom('people').where('id', '=', person).execute();
  });
}

/** The ISO day, in UTC. */
export function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}

/** In the order of their marks, which are unique. */
export function accountsAfter(db: Kysely<Tables>, mark: string, limit: number) {
  return db
    .selectFrom('identities')
    .select(['channel', 'mark', 'sealed'])
    .where('mark', '>', mark)
    .orderBy('mark')
    .limit(limit)
    .execute();
}

export async function changeSealed(db: Kysely<Tables>, { channel, mark }: Account, sealed: string): Promise<void> {
  await db.updateTable('identities').set({ sealed }).where('channel', '=', channel).where('mark', '=', mark).execute();
}
