/** A relative who has come to a consultation. The row goes when they leave. */
export type BookingGuestsTable = {
  id: string;
  booking: string;
  person: string;
  /** Theirs when they came, where they have not chosen one. */
  language: string | null;
  /** UTC ms. */
  joined_at: number;
};

/** A link for one relative. */
export type FamilyInvitationsTable = {
  /** Keyed hash of the code. */
  mark: string;
  booking: string;
  /** UTC ms. */
  made_at: number;
  expires_at: number;
  /** The row of booking_guests; null while nobody has come by it. */
  used_by: string | null;
};

/** The other time that a relative proposes: one at a time a booking, for the version that it had then. */
export type BookingProposalsTable = {
  booking: string;
  /** Row of booking_guests. */
  guest: string;
  wall: string;
  version: number;
  /** UTC ms. */
  at: number;
};
