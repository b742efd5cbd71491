import type { Kysely } from 'kysely';
import { newId } from '../ids.ts';
import type { Tables } from '../storage/tables/index.ts';

/** What the admin does at the terminal of the machine has no staff id. */
export const terminal = 'terminal';

export type Deed = {
  /** The random id of a role, or `terminal`: never a person's. */
  staff: string;
  what:
    | 'invite'
    | 'join'
    | 'remove'
    | 'leave'
    | 'take'
    | 'answer'
    | 'hand over'
    | 'close'
    | 'reopen'
    | 'block'
    | 'unblock'
    | 'confirm booking'
    | 'cancel booking'
    | 'held'
    | 'missed'
    | 'close day'
    | 'open day'
    | 'make feed'
    | 'revoke feed'
    | 'announce'
    | 'approve'
    | 'refuse'
    | 'pause'
    | 'resume'
    | 'recall'
    | 'sign'
    | 'unsign';
  /** What was acted on: a staff id, a booking's id, the number of a conversation, a role. Never a person. */
  about?: string | null;
  library?: string | null;
};

/** Every action of staff leaves a line. To be called in the transaction that does it. */
export async function record(db: Kysely<Tables>, deed: Deed, at: number): Promise<void> {
  const { staff, what, about = null, library = null } = deed;
  await db
    .insertInto('staff_audit')
    .values({ id: newId(at), staff, what, about, library, at })
    .execute();
}

export type Recorded = { staff: string; what: string; about: string | null; library: string | null; at: number };

/** The newest first. */
export async function recorded(db: Kysely<Tables>, limit: number): Promise<readonly Recorded[]> {
  return db
    .selectFrom('staff_audit')
    .select(['staff', 'what', 'about', 'library', 'at'])
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}
