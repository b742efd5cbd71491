/** Conversations, where there is no Redis. */
export type SessionsTable = {
  person: string;
  session: string;
  /** The event whose replies are still to be sent. */
  answered_event: string | null;
  answered_replies: string | null;
  /** UTC ms. */
  expires_at: number;
};
