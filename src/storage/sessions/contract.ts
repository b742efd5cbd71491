/**
 * The state of each person's conversation. Values are opaque text (sealed by the caller) and expire after
 * `SESSION_HOURS`. Implementations: redis.ts, embedded.ts (the configured SQL engine).
 */
export type Sessions = {
  load(person: string): Promise<{ session: string | null; answered: Answered | null }>;
  /** One atomic write: the new session and the replies that are still to be sent for `answered.eventId`. */
  save(person: string, session: string, answered: Answered): Promise<void>;
  /** The replies of `eventId` have been sent: they are forgotten. Does nothing if a later event has been answered. */
  sent(person: string, eventId: string): Promise<void>;
  forget(person: string): Promise<void>;
  close(): Promise<void>;
};

/** `eventId` is `<channel>:<the platform's id>`. */
export type Answered = { eventId: string; replies: string };

/** The store can't be reached just now; the caller answers without a session. */
export class StoreDown extends Error {
  override readonly name = 'StoreDown';
}
