import type { Outbox } from '../delivery/outbox.ts';
import type { Database } from '../storage/database.ts';
import { can } from './roles.ts';
import { allStaff } from './store.ts';

/** What is told about a number: which record, nothing of who found it wrong. */
export type WrongNumberNotice = { what: 'wrong-number'; resource: string; language: null };

const dayMs = 86_400_000;

/**
 * "This number does not work" reaches the people who keep the content: once a day for each record, at an hour that is not
 * quiet.
 */
export function createWrongNumbers(deps: { database: Database; outbox: Outbox; clock: { now(): number } }) {
  const { database, outbox, clock } = deps;
  return async (resource: string): Promise<void> => {
    const now = clock.now();
    const day = new Date(now).toISOString().slice(0, 10);
    const keepers = (await allStaff(database.db)).filter((row) => can(row, 'content', null));
    const people = new Map(keepers.flatMap((row) => (row.person === null ? [] : [[row.person, row.id] as const])));
    const messages = [...people].map(([person, staff]) => ({
      person,
      kind: 'notice' as const,
      payload: { what: 'wrong-number', resource, language: null } satisfies WrongNumberNotice,
      dueAt: now,
      notAfter: now + 7 * dayMs,
      group: `wrong-number:${resource}`,
      dedupe: `wrong-number:${resource}:${day}:${staff}`,
    }));
    if (messages.length > 0) await database.transaction((trx) => outbox.put(trx, messages));
  };
}
