/** The mailbox: every accepted update. One that is answered keeps its key alone. */
export type LettersTable = {
  channel: string;
  event_id: string;
  /** Order of arrival; grows with every write. */
  seq: number;
  /** Null once answered or forgotten. */
  person: string | null;
  payload: string | null;
  /** The account it came from, by its keyed hash; null once answered or forgotten. */
  mark: string | null;
  /** UTC ms. */
  at: number;
  done_at: number | null;
};
