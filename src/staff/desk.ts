import type { Transaction } from 'kysely';
import type { Tables } from '../storage/tables/index.ts';
import type { Deed } from './audit.ts';
import { can } from './roles.ts';
import type { Team } from './team.ts';

/**
 * What those who write to many people ask about who may: a role counts at the moment of asking.
 * @param note leaves a line in the record, in the transaction that does it
 */
export function deskOf(team: Team, note: (trx: Transaction<Tables>, deed: Deed) => Promise<void>) {
  return {
    allowed: team.allowed,
    /** Whose announcements a person may write: the whole network's (null) first. */
    async scopes(person: string): Promise<readonly (string | null)[]> {
      const scopes = (await team.of(person))
        .filter((one) => can(one, 'announce', one.library))
        .map((one) => one.library);
      return [...new Set(scopes)].sort((a, b) => (a === null ? -1 : b === null ? 1 : a < b ? -1 : 1));
    },
    approvers: (library: string | null) => team.able('approve', library),
    holder: team.holder,
    note,
  };
}
