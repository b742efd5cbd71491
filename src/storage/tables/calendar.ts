/** Days on which a library gives no consultations, whatever its hours say. */
export type ClosuresTable = {
  library: string;
  /** ISO day by the library's clock. */
  day: string;
  reason: 'power' | 'raid' | 'other';
  /** UTC ms. */
  made_at: number;
};

/**
 * Who wants to be told when a time comes free. While a time is offered to somebody it is theirs in `booking_slots`.
 * A row that is over keeps no person.
 */
export type BookingWaitsTable = {
  id: string;
  person: string | null;
  library: string;
  kind: string;
  /** Only this ISO day; null: any. */
  day: string | null;
  language: string | null;
  state: 'waiting' | 'offered' | 'taken' | 'passed' | 'lapsed' | 'left' | 'ended';
  /** The first or the second of the person's; null once it is over. */
  wait_no: number | null;
  /** UTC ms. */
  made_at: number;
  /** What is offered, and until when (UTC ms). */
  consultant: string | null;
  wall: string | null;
  from_unit: number | null;
  to_unit: number | null;
  offered_until: number | null;
  settled_at: number | null;
};

/** A consultant's calendar as an address that only they know. */
export type CalendarFeedsTable = {
  /** Keyed hash of the address's random part. */
  mark: string;
  consultant: string;
  /** UTC ms. */
  made_at: number;
  revoked_at: number | null;
};
