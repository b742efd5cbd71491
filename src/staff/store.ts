import type { Kysely, Selectable, Transaction } from 'kysely';
import type { Tables } from '../storage/tables/index.ts';
import type { StaffTable } from '../storage/tables/staff.ts';

/** The questions and statements about who is staff. One that takes a `Transaction` must be in one. */

type Db = Kysely<Tables>;
type Trx = Transaction<Tables>;
export type StaffRow = Selectable<StaffTable>;

export async function rolesOf(db: Db, person: string): Promise<readonly StaffRow[]> {
  return db.selectFrom('staff').selectAll().where('person', '=', person).orderBy('no').execute();
}

/** Everybody who has a role now. */
export async function allStaff(db: Db): Promise<readonly StaffRow[]> {
  return db.selectFrom('staff').selectAll().where('person', 'is not', null).orderBy('no').execute();
}

export async function staffByNo(db: Db, no: number): Promise<StaffRow | undefined> {
  return db.selectFrom('staff').selectAll().where('no', '=', no).executeTakeFirst();
}

export async function staffById(db: Db, id: string): Promise<StaffRow | undefined> {
  return db.selectFrom('staff').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function nextStaffNo(trx: Trx): Promise<number> {
  const row = await trx
    .selectFrom('staff')
    .select((eb) => eb.fn.max('no').as('last'))
    .executeTakeFirst();
  return Number(row?.last ?? 0) + 1;
}

/** The role is over at once: whatever asks next finds nobody. What stays points to nobody. */
export async function endRole(trx: Trx, id: string, now: number): Promise<boolean> {
  const ended = await trx
    .updateTable('staff')
    .set({ person: null, name: null, ended_at: now })
    .where('id', '=', id)
    .where('person', 'is not', null)
    .executeTakeFirstOrThrow();
  return ended.numUpdatedRows > 0n;
}

export async function invitationBy(db: Db, mark: string) {
  return db.selectFrom('staff_invitations').selectAll().where('mark', '=', mark).executeTakeFirst();
}
