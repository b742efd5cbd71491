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
  /** The person's open bookings (requested or confirmed, not past), and those of relatives to which they come, soonest first. */
  of(person: string): Promise<readonly Booking[]>;
  /** One of the person's, or one to which they come, whatever became of it. */
  find(person: string, id: string): Promise<Booking | null>;
  /** How the person wanted to talk, and how to be called, when they last booked; while it is kept. */
  last(person: string): Promise<{ how: How; name: string; phone: string | null } | null>;
  /** Which reminders are still to come for a booking as it is now; to a relative who comes along, where one is named. */
  ahead(booking: Booking, person?: string): Promise<readonly ('day' | 'hour')[]>;
  /** What the person says about it by a button of a reminder. null: no such booking of theirs, or it is cancelled. */
  heard(request: { person: string; booking: string; said: 'coming' | 'useful' | 'useless' }): Promise<Booking | null>;
  readonly family: Family;
  readonly waiting: Waiting;
  /** Takes back offered times that nobody took, and offers what is free to who waits. To be called every minute. */
  tend(): Promise<void>;
  /** Erases everything of a person: open bookings are cancelled, rows that stay cannot point back. */
  forget(person: string): Promise<void>;
  /** Everything stored of a person, readable. */
  export(person: string): Promise<readonly Booking[]>;
};

/**
 * Relatives at a consultation. Whoever booked has `as: 'owner'` in the booking and moves or cancels it for all; who has
 * come by a link has `as: 'relative'` and reads neither the owner's name nor number.
 */
export type Family = {
  /** A link's code for one relative, to be used once; its keyed hash is stored. The same event gives the same code. */
  invite(
    request: Asked,
  ): Promise<{ outcome: 'invited'; code: string; expires: number } | { outcome: 'unknown' | 'full' }>;
  /** What a code is to, for that person. Used, expired, made up: all the same `unknown`. */
  look(person: string, code: string): Promise<FamilyOutcome>;
  /** Comes along. Once in it, the same code says so again. */
  join(request: { person: string; code: string; language: string }): Promise<FamilyOutcome>;
  /** Comes along no longer. */
  leave(request: Asked): Promise<'left' | 'unknown'>;
  /** Free times that are within decent hours by the clock of each, soonest first. `day`: by the library's clock. */
  suits(query: { person: string; booking: string; limit: number; day?: string }): Promise<readonly Slot[]>;
  /** A relative would rather have another time; whoever booked is asked. */
  propose(request: Asked & { wall: string }): Promise<{ outcome: 'proposed' | 'taken' | 'unknown' }>;
  /** The time that is proposed to whoever booked; null: none, or no longer. */
  proposed(person: string, booking: string): Promise<Slot | null>;
  /** Moves it to the proposed time, if it is that one. */
  agree(request: Asked & { wall: string }): Promise<MoveOutcome>;
  refuse(request: Asked): Promise<void>;
};

export type Asked = { eventId: string; person: string; booking: string };

/** `own`: the person's own booking. */
export type FamilyOutcome =
  | { outcome: 'invited' | 'joined'; booking: Booking }
  | { outcome: 'own' | 'full' | 'unknown' };

/** The list of those who want to be told when a time comes free. The first is offered it for two hours, then the next. */
export type Waiting = {
  /** `free`: there is a time, so nobody need wait. */
  join(
    request: WaitRequest,
  ): Promise<{ outcome: 'waiting'; wait: Wait } | { outcome: 'free' | 'too-many' | 'not-joined' }>;
  of(person: string): Promise<readonly Wait[]>;
  /** The time that is held for the person. It is booked by `book`, like any other. */
  offered(person: string, wait: string): Promise<(Slot & { until: number }) | null>;
  /** Does not want it, or waits no longer. */
  leave(person: string, wait: string): Promise<void>;
};

export type WaitRequest = {
  eventId: string;
  person: string;
  library: string;
  kind: string;
  /** Only that ISO day. */
  day: string | null;
  language: string;
};

export type Wait = { id: string; library: string; kind: string; day: string | null; offered: boolean };

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
  /** People in one consultation; more than one is a group event. */
  capacity: number;
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
  /** `held`, `missed`: what staff say of it afterwards. */
  state: 'requested' | 'confirmed' | 'cancelled' | 'held' | 'missed';
  as: 'owner' | 'relative';
  /** How many relatives come along. */
  together: number;
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
