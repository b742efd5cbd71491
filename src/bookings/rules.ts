import type { Booking } from './bookings.ts';
import { instantOfBooked } from './slots.ts';

/** The policy of bookings: facts in, decision out. */

/** Open bookings of one kind that a person may hold, so that nobody hoards hours. */
export const openPerKind = 2;

/** Bookings an hour at one library that chats without account get at once; further ones are confirmed by hand. */
export const confirmedPerHour = 3;

/** Days after the consultation for which a name and a phone number are kept. */
export const contactDays = 30;

/** Days for which the outcome of a call is remembered, so that its repeat changes nothing. */
export const answerDays = 3;

/** Relatives who may come along. */
export const mostGuests = 3;

/** Days for which a link for a relative can be used, and how many unused ones a booking has at most. */
export const familyLinkDays = 7;
export const mostFamilyLinks = 5;

/** Hours of the day that suit, by each one's own clock: from, and over by. */
export const decentHours = { from: 8, to: 21 } as const;

/** Waiting lists on which a person may stand at a time. */
export const openWaits = 2;

/** How long a time that has come free is one person's to take. */
export const offerMs = 2 * 3_600_000;

/** Days after which nobody waits any longer. */
export const waitDays = 30;

/** Still to come or going on, and nobody has cancelled it. */
export function isOpen(booking: Pick<Booking, 'state' | 'wall' | 'zone' | 'minutes'>, now: number): boolean {
  return (booking.state === 'requested' || booking.state === 'confirmed') && endsAt(booking) > now;
}

/** Whether they came can be said from the start on, and corrected. */
export function maySayHowItWent(booking: Pick<Booking, 'state' | 'wall' | 'zone'>, now: number): boolean {
  return booking.state !== 'cancelled' && instantOfBooked(booking.wall, booking.zone) <= now;
}

/** UTC ms. */
function endsAt(booking: Pick<Booking, 'wall' | 'zone' | 'minutes'>): number {
  return instantOfBooked(booking.wall, booking.zone) + booking.minutes * 60_000;
}

/** A new booking waits for the librarian's word where the kind wants it, or where an anonymous chat has had its share. */
export function stateOfNew(facts: {
  confirm: 'auto' | 'manual';
  fromAnonymousChannel: boolean;
  /** Confirmed ones from anonymous chats at this library in this hour. */
  thisHour: number;
}): 'requested' | 'confirmed' {
  if (facts.confirm === 'manual') return 'requested';
  return facts.fromAnonymousChannel && facts.thisHour >= confirmedPerHour ? 'requested' : 'confirmed';
}

/**
 * Until when a time is held for somebody who reads of it at `readAt`. It must leave them the two hours, or, where the
 * consultation is near, half an hour before it starts. UTC ms; null: too late for them.
 */
export function offeredUntil({ readAt, starts }: { readAt: number; starts: number }): number | null {
  const until = Math.min(readAt + offerMs, starts - leastNoticeMs);
  return until - readAt >= leastNoticeMs ? until : null;
}
const leastNoticeMs = 30 * 60_000;

/** A moved booking keeps its state, unless its kind is confirmed by hand: then the new time is a request. */
export function stateOfMoved(confirm: 'auto' | 'manual', state: Booking['state']): Booking['state'] {
  return confirm === 'manual' ? 'requested' : state;
}
