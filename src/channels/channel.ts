import type { Hono } from 'hono';
import type { Event, IncomingFile } from '../conversation/event.ts';
import type { Reply } from '../conversation/reply.ts';

/** What the core may ask about a channel: "can it show X?", never "is it Y?". */
export type Capabilities = {
  /** Has its own button to share a position. */
  place: boolean;
  /** Has its own button to share a phone number. */
  contact: boolean;
  /** Can deliver a file into the chat. */
  document: boolean;
  /** Can show a pin on a map. */
  pin: boolean;
  /** The messenger can make calls, so "a video call here" is a way to meet. */
  call: boolean;
  /** Anyone can open a new chat without an account, so new bookings are capped. */
  anonymous: boolean;
  /** A message that the bot starts may cost money. */
  charged: boolean;
};

/** The same words to several people in one call. */
export type Many = {
  /** People in one call. */
  readonly most: number;
  /**
   * Must be one message of the platform, since each is charged and none may arrive alone.
   * @returns why somebody did not get it, by recipient; everybody else has it
   * @throws as Channel.send, when it failed for all; NotSupported when this bot may not: send to each alone
   */
  send(recipients: readonly string[], reply: Reply): Promise<ReadonlyMap<string, Error>>;
};

/** One message as a platform shows it. `text`: plain words, without marks. `buttons`: their labels, row by row. */
export type Preview = {
  text: string;
  picture: boolean;
  file: boolean;
  buttons: readonly (readonly string[])[];
};

/** `mime`: `image/jpeg`, `image/png` or `application/pdf`. */
export type FetchedFile = { mime: string; content: Uint8Array };

/** What `/readyz` tells of a channel. `lastContact`: UTC epoch ms of the last good exchange with the platform. */
export type ChannelHealth = { ok: boolean; lastContact: number | null; problem: string | null };

/** A way in and out. Made by `create<Name>(config, deps)`; making one starts nothing. */
export type Channel = {
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Mounts the channel's HTTP routes, where it has any. */
  routes(app: Hono): void;
  /** Begins to talk to the platform, in the background, with retries; resolves at once, never throws. */
  start(): void;
  /** Stops taking updates; resolves when none is in hand. */
  stop(): Promise<void>;
  /**
   * Sends one reply to one person (one or several platform messages, in order).
   * @param options `impatient`: a pause that the platform asks for is the caller's to keep, however short, unless a part
   * has arrived already
   * @returns a receipt, by which `edit` finds what carries the words and buttons; null where nothing sent can be changed
   * @throws one of the classes of errors.ts, chosen by what the caller does next.
   */
  send(recipient: string, reply: Reply, options?: { impatient: boolean }): Promise<string | null>;
  /**
   * Puts other words and buttons in the place of what was sent. Its picture or file stays. Saying what stands there
   * already is success. Absent: the platform changes nothing.
   * @param receipt of `send`, to the same recipient
   * @throws as `send`; BadPayload also when it is gone, or can't be changed any more
   */
  edit?(recipient: string, receipt: string, reply: Reply): Promise<void>;
  /** Absent: each person is sent to alone. */
  many?: Many;
  /** What a person would see of this reply, message by message, in the order of sending. @throws BadPayload as `send` */
  preview(reply: Reply): readonly Preview[];
  /**
   * Fetches what a person sent, at most 5 MB. `mime` is what the bytes are, whatever was claimed.
   * @throws BadPayload when it is no JPEG, PNG or PDF, too large, or no longer there; else as `send`
   */
  fetchFile?(file: IncomingFile): Promise<FetchedFile>;
  /**
   * Deletes from the chat what both have written lately, as far as the platform lets a bot do so. Absent: it lets nothing
   * be deleted. Never throws.
   */
  clear?(recipient: string): Promise<void>;
  health(): ChannelHealth;
};

export type StoredMedia = { name: string; mime: string; content: Uint8Array };

/** What every channel is handed by the wiring. */
export type ChannelDeps = {
  /**
   * Writes events durably, in order; resolves once they are safe (then the platform gets its 200), rejects when they
   * could not be written (then it must not). A repeated `eventId` is dropped silently.
   */
  accept(events: readonly Event[]): Promise<void>;
  /** The answer to someone who has opened the chat, for platforms that take it as the HTTP answer. Writes nothing durable. */
  welcome(event: Event): Promise<Reply | null>;
  /** The bytes of a picture or a PDF of ours (conversation/reply.ts, Media) by its id; null: there is none any more. */
  media?(id: string): Promise<StoredMedia | null>;
  /** The platform asks for a pause of so many ms. The channel may wait for it itself; nothing else should be started meanwhile. */
  paused?(channel: string, ms: number): void;
  clock: { now(): number };
  report: {
    /** One line in the log: a stable message, low-cardinality fields, never a person's words or ids. */
    log(level: 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>): void;
    count(name: string, labels?: Record<string, string>): void;
  };
};
