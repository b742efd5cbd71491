import type { Transaction } from 'kysely';
import { newId } from '../ids.ts';
import type { Carry } from '../people/joins.ts';
import type { Database } from '../storage/database.ts';
import type { Seal } from '../storage/seal.ts';
import type { Tables } from '../storage/tables/index.ts';
import { record, terminal } from './audit.ts';
import { addInvitation, type Invitation, invitationMark } from './invitations.ts';
import { type Action, anyCan, can, invitable, mayRemove, type Role, type Standing } from './roles.ts';
import { allStaff, endRole, invitationBy, nextStaffNo, rolesOf, type StaffRow, staffById, staffByNo } from './store.ts';

/**
 * Who works for the libraries. Every call looks into the store: a role that has ended is over at once, in every process.
 * Who is staff stays a person like any other besides.
 */
export type Team = {
  /** The roles that a person has now; none for nearly everybody. */
  of(person: string): Promise<readonly Member[]>;
  /** The first role of a person that allows it at that library; null where none does. */
  allowed(person: string, action: Action, library: string | null): Promise<Member | null>;
  /** Everybody who may do that there, by the first of their roles that allows it. */
  able(action: Action, library: string | null): Promise<readonly { id: string; person: string }[]>;
  /** The role of that id; null: it has ended. */
  member(id: string): Promise<Member | null>;
  /** Who has the role of that id; null: it has ended. */
  holder(id: string): Promise<string | null>;
  /** Whom a person may see, and what may be done with them. */
  colleagues(person: string): Promise<readonly Colleague[]>;
  /** Roles that a person may invite others to. */
  invitable(person: string): Promise<readonly Standing[]>;
  /** Idempotent by its event. null: not theirs to do. */
  invite(request: { eventId: string; person: string } & Standing): Promise<Invitation | null>;
  /** What an invitation is to, while it can be used by that person. */
  look(person: string, code: string): Promise<Standing | null>;
  /** Takes an invitation. Once taken, the same person is told the same again. */
  join(request: { person: string; code: string; name: string }): Promise<Standing | null>;
  /** Ends a role, another's or one's own. */
  remove(request: { person: string; no: number }): Promise<'removed' | 'no' | 'last-admin' | 'unknown'>;
  /** Whoever is at the machine sees all; `since`: UTC ms. */
  everybody(): Promise<readonly (Member & { name: string; since: number })[]>;
  /** And ends any role, the last admin's too, for they can make another. @returns false where there is none */
  removeFromTerminal(no: number): Promise<boolean>;
  /** Seals every name anew, so that the key before is needed no longer. */
  reseal(): Promise<void>;
  /** Their roles end with them. */
  forget(person: string): Promise<void>;
  readonly carry: Carry;
};

/** `no`: a small number that stands for the role in lists and buttons. */
export type Member = Standing & { id: string; no: number };

/** `name`: as they are called in their messenger; empty where it has none. */
export type Colleague = Member & { name: string; self: boolean; removable: boolean };

export function createTeam(deps: { database: Database; seal: Seal; clock: { now(): number } }): Team {
  const { database, seal, clock } = deps;
  const { db } = database;

  const nameOf = (row: StaffRow) => (row.name === null ? '' : (seal.open(row.name, nameKey(row.id)) ?? ''));

  return {
    of: async (person) => (await rolesOf(db, person)).map(memberOf),

    async allowed(person, action, library) {
      return (await rolesOf(db, person)).map(memberOf).find((member) => can(member, action, library)) ?? null;
    },

    async able(action, library) {
      const found = new Map<string, { id: string; person: string }>();
      for (const row of await allStaff(db)) {
        if (row.person === null || found.has(row.person) || !can(row, action, library)) continue;
        found.set(row.person, { id: row.id, person: row.person });
      }
      return [...found.values()];
    },
    async member(id) {
      const row = await staffById(db, id);
      return row && row.person !== null ? memberOf(row) : null;
    },
    holder: async (id) => (await staffById(db, id))?.person ?? null,

    async reseal() {
      for (const row of await allStaff(db)) {
        const name = nameOf(row);
        if (name === '') continue;
        await db
          .updateTable('staff')
          .set({ name: seal.seal(name, nameKey(row.id)) })
          .where('id', '=', row.id)
          .execute();
      }
    },

    async colleagues(person) {
      const mine = (await rolesOf(db, person)).map(memberOf);
      if (mine.length === 0) return [];
      const all = await allStaff(db);
      const admins = all.filter((row) => row.role === 'admin').length;
      return all
        .filter((row) => row.person === person || anyCan(mine, 'team', row.library))
        .map((row) => {
          const self = row.person === person;
          const removable = mayRemove(mine, { ...memberOf(row), self }, admins) === 'yes';
          return { ...memberOf(row), name: nameOf(row), self, removable };
        });
    },

    invitable: async (person) => invitable(await rolesOf(db, person)),

    async invite({ eventId, person, role, library }) {
      const about = { seal, now: clock.now(), seed: `${person}\n${eventId}\n${role}\n${library}` };
      return database.transaction(async (trx) => {
        const by = (await rolesOf(trx, person)).find((row) => can(row, `invite:${role}`, library));
        return by ? addInvitation(trx, about, { role, library }, by.id) : null;
      });
    },

    async look(person, code) {
      const found = await invitationBy(db, invitationMark(seal, code));
      return found && (await usable(db, found, person, clock.now())) ? standingOf(found) : null;
    },

    async join({ person, code, name }) {
      const now = clock.now();
      const id = newId(now);
      const mark = invitationMark(seal, code);
      return database.transaction(async (trx) => {
        const found = await invitationBy(trx, mark);
        if (!found || !(await usable(trx, found, person, now))) return null;
        const standing = standingOf(found);
        if (found.used_by !== null) return standing;
        const same = (await rolesOf(trx, person)).find(
          (row) => row.role === found.role && row.library === found.library,
        );
        const as = same?.id ?? id;
        if (!same) {
          await trx
            .insertInto('staff')
            .values({
              ...{ id, no: await nextStaffNo(trx), person, ...standing },
              name: name === '' ? null : seal.seal(name, nameKey(id)),
              ...{ joined_at: now, ended_at: null },
            })
            .execute();
        }
        await trx.updateTable('staff_invitations').set({ used_by: as }).where('mark', '=', mark).execute();
        await record(trx, { staff: as, what: 'join', about: found.made_by, library: found.library }, now);
        return standing;
      });
    },

    async remove({ person, no }) {
      const now = clock.now();
      return database.transaction(async (trx) => {
        const whom = await staffByNo(trx, no);
        if (!whom) return 'unknown';
        const mine = await rolesOf(trx, person);
        if (whom.person === null) return mine.length > 0 ? 'removed' : 'unknown';
        const admins = (await allStaff(trx)).filter((row) => row.role === 'admin').length;
        const self = whom.person === person;
        const allowed = mayRemove(mine, { ...memberOf(whom), self }, admins);
        if (allowed !== 'yes') return allowed;
        const by = self ? whom : mine.find((row) => can(row, `remove:${whom.role}`, whom.library));
        await end(trx, whom, now);
        const what = self ? 'leave' : 'remove';
        await record(trx, { staff: by?.id ?? whom.id, what, about: whom.id, library: whom.library }, now);
        return 'removed';
      });
    },

    async everybody() {
      return (await allStaff(db)).map((row) => ({ ...memberOf(row), name: nameOf(row), since: row.joined_at }));
    },

    removeFromTerminal(no) {
      const now = clock.now();
      return database.transaction(async (trx) => {
        const whom = await staffByNo(trx, no);
        if (!whom || whom.person === null) return false;
        await end(trx, whom, now);
        await record(trx, { staff: terminal, what: 'remove', about: whom.id, library: whom.library }, now);
        return true;
      });
    },

    async forget(person) {
      const now = clock.now();
      await database.transaction(async (trx) => {
        for (const row of await rolesOf(trx, person)) {
          await end(trx, row, now);
          await record(trx, { staff: row.id, what: 'leave', about: row.id, library: row.library }, now);
        }
      });
    },

    carry: {
      room: 'staff',
      async take(trx, from, into) {
        const rows = await rolesOf(trx, from);
        await trx.updateTable('staff').set({ person: into }).where('person', '=', from).execute();
        return rows.map((row) => row.id);
      },
      async giveBack(trx, ids, from, to) {
        await trx.updateTable('staff').set({ person: to }).where('person', '=', from).where('id', 'in', ids).execute();
      },
    },
  };
}

const nameKey = (id: string) => `staff ${id}`;

function memberOf({ id, no, role, library }: StaffRow): Member {
  return { id, no, role, library };
}

function standingOf({ role, library }: { role: Role; library: string | null }): Standing {
  return { role, library };
}

/** Not used and not expired; or used by this very person, who still has the role. */
async function usable(
  db: Transaction<Tables> | Database['db'],
  invitation: { used_by: string | null; expires_at: number },
  person: string,
  now: number,
): Promise<boolean> {
  if (invitation.used_by === null) return invitation.expires_at > now;
  return (await staffById(db, invitation.used_by))?.person === person;
}

/** The role, what it had invited to, and what it was answering. */
async function end(trx: Transaction<Tables>, { id, no }: StaffRow, now: number): Promise<void> {
  await endRole(trx, id, now);
  await revokeInvitations(trx, id, now);
  await freeConversations(trx, no);
}

/** Who has been removed must not come back by an invitation of their own making. */
async function revokeInvitations(trx: Transaction<Tables>, staff: string, now: number): Promise<void> {
  await trx
    .updateTable('staff_invitations')
    .set({ expires_at: now })
    .where('made_by', '=', staff)
    .where('used_by', 'is', null)
    .where('expires_at', '>', now)
    .execute();
}

/** What they were answering waits for somebody else. */
async function freeConversations(trx: Transaction<Tables>, no: number): Promise<void> {
  await trx
    .updateTable('conversations')
    .set({ staff: null, state: 'waiting' })
    .where('staff', '=', no)
    .where('state', '=', 'answering')
    .execute();
}
