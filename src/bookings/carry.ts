import type { Transaction } from 'kysely';
import type { Carry } from '../people/joins.ts';
import type { Tables } from '../storage/tables/index.ts';

/** Bookings go with the person whose chat has joined another's. They stay as they are: time, state, version. */
export const carryBookings: Carry = {
  room: 'bookings',
  async take(trx, from, into) {
    const rows = await trx.selectFrom('bookings').select('id').where('person', '=', from).orderBy('wall').execute();
    const ids = rows.map((row) => row.id);
    await move(trx, ids, from, into);
    return ids;
  },
  giveBack: move,
};

/** An open one takes the next number free, beyond the two that one person may book: none that stands is lost. */
async function move(trx: Transaction<Tables>, ids: readonly string[], from: string, to: string): Promise<void> {
  for (const id of ids) {
    const row = await trx
      .selectFrom('bookings')
      .select(['kind', 'open_no'])
      .where('id', '=', id)
      .where('person', '=', from)
      .executeTakeFirst();
    if (!row) continue;
    const open_no = row.open_no === null ? null : await nextNumber(trx, to, row.kind);
    await trx.updateTable('bookings').set({ person: to, open_no }).where('id', '=', id).execute();
    // What is still to be said about it, also what was planned since it came.
    await trx
      .updateTable('outbox')
      .set({ person: to })
      .where('about', '=', `booking:${id}`)
      .where('person', '=', from)
      .execute();
  }
}

async function nextNumber(trx: Transaction<Tables>, person: string, kind: string): Promise<number> {
  const rows = await trx
    .selectFrom('bookings')
    .select('open_no')
    .where('person', '=', person)
    .where('kind', '=', kind)
    .where('open_no', 'is not', null)
    .execute();
  const taken = new Set(rows.map((row) => row.open_no));
  for (let no = 1; ; no++) if (!taken.has(no)) return no;
}
