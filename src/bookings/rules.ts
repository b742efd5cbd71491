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

/** Still to come or going on, and nobody has cancelled it. */
export function isOpen(booking: Pick<Booking, 'state' | 'wall' | 'zone' | 'minutes'>, now: number): boolean {
  return booking.state !== 'cancelled' && endsAt(booking) > now;
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

/** A moved booking keeps its state, unless its kind is confirmed by hand: then the new time is a request. */
export function stateOfMoved(confirm: 'auto' | 'manual', state: 'requested' | 'confirmed'): 'requested' | 'confirmed' {
  return confirm === 'manual' ? 'requested' : state;
}
