import type { Kysely } from 'kysely';
import type { Database } from '../database.ts';
import { groupCommit } from '../group-commit.ts';
import type { Tables } from '../tables/index.ts';
import { type Answered, type Sessions, StoreDown } from './contract.ts';

type Saved = { person: string; session: string; answered: Answered };

/** Sessions in the configured SQL engine. Expired ones read as absent; `sweep` removes them. */
export function createEmbeddedSessions(
  database: Database,
  options: { ttlMs: number; clock: { now(): number } },
): Sessions & { sweep(): Promise<void> } {
  const { db } = database;
  const now = () => options.clock.now();
  const save = groupCommit(async (group: readonly Saved[]) => {
    await upsert(db, group, now() + options.ttlMs);
    return group;
  }, 100);
  const sent = groupCommit(async (group: readonly { person: string; eventId: string }[]) => {
    await clearReplies(db, group);
    return group;
  }, 100);
  return {
    load: (person) =>
      orDown(async () => {
        const row = await db
          .selectFrom('sessions')
          .select(['session', 'answered_event as eventId', 'answered_replies as replies'])
          .where('person', '=', person)
          .where('expires_at', '>', now())
          .executeTakeFirst();
        const { session = null, eventId = null, replies = null } = row ?? {};
        return { session, answered: eventId !== null && replies !== null ? { eventId, replies } : null };
      }),
    save: (person, session, answered) =>
      orDown(async () => {
        await save({ person, session, answered });
      }),
    sent: (person, eventId) =>
      orDown(async () => {
        await sent({ person, eventId });
      }),
    forget: (person) =>
      orDown(async () => {
        await db.deleteFrom('sessions').where('person', '=', person).execute();
      }),
    async sweep() {
      await db.deleteFrom('sessions').where('expires_at', '<=', now()).execute();
    },
    // The database is its owner's to close.
    close: async () => {},
  };
}

async function upsert(db: Kysely<Tables>, group: readonly Saved[], expiresAt: number): Promise<void> {
  // One statement may touch a row once: of two saves for a person the later counts.
  const last = new Map(group.map((saved) => [saved.person, saved]));
  await db
    .insertInto('sessions')
    .values(
      [...last.values()].map(({ person, session, answered }) => ({
        person,
        session,
        answered_event: answered.eventId,
        answered_replies: answered.replies,
        expires_at: expiresAt,
      })),
    )
    .onConflict((conflict) =>
      conflict.column('person').doUpdateSet((row) => ({
        session: row.ref('excluded.session'),
        answered_event: row.ref('excluded.answered_event'),
        answered_replies: row.ref('excluded.answered_replies'),
        expires_at: row.ref('excluded.expires_at'),
      })),
    )
    .execute();
}

async function clearReplies(db: Kysely<Tables>, group: readonly { person: string; eventId: string }[]): Promise<void> {
  await db
    .updateTable('sessions')
    .set({ answered_event: null, answered_replies: null })
    .where((where) =>
      where.or(
        group.map(({ person, eventId }) =>
          where.and([where('person', '=', person), where('answered_event', '=', eventId)]),
        ),
      ),
    )
    .execute();
}

/** What a session is for can do without it, so any failure of the database is the contract's StoreDown. */
async function orDown<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new StoreDown('the database does not answer', { cause });
  }
}
