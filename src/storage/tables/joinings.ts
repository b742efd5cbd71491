/** A code that joins another chat to the same person. One a person; a new one takes the place of the last. */
export type JoinCodesTable = {
  person: string;
  /** Keyed hash of the code. */
  mark: string;
  /** UTC ms. */
  expires_at: number;
  /** The joining that came of it. */
  used_by: string | null;
};

/** A wrong code. */
export type JoinTriesTable = {
  /** Keyed hash of the event. */
  id: string;
  person: string;
  /** UTC ms. */
  at: number;
};

/** One chat (with those that had joined it before) brought to another person's. */
export type JoiningsTable = {
  id: string;
  /** What came with it, by room: JSON, ids that go back if it is undone. */
  carried: string;
  /** UTC ms. */
  at: number;
  parted_at: number | null;
  /** Keyed hash of the event that undid it. */
  parted_by: string | null;
};

/** The accounts that came with a joining. Those of them that were forgotten are gone from here too. */
export type JoinedAccountsTable = {
  joining: string;
  channel: string;
  mark: string;
};
