import type { Names } from '../libraries/library.ts';

/**
 * Consultations at libraries that have joined. The truth of a booking is its wall time and zone; the instant is derived.
 * Every call that changes something takes the `eventId` it answers and is idempotent by it: the same call again
 * returns the same outcome and changes nothing.
 */
export type Bookings = {
  /** Has consultants and hours set up, so that it takes bookings. Answered from memory. */
  joined(library: string): boolean;
  joinedLibraries(): readonly string[];
  kind(id: string): Kind | undefined;
  /** What a library offers, in the order of content/kinds.yaml. */
  kindsAt(library: string): Promise<readonly Kind[]>;
  /** Free times, soonest first, one per start. `day`: only that ISO day; `after`: only later than that UTC ms. */
  free(query: { library: string; kind: string; limit: number; day?: string; after?: number }): Promise<readonly Slot[]>;
  /** The days (ISO) that still have a free time, soonest first. */
  freeDays(query: {
    library: string;
    kind: string;
    limit: number;
    after?: string;
  }): Promise<readonly { day: string; free: number }[]>;
  book(request: BookRequest): Promise<BookOutcome>;
  move(request: { eventId: string; person: string; booking: string; wall: string }): Promise<MoveOutcome>;
  cancel(request: {
    eventId: string;
    person: string;
    booking: string;
  }): Promise<{ outcome: 'cancelled' | 'already'; booking: Booking } | { outcome: 'unknown' }>;
  /** The person's open bookings (requested or confirmed, not past), soonest first. */
  of(person: string): Promise<readonly Booking[]>;
  /** One of the person's, whatever became of it. */
  find(person: string, id: string): Promise<Booking | null>;
  /** How the person wanted to talk, and how to be called, when they last booked; while it is kept. */
  last(person: string): Promise<{ how: How; name: string; phone: string | null } | null>;
  /** Which reminders are still to come for a booking as it is now. */
  ahead(booking: Booking): Promise<readonly ('day' | 'hour')[]>;
  /** What the person says about it by a button of a reminder. null: no such booking of theirs, or it is cancelled. */
  heard(request: { person: string; booking: string; said: 'coming' | 'useful' | 'useless' }): Promise<Booking | null>;
  /** Erases everything of a person: open bookings are cancelled, rows that stay cannot point back. */
  forget(person: string): Promise<void>;
  /** Everything stored of a person, readable. */
  export(person: string): Promise<readonly Booking[]>;
};

export type Kind = {
  id: string;
  name: Names;
  /** One sentence: what it is. */
  about: Names;
  /** How people call it in a word; each stands for all that begins with it. */
  words: readonly string[];
  minutes: number;
  how: readonly How[];
  /** No name is asked. */
  anonymous: boolean;
};

/** `video`: a call in the messenger that the person already uses. */
export type How = 'in-person' | 'phone' | 'video';

export type Slot = {
  library: string;
  kind: string;
  /** Local date and time of the library, `2026-12-03T15:00`. */
  wall: string;
  /** IANA zone of the library. */
  zone: string;
  /** The instant derived from `wall` and `zone`, UTC ms. */
  at: number;
  minutes: number;
  demo: boolean;
};

export type BookRequest = {
  eventId: string;
  person: string;
  library: string;
  kind: string;
  wall: string;
  how: How;
  /** Any nickname; stored sealed. Empty for an anonymous kind. */
  name: string;
  /** Only for `phone`; E.164; stored sealed. */
  phone: string | null;
  /** The person's language, for the librarian. */
  language: string;
  /** Channel name, so that the librarian knows where a video call is. */
  channel: string;
  /** The chat needs no account: capped per library and hour, beyond that the librarian confirms by hand. */
  fromAnonymousChannel: boolean;
};

export type Booking = Slot & {
  id: string;
  /** Grows with every change; reminders and calendar files carry it. */
  version: number;
  state: 'requested' | 'confirmed' | 'cancelled';
  how: How;
  name: string;
  phone: string | null;
};

export type BookOutcome =
  | { outcome: 'booked' | 'requested'; booking: Booking }
  /** Somebody was quicker, or it is no longer offered: the nearest free times instead. */
  | { outcome: 'taken'; nearest: readonly Slot[] }
  /** Two open bookings of a kind are the limit. */
  | { outcome: 'too-many'; open: readonly Booking[] }
  | { outcome: 'not-joined' };

export type MoveOutcome =
  | { outcome: 'moved'; booking: Booking }
  | { outcome: 'taken'; nearest: readonly Slot[] }
  | { outcome: 'unknown' };
