import type { Transaction } from 'kysely';
import { newId } from '../ids.ts';
import type { Database } from '../storage/database.ts';
import type { Seal } from '../storage/seal.ts';
import type { Tables } from '../storage/tables/index.ts';
import { codeFrom } from './codes.ts';
import type { People } from './people.ts';
import { dayOf, profileOf } from './store.ts';

type Trx = Transaction<Tables>;

/**
 * One person on several platforms. A code made in one chat brings another chat, with all that its person has, to the
 * person who made it. It is all in one transaction: accounts, bookings, talks with librarians, a role, messages to come.
 *
 * Other processes may take the account for the old person for up to a minute, from memory. They write its letters down
 * under the old person, and there the mailbox tells whose they are (`movedTo`): accounts change hands only under the
 * lease of their person, and a letter is worked on only under such a lease. The old person is never written again.
 */
export type Joins = {
  /** A code for the person's next chat; the one before it is void. The same event again gives the same code. */
  offer(request: { eventId: string; person: string }): Promise<{ code: string; expires: number }>;
  /** Whether a code would do. Counts a wrong one against the person. */
  look(request: Asked): Promise<'fine' | Refused>;
  /**
   * Brings the person's chats to the one who made the code. `into`: who they are now.
   * Idempotent by its account: joined once, the same code says so again.
   */
  join(request: Asked): Promise<{ outcome: 'joined'; into: string } | { outcome: Refused }>;
  /** The other accounts of the person. */
  others(person: string, channel: string, sender: string): Promise<readonly { channel: string }[]>;
  /**
   * Undoes the latest joining: a chat that had joined goes with what it brought; asked in the chat that made the code,
   * the chats that had joined go.
   */
  part(request: Omit<Asked, 'code'>): Promise<'parted' | 'alone'>;
  /** Codes, wrong tries and undone joinings that nobody can need any more. */
  sweep(): Promise<void>;
};

export type Asked = { eventId: string; person: string; channel: string; sender: string; code: string };

/** `self`: made in this chat, or by this person. `unknown`: wrong, used or expired. `too-many`: wrong too often. */
export type Refused = 'self' | 'unknown' | 'too-many';

/** What moves with a person, by room. */
export type Carry = {
  room: string;
  /** @returns the ids of what has moved, to go back if the joining is undone */
  take(trx: Trx, from: string, into: string): Promise<readonly string[]>;
  giveBack(trx: Trx, ids: readonly string[], from: string, to: string): Promise<void>;
};

export const joinCodeLength = 8;
const codeMs = 15 * 60_000;
/** Wrong codes an hour. */
const wrongTries = 5;
const triesMs = 3_600_000;
/** No platform repeats an update so late, and no letter waits so long. */
const partedKeptMs = 7 * 86_400_000;

export function createJoins(deps: {
  database: Database;
  seal: Seal;
  clock: { now(): number };
  people: Pick<People, 'mark' | 'regrouped'>;
  carries: readonly Carry[];
}): Joins {
  const { database, seal, clock, people, carries } = deps;
  const { db } = database;
  const markOf = (code: string) => seal.mark(`join\n${code}`);
  const accountOf = ({ channel, sender }: { channel: string; sender: string }) => ({
    channel,
    mark: people.mark(channel, sender),
  });

  async function check(trx: Trx, { eventId, person, channel, sender, code }: Asked): Promise<Checked> {
    const now = clock.now();
    const tries = await trx
      .selectFrom('join_tries')
      .select('id')
      .where('person', '=', person)
      .where('at', '>', now - triesMs)
      .execute();
    const id = seal.mark(`join try\n${eventId}`);
    const counted = tries.some((one) => one.id === id);
    if (tries.length >= wrongTries && !counted) return { outcome: 'too-many' };
    const found = await trx
      .selectFrom('join_codes')
      .selectAll()
      .where('mark', '=', markOf(code))
      .where('expires_at', '>', now)
      .executeTakeFirst();
    if (found?.person === person) {
      const account = accountOf({ channel, sender });
      const cameBy = found.used_by === null ? undefined : await joinedBy(trx, account, found.used_by);
      return cameBy ? { outcome: 'joined', into: person } : { outcome: 'self' };
    }
    if (found && found.used_by === null) return { outcome: 'fine', into: found.person };
    await trx
      .insertInto('join_tries')
      .values({ id, person, at: now })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
    return { outcome: 'unknown' };
  }

  return {
    async offer({ eventId, person }) {
      const code = codeFrom(seal, `join\n${person}\n${eventId}`, joinCodeLength);
      const expires = clock.now() + codeMs;
      const row = { mark: markOf(code), expires_at: expires, used_by: null };
      await db
        .insertInto('join_codes')
        .values({ person, ...row })
        .onConflict((conflict) => conflict.column('person').doUpdateSet(row))
        .execute();
      return { code, expires };
    },

    async look(request) {
      const { outcome } = await database.transaction((trx) => check(trx, request));
      return outcome === 'joined' ? 'fine' : outcome;
    },

    async join(request) {
      const { person } = request;
      const joining = newId(clock.now());
      const result = await database.transaction<Joined>(async (trx) => {
        const checked = await check(trx, request);
        if (checked.outcome !== 'fine') return checked;
        const { into } = checked;
        const accounts = await trx
          .selectFrom('identities')
          .select(['channel', 'mark'])
          .where('person', '=', person)
          .execute();
        // Gone meanwhile, by another hand.
        if (accounts.length === 0) return { outcome: 'unknown' };
        const carried: Record<string, readonly string[]> = {};
        for (const carry of carries) carried[carry.room] = await carry.take(trx, person, into);
        await trx
          .insertInto('joinings')
          .values({ id: joining, carried: JSON.stringify(carried), at: clock.now(), parted_at: null, parted_by: null })
          .execute();
        await trx
          .insertInto('joined_accounts')
          .values(accounts.map((account) => ({ ...account, joining })))
          .execute();
        await trx.updateTable('identities').set({ person: into }).where('person', '=', person).execute();
        await trx
          .updateTable('join_codes')
          .set({ used_by: joining })
          .where('mark', '=', markOf(request.code))
          .execute();
        await fillProfile(trx, person, into);
        await trx.deleteFrom('join_tries').where('person', '=', person).execute();
        await trx.deleteFrom('people').where('id', '=', person).execute();
        return { outcome: 'joined', into };
      });
      if (result.outcome === 'joined') people.regrouped(person);
      return result;
    },

    async others(person, channel, sender) {
      const me = accountOf({ channel, sender });
      const rows = await db
        .selectFrom('identities')
        .select(['channel', 'mark'])
        .where('person', '=', person)
        .orderBy('seen_at')
        .execute();
      return rows.filter((row) => row.mark !== me.mark).map((row) => ({ channel: row.channel }));
    },

    async part(request) {
      const { person } = request;
      const by = seal.mark(`part\n${request.eventId}`);
      const account = accountOf(request);
      const fresh = newId(clock.now());
      const outcome = await database.transaction(async (trx) => {
        if (await trx.selectFrom('joinings').select('id').where('parted_by', '=', by).executeTakeFirst()) {
          return 'parted';
        }
        const joining = await latestJoining(trx, person, account);
        if (!joining) return 'alone';
        await trx
          .insertInto('people')
          .values({ ...((await profileOf(trx, person)) ?? {}), id: fresh, seen_day: dayOf(clock.now()) })
          .execute();
        const leaving = await trx.selectFrom('joined_accounts').selectAll().where('joining', '=', joining.id).execute();
        for (const { channel, mark } of leaving) {
          await trx
            .updateTable('identities')
            .set({ person: fresh })
            .where('channel', '=', channel)
            .where('mark', '=', mark)
            .where('person', '=', person)
            .execute();
        }
        const carried = JSON.parse(joining.carried) as Record<string, readonly string[]>;
        for (const carry of carries) {
          const ids = carried[carry.room] ?? [];
          if (ids.length > 0) await carry.giveBack(trx, ids, person, fresh);
        }
        await trx
          .updateTable('joinings')
          .set({ parted_at: clock.now(), parted_by: by, carried: '{}' })
          .where('id', '=', joining.id)
          .execute();
        return 'parted';
      });
      if (outcome === 'parted') people.regrouped(person);
      return outcome;
    },

    async sweep() {
      const now = clock.now();
      await db.deleteFrom('join_codes').where('expires_at', '<=', now).execute();
      await db
        .deleteFrom('join_tries')
        .where('at', '<=', now - triesMs)
        .execute();
      await db
        .deleteFrom('joinings')
        .where((where) =>
          where.or([
            where('parted_at', '<=', now - partedKeptMs),
            // Everybody that came with it is forgotten.
            where.not(
              where.exists(
                where
                  .selectFrom('joined_accounts')
                  .select('joined_accounts.joining')
                  .whereRef('joined_accounts.joining', '=', 'joinings.id'),
              ),
            ),
          ]),
        )
        .execute();
    },
  };
}

type Joined = { outcome: 'joined'; into: string } | { outcome: Refused };
type Checked = Joined | { outcome: 'fine'; into: string };

async function joinedBy(trx: Trx, account: { channel: string; mark: string }, joining: string) {
  return trx
    .selectFrom('joined_accounts')
    .select('joining')
    .where('channel', '=', account.channel)
    .where('mark', '=', account.mark)
    .where('joining', '=', joining)
    .executeTakeFirst();
}

/** That by which the account came; else, for one that was there before, the latest by which another came. */
async function latestJoining(trx: Trx, person: string, account: { channel: string; mark: string }) {
  const rows = await trx
    .selectFrom('joinings')
    .innerJoin('joined_accounts', 'joined_accounts.joining', 'joinings.id')
    .innerJoin('identities', (join) =>
      join
        .onRef('identities.channel', '=', 'joined_accounts.channel')
        .onRef('identities.mark', '=', 'joined_accounts.mark'),
    )
    .select(['joinings.id', 'joinings.carried', 'joined_accounts.channel', 'joined_accounts.mark'])
    .where('identities.person', '=', person)
    .where('joinings.parted_at', 'is', null)
    .orderBy('joinings.at', 'desc')
    .orderBy('joinings.id', 'desc')
    .execute();
  return rows.find((row) => row.channel === account.channel && row.mark === account.mark) ?? rows[0];
}

/** What the one who made the code has told of themselves counts; the other's words fill the gaps. */
async function fillProfile(trx: Trx, from: string, into: string): Promise<void> {
  const [mine, theirs] = [await profileOf(trx, into), await profileOf(trx, from)];
  if (!mine || !theirs) return;
  const language = mine.language ?? theirs.language;
  const library = mine.library ?? theirs.library;
  // A zone belongs to its country.
  const place = mine.country === null ? { country: theirs.country, zone: theirs.zone } : {};
  await trx
    .updateTable('people')
    .set({ language, library, ...place })
    .where('id', '=', into)
    .execute();
}
