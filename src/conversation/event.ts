/**
 * What a person did, in words that every channel shares. No type of a platform's library occurs here.
 * `sender` is the platform's id of the person (a Telegram chat id, a Viber user id, a web chat's id): it never
 * reaches logs or metrics, and is stored sealed only.
 */
export type Event = {
  /** The platform's id of this update, unique within the channel: the key of de-duplication. */
  eventId: string;
  /** Which way in: the name of a channel. */
  channel: string;
  sender: string;
  /** When we received it, UTC epoch milliseconds. */
  at: number;
  /** What the platform says of the person without being asked. Hints only: each is optional and forgeable. */
  hint?: { name?: string; language?: string };
} & Deed;

export type Deed =
  /** `file`: what the words came with, as its caption. */
  | { kind: 'text'; text: string; file?: IncomingFile }
  /** A pressed button: its stable action id, which begins with the flow's word (`book:…`). At most 64 bytes. */
  | { kind: 'choice'; action: string }
  | { kind: 'place'; lat: number; lon: number }
  /** A phone number that the person shared of their own; adapters drop other people's contacts. */
  | { kind: 'contact'; phone: string; name?: string }
  /** Opened the chat (Telegram /start, Viber conversation_started, web page), perhaps by a deep link. */
  | { kind: 'started'; payload?: string }
  /** Blocked or unsubscribed. */
  | { kind: 'stopped' }
  /** Something that we can't read: a sticker, a voice message, a photo, a file. */
  | { kind: 'unreadable'; what: 'voice' | 'sticker' | 'picture' | 'file' | 'other'; file?: IncomingFile };

/**
 * A picture or a document that a person sent. Nothing of it has been fetched: what is said here is the sender's claim.
 * `ref` leads to it for whoever holds the bot's keys: it is kept sealed, like any words, and never logged.
 */
export type IncomingFile = {
  ref: string;
  kind: 'picture' | 'file';
  name: string | null;
  mime: string | null;
  bytes: number | null;
};
