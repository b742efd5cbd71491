import type { Transaction } from 'kysely';
import type { Carry } from '../people/joins.ts';
import type { Tables } from '../storage/tables/index.ts';

type Trx = Transaction<Tables>;

/**
 * Bookings, coming along to those of relatives, and waits go with the person whose chat has joined another's. They stay
 * as they are: time, state, version.
 */
export const carryBookings: Carry = {
  room: 'bookings',
  async take(trx, from, into) {
    const bookings = await trx.selectFrom('bookings').select('id').where('person', '=', from).orderBy('wall').execute();
    const guests = await trx.selectFrom('booking_guests').select('id').where('person', '=', from).execute();
    const waits = await trx.selectFrom('booking_waits').select('id').where('person', '=', from).execute();
    const ids = [
      ...bookings.map(({ id }) => id),
      ...guests.map(({ id }) => `${guestMark}${id}`),
      ...waits.map(({ id }) => `${waitMark}${id}`),
    ];
    await move(trx, ids, from, into);
    return ids;
  },
  giveBack: move,
};

const guestMark = 'guest:';
const waitMark = 'wait:';

async function move(trx: Trx, ids: readonly string[], from: string, to: string): Promise<void> {
  for (const id of ids) {
    if (id.startsWith(guestMark)) await moveGuest(trx, id.slice(guestMark.length), from, to);
    else if (id.startsWith(waitMark)) await moveWait(trx, id.slice(waitMark.length), from, to);
    else await moveBooking(trx, id, from, to);
  }
}

/** An open one takes the next number free, beyond the two that one person may book: none that stands is lost. */
async function moveBooking(trx: Trx, id: string, from: string, to: string): Promise<void> {
  const row = await trx
    .selectFrom('bookings')
    .select(['kind', 'open_no'])
    .where('id', '=', id)
    .where('person', '=', from)
    .executeTakeFirst();
  if (!row) return;
  const held = trx.selectFrom('bookings').select('open_no as no').where('person', '=', to).where('kind', '=', row.kind);
  const open_no = row.open_no === null ? null : nextNumber(await held.execute());
  // Nobody comes along to what is their own.
  await trx.deleteFrom('booking_guests').where('booking', '=', id).where('person', '=', to).execute();
  await trx.updateTable('bookings').set({ person: to, open_no }).where('id', '=', id).execute();
  await moveMessages(trx, `booking:${id}`, from, to);
}

async function moveGuest(trx: Trx, id: string, from: string, to: string): Promise<void> {
  const row = await trx
    .selectFrom('booking_guests')
    .select('booking')
    .where('id', '=', id)
    .where('person', '=', from)
    .executeTakeFirst();
  if (!row) return;
  const { booking } = row;
  const own = await trx
    .selectFrom('bookings')
    .select('id')
    .where('id', '=', booking)
    .where('person', '=', to)
    .execute();
  const there = await trx
    .selectFrom('booking_guests')
    .select('id')
    .where('booking', '=', booking)
    .where('person', '=', to)
    .execute();
  if (own.length + there.length > 0) {
    await trx.deleteFrom('booking_guests').where('id', '=', id).execute();
    // They hear of it anyway.
    await trx.deleteFrom('outbox').where('about', '=', `booking:${booking}`).where('person', '=', from).execute();
    return;
  }
  await trx.updateTable('booking_guests').set({ person: to }).where('id', '=', id).execute();
  await moveMessages(trx, `booking:${booking}`, from, to);
}

async function moveWait(trx: Trx, id: string, from: string, to: string): Promise<void> {
  const row = await trx
    .selectFrom('booking_waits')
    .select('wait_no')
    .where('id', '=', id)
    .where('person', '=', from)
    .executeTakeFirst();
  if (!row) return;
  const held = trx.selectFrom('booking_waits').select('wait_no as no').where('person', '=', to);
  const wait_no = row.wait_no === null ? null : nextNumber(await held.execute());
  await trx.updateTable('booking_waits').set({ person: to, wait_no }).where('id', '=', id).execute();
  await moveMessages(trx, `wait:${id}`, from, to);
}

/** What is still to be said about it, also what was planned since it came. */
async function moveMessages(trx: Trx, about: string, from: string, to: string): Promise<void> {
  await trx.updateTable('outbox').set({ person: to }).where('about', '=', about).where('person', '=', from).execute();
}

function nextNumber(held: readonly { no: number | null }[]): number {
  const taken = new Set(held.map(({ no }) => no));
  for (let no = 1; ; no++) if (!taken.has(no)) return no;
}
