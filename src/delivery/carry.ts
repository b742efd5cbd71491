import type { Transaction } from 'kysely';
import type { Tables } from '../storage/tables/index.ts';
import { moveRows } from './store.ts';

/** What is still to be said to somebody whose chat has joined another person's is said to that person, once. */
export const carryMessages = {
  room: 'delivery',
  take: (trx: Transaction<Tables>, from: string, into: string): Promise<readonly string[]> => moveRows(trx, from, into),
  async giveBack(trx: Transaction<Tables>, ids: readonly string[], from: string, to: string): Promise<void> {
    await trx.updateTable('outbox').set({ person: to }).where('person', '=', from).where('id', 'in', ids).execute();
  },
};
