/**
 * Every accepted update, written before the platform gets its 200, and taken out when it has been answered.
 * SQL alone, for it must survive. The key (channel, event id) stays for 48 hours after, so that a repeat has no effect.
 */
export type Mailbox = {
  /**
   * Durable when it resolves. Several callers at once share a statement. A key seen before is left out.
   * @returns the entries that were new, in order
   */
  write(letters: readonly Letter[]): Promise<readonly Letter[]>;
  /** The person's oldest letters that are not answered, in order of arrival. */
  next(person: string, limit: number): Promise<readonly Letter[]>;
  /** Answered: the payload goes, the key stays. */
  done(channel: string, eventId: string): Promise<void>;
  /** People with letters older than `olderThan` (UTC ms): work that a dead process left behind. */
  waiting(olderThan: number, limit: number): Promise<readonly string[]>;
  /** Drops keys older than 48 hours. */
  sweep(now: number): Promise<void>;
  forget(person: string): Promise<void>;
};

/** `payload` is opaque text, sealed by the caller. `at`: UTC ms. */
export type Letter = { channel: string; eventId: string; person: string; at: number; payload: string };
