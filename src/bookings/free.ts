import type { Database } from '../storage/database.ts';
import type { Slot } from './bookings.ts';
import { closedDays } from './closed-days.ts';
import type { Offer } from './schedule.ts';
import { type Bookable, bookable, dayOf, startsOn, unitAt, unitsOf } from './slots.ts';
import { sessionOf, takenBetween, unitKey } from './store.ts';

/** Free times at a library, from its offers of one kind, its closed days and what is taken. Two queries a call. */

/** Days with their free times, soonest first, one a start; days without are left out. `only`, `after`: ISO days. */
export async function freeDaysOf(
  { db }: Database,
  offers: readonly Offer[],
  now: number,
  { only, after }: { only?: string | undefined; after?: string | undefined } = {},
): Promise<Iterable<{ day: string; slots: readonly Slot[] }>> {
  const open = offers.map((offer) => ({ ...offer, open: bookable(offer.hours.zone, offer.rules, now) }));
  const first = [only, after && dayAfter(after), open.map((o) => o.open.first).sort()[0]].filter(Boolean).sort().at(-1);
  const last = [
    only,
    open
      .map((o) => o.open.last)
      .sort()
      .at(-1),
  ]
    .filter(Boolean)
    .sort()[0];
  if (!first || !last || first > last) return [];
  const consultants = [...new Set(offers.map((offer) => offer.consultant))];
  // A day more: a consultation may run past midnight.
  const [from, to] = [unitAt(`${first}T00:00`), unitAt(`${dayAfter(dayAfter(last))}T00:00`)];
  const taken = await takenBetween(db, consultants, from, to);
  const shut = await closedDays(db, offers[0]?.library ?? '', first, last);
  return days(open, taken, { first, last, shut });
}

type Taken = Awaited<ReturnType<typeof takenBetween>>;

function* days(
  offers: readonly (Offer & { open: Bookable })[],
  taken: Taken,
  { first, last, shut }: { first: string; last: string; shut: ReadonlySet<string> },
) {
  for (let iso = first; iso <= last; iso = dayAfter(iso)) {
    if (shut.has(iso)) continue;
    const byStart = new Map<number, Slot>();
    for (const offer of offers) {
      for (const { wall, at } of startsOn(dayOf(iso, offer.hours.zone), offer.hours, offer.rules, offer.open)) {
        if (!byStart.has(at) && hasPlace(offer, wall, taken)) byStart.set(at, slotOf(offer, wall, at));
      }
    }
    if (byStart.size > 0) yield { day: iso, slots: [...byStart.values()].sort((a, b) => a.at - b.at) };
  }
}

function hasPlace(offer: Offer, wall: string, taken: Taken): boolean {
  const { minutes, buffer, capacity } = offer.rules;
  const { from, to } = unitsOf(wall, offer.hours.zone, minutes + buffer);
  const session = sessionOf(offer.kind, wall);
  for (let unit = from; unit < to; unit++) {
    const held = taken.get(unitKey(offer.consultant, unit));
    if (held && (held.session !== session || held.taken >= capacity)) return false;
  }
  return true;
}

function slotOf({ library, kind, hours, rules, demo }: Offer, wall: string, at: number): Slot {
  return { library, kind, wall, zone: hours.zone, at, minutes: rules.minutes, demo };
}

function dayAfter(iso: string): string {
  return Temporal.PlainDate.from(iso).add({ days: 1 }).toString();
}
