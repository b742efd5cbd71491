import type { Transaction } from 'kysely';
import type { Tables } from '../storage/tables/index.ts';

/** What is still to be said to somebody whose chat has joined another person's is said to that person. */
export const carryMessages = {
  room: 'delivery',
  async take(trx: Transaction<Tables>, from: string, into: string): Promise<readonly string[]> {
    const moved = await trx
      .updateTable('outbox')
      .set({ person: into })
      .where('person', '=', from)
      .returning('id')
      .execute();
    return moved.map((row) => row.id);
  },
  async giveBack(trx: Transaction<Tables>, ids: readonly string[], from: string, to: string): Promise<void> {
    await trx.updateTable('outbox').set({ person: to }).where('person', '=', from).where('id', 'in', ids).execute();
  },
};
