import { join } from 'node:path';
import { closeDay, openDay, type Reason } from '../bookings/closures.ts';
import { createFeed, revokeFeed } from '../bookings/feeds.ts';
import { createReminders } from '../bookings/reminders.ts';
import {
  cancelByStaff,
  confirmBooking,
  requestedBookings,
  type StaffOutcome,
  sayHowItWent,
} from '../bookings/requests.ts';
import { openRoom, type RoomParts } from '../bookings/room.ts';
import type { Config } from '../config.ts';
import { readContentFile } from '../content-file.ts';
import { createOutbox } from '../delivery/outbox.ts';
import { countriesFile } from '../knowledge/countries.ts';
import { createPeople } from '../people/people.ts';

/** What the admin does with bookings and calendars from a terminal. The running bot sends what is to be told. */

export type Said = { code: 0 | 1; out: string };

export type Parts = Omit<RoomParts, 'contentDir' | 'newId'>;

export function withReminders(parts: Omit<Parts, 'reminders'>, config: Config): Required<Omit<RoomParts, 'newId'>> {
  const people = createPeople(parts);
  const reminders = createReminders({
    outbox: createOutbox(parts),
    quietHours: config.quietHours,
    async zoneOf(person) {
      const { zone, country } = await people.profile(person);
      if (zone !== null || country === null) return zone ?? 'Europe/Kyiv';
      const { value } = readContentFile(join(config.contentDir, 'countries.yaml'), countriesFile);
      return value.find(({ code }) => code === country)?.zone ?? 'Europe/Kyiv';
    },
  });
  return { ...parts, reminders, contentDir: config.contentDir };
}

export async function requests(parts: Parts, kindName: (kind: string) => string): Promise<Said> {
  const waiting = await requestedBookings(parts);
  if (waiting.length === 0) return { code: 0, out: 'No booking waits to be confirmed.\n' };
  const lines = waiting.map(({ id, wall, zone, library, kind, how, name, phone }) =>
    [id, `${wall.replace('T', ' ')} ${zone}`, library, kindName(kind), how, printable(name), phone]
      .filter((part) => part)
      .join('  '),
  );
  return { code: 0, out: `${lines.join('\n')}\n` };
}

export async function confirm(parts: Parts, id: string): Promise<Said> {
  return told(await confirmBooking(parts, id), { already: 'It was confirmed before.' });
}

export async function wentAs(parts: Parts, id: string, state: 'held' | 'missed'): Promise<Said> {
  return told(await sayHowItWent(parts, id, state), { already: `It is marked as ${state}.` });
}

export async function cancel(parts: RoomParts, id: string): Promise<Said> {
  return told(await cancelByStaff(await openRoom(parts), id), { already: 'It was cancelled before.' });
}

function told(result: StaffOutcome, words: { already: string }): Said {
  const ids = 'npm run staff -- requests lists those that wait.';
  if (result.outcome === 'unknown') return { code: 1, out: `There is no booking with this id. ${ids}\n` };
  const { library, wall } = result.booking;
  const which = `${wall.replace('T', ' ')}, ${library}`;
  switch (result.outcome) {
    case 'confirmed':
      return { code: 0, out: `Confirmed: ${which}.\n` };
    case 'held':
    case 'missed':
      return { code: 0, out: `Marked as ${result.outcome}: ${which}.\n` };
    case 'called-off':
      return { code: 0, out: `Cancelled, and told: ${which}.\n` };
    case 'already':
      return { code: 0, out: `${words.already}\n` };
    case 'cancelled':
      return { code: 1, out: 'The person has cancelled it.\n' };
    case 'over':
      return { code: 1, out: 'Its time has passed.\n' };
    case 'early':
      return { code: 1, out: 'It has not begun yet.\n' };
  }
}

export async function close(parts: RoomParts, order: { library: string; day: string; reason: Reason }): Promise<Said> {
  const room = await openRoom(parts);
  if (!room.schedule.joined(order.library)) {
    return { code: 1, out: `${printable(order.library)} takes no bookings: nothing to close.\n` };
  }
  const result = await closeDay(room, order);
  if (result.outcome === 'past') return { code: 1, out: 'That day is over.\n' };
  const cancelled = `${result.cancelled} consultation${result.cancelled === 1 ? '' : 's'} called off, and told.`;
  const closed = result.outcome === 'closed' ? 'Closed' : 'It was closed already';
  return { code: 0, out: `${closed}: ${order.library}, ${order.day}. ${cancelled}\n` };
}

export async function open(parts: Parts, { library, day }: { library: string; day: string }): Promise<Said> {
  return (await openDay(parts, library, day))
    ? { code: 0, out: `Open again: ${library}, ${day}. What was called off stays so.\n` }
    : { code: 1, out: 'That day was not closed.\n' };
}

export async function feed(parts: Parts, order: { consultant: string; revoke: boolean }, base: string): Promise<Said> {
  if (order.revoke) {
    return (await revokeFeed(parts, order.consultant))
      ? { code: 0, out: 'The address works no longer.\n' }
      : { code: 1, out: 'This consultant has no address.\n' };
  }
  const secret = await createFeed(parts, order.consultant);
  if (secret === null) {
    return { code: 1, out: `There is no consultant ${printable(order.consultant)}; an id is LIBRARY/CONSULTANT.\n` };
  }
  return {
    code: 0,
    out: `${base}/calendar/${secret}.ics
Whoever has this address sees the calendar. An earlier one works no longer.
npm run staff -- feed ${order.consultant} --revoke ends this one.\n`,
  };
}

/** A name is whatever somebody typed; it must not move the cursor of the terminal. */
function printable(name: string): string {
  return name.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ').trim();
}
