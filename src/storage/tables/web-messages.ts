/** What the web chat shows when it is opened again. */
export type WebMessagesTable = {
  seq: number;
  /** Keyed hash of the chat's id. */
  chat: string;
  sealed: string;
  /** UTC ms. */
  at: number;
};
