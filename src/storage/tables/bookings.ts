/** Who gives consultations at a library, and when. `plan` is JSON in the form of content/joined. */
export type ConsultantsTable = {
  id: string;
  library: string;
  /** Where the row is from: files put in and take out only their own. */
  source: 'demo' | 'joined';
  /** Order at the library. */
  place: number;
  plan: string;
};

/** `held` and `missed`: it is over, and the person came or did not. */
export type BookingState = 'requested' | 'confirmed' | 'cancelled' | 'held' | 'missed';

/** Consultations. The truth is wall time and zone; there is no instant here that a change of a zone's rules could make wrong. */
export type BookingsTable = {
  id: string;
  /** Null once forgotten. */
  person: string | null;
  library: string;
  kind: string;
  consultant: string;
  /** `2026-12-03T15:00` */
  wall: string;
  zone: string;
  minutes: number;
  /** What it occupies in `booking_slots`. */
  from_unit: number;
  to_unit: number;
  state: BookingState;
  how: 'in-person' | 'phone' | 'video';
  /** Name and phone number, sealed about the id. Null once forgotten or expired. */
  contact: string | null;
  language: string | null;
  channel: string | null;
  demo: number;
  version: number;
  /** The first, the second of the person's open ones of this kind; null once it is not open. */
  open_no: number | null;
  /** Confirmed for a chat without account: the hour (UTC ms / 3,600,000) and its place in the library's share of it. */
  web_hour: number | null;
  web_no: number | null;
  /** UTC ms. */
  made_at: number;
};

/**
 * What of a consultant's time is taken, by units of five minutes of wall time. A unit belongs to one consultation
 * (kind and start), which has as many places as its capacity.
 */
export type BookingSlotsTable = {
  consultant: string;
  unit: number;
  session: string;
  capacity: number;
  taken: number;
};

/** Every change of a booking. Never who. */
export type BookingEventsTable = {
  booking: string;
  version: number;
  what: 'requested' | 'booked' | 'moved' | 'confirmed' | 'cancelled' | 'held' | 'missed' | 'joined' | 'left';
  state: BookingState;
  wall: string;
  minutes: number;
  /** UTC ms. */
  at: number;
  /** On whose side it was done. */
  side: 'person' | 'relative' | 'staff' | null;
};

/** What a call came to, so that its repeat changes nothing. */
export type BookingAnswersTable = {
  /** Keyed hash of the call and its event. */
  mark: string;
  outcome: string;
  booking: string | null;
  version: number | null;
  /** UTC ms. */
  at: number;
};
