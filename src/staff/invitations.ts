import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import { codeFrom } from '../people/codes.ts';
import type { Database } from '../storage/database.ts';
import type { Seal } from '../storage/seal.ts';
import type { Tables } from '../storage/tables/index.ts';
import { record, terminal } from './audit.ts';
import { isOfNetwork, type Standing } from './roles.ts';

/** A code that makes somebody staff: for one person, for seven days. What is stored is its keyed hash. */
export const invitationLength = 16;
const invitationMs = 7 * 86_400_000;

/** `expires`: UTC ms. */
export type Invitation = { code: string; expires: number };

export const invitationMark = (seal: Seal, code: string) => seal.mark(`invitation\n${code}`);

/** @param seed the same seed gives the same invitation, so that an event that comes twice invites once */
export async function addInvitation(
  trx: Transaction<Tables>,
  { seal, now, seed }: { seal: Seal; now: number; seed: string },
  { role, library: of }: Standing,
  by: string,
): Promise<Invitation> {
  const code = codeFrom(seal, `invitation\n${seed}`, invitationLength);
  const library = isOfNetwork(role) ? null : of;
  const expires = now + invitationMs;
  const added = await trx
    .insertInto('staff_invitations')
    .values({
      ...{ mark: invitationMark(seal, code), role, library },
      ...{ made_by: by, made_at: now, expires_at: expires, used_by: null },
    })
    .onConflict((conflict) => conflict.column('mark').doNothing())
    .returning('mark')
    .executeTakeFirst();
  if (added) await record(trx, { staff: by, what: 'invite', about: role, library }, now);
  return { code, expires };
}

/** What the command `npm run staff -- invite` does: the first admin needs nothing else. */
export async function inviteFromTerminal(
  { database, seal, clock }: { database: Database; seal: Seal; clock: { now(): number } },
  standing: Standing,
): Promise<Invitation> {
  const about = { seal, now: clock.now(), seed: randomUUID() };
  return database.transaction((trx) => addInvitation(trx, about, standing, terminal));
}
