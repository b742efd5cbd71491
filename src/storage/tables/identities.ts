/** A person's account on a platform. */
export type IdentitiesTable = {
  channel: string;
  /** Keyed hash of the channel and the platform's id. */
  mark: string;
  /** The platform's id, sealed about the mark. */
  sealed: string;
  person: string;
  /** When they last began to write here, to the day: the newest is tried first. UTC ms. */
  seen_at: number;
  /** They blocked us or unsubscribed: nothing is started by us. UTC ms. */
  stopped_at: number | null;
};
