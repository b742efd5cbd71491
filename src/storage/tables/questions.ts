/** A talk with a librarian. The librarian knows it by its number alone. */
export type ConversationsTable = {
  no: number;
  /** Null once forgotten. */
  person: string | null;
  /** Null: the whole network. */
  library: string | null;
  state: 'waiting' | 'answering' | 'closed' | 'forgotten';
  /** The number of the librarian who has it. */
  staff: number | null;
  language: string;
  country: string | null;
  /** UTC ms. */
  opened_at: number;
  /** Of the newest message. UTC ms. */
  touched_at: number;
};

export type ConversationMessagesTable = {
  /** Keyed hash of the event that brought it: the same event again adds nothing. */
  id: string;
  conversation: number;
  /** Grows within the conversation. */
  seq: number;
  side: 'person' | 'staff';
  /** Sealed about the id. */
  sealed: string;
  /** UTC ms. */
  at: number;
};

/** Chats whose messages librarians no longer take. */
export type BlocksTable = {
  /** Keyed hash of an account. It points to nobody. */
  mark: string;
  /** The staff id of who blocked. */
  staff: string;
  /** UTC ms. */
  at: number;
};
