/** Everything that the bot starts of its own accord, one row a message. One that is settled keeps no payload. */
export type OutboxTable = {
  id: string;
  person: string;
  kind: string;
  /** What to say, as data, sealed about the id. Null once settled. */
  payload: string | null;
  /** UTC ms: not before. */
  due_at: number;
  /** UTC ms: from then on it is too late. 0: withdrawn while it was being sent, so not again. */
  not_after: number;
  /** What it belongs to, such as `booking:<id>`: withdrawn together. */
  about: string | null;
  /** The same thing is never put twice. */
  dedupe: string;
  /** Smaller goes first. */
  priority: number;
  /** `sending`: the call to the platform may be under way or done. */
  state: 'waiting' | 'sending' | 'sent' | 'failed' | 'uncertain' | 'withdrawn';
  /**
   * Of a failed one: `late gone refused unreadable down`; of a withdrawn one, if it was not withdrawn with its group:
   * `forgotten twice`, or what the preparation said.
   */
  why: string | null;
  /** Calls to the platform, and how many of them ended without an answer. */
  attempts: number;
  unsure: number;
  /** Which dispatcher has it in hand, and until when (UTC ms). */
  holder: string | null;
  lease_until: number | null;
  settled_at: number | null;
  /** Where it arrived, and what names it there; null where nothing does. */
  channel: string | null;
  receipt: string | null;
};

/** What a person said about a consultation by a button of a reminder. Never who. */
export type BookingWordsTable = {
  booking: string;
  said: 'coming' | 'useful' | 'useless';
  /** UTC ms. */
  at: number;
};
