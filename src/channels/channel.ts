import type { Hono } from 'hono';
import type { Event } from '../conversation/event.ts';
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
};

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
   * @throws one of the classes of errors.ts, chosen by what the caller does next.
   */
  send(recipient: string, reply: Reply): Promise<void>;
  /**
   * Deletes from the chat what both have written lately, as far as the platform lets a bot do so. Absent: it lets nothing
   * be deleted. Never throws.
   */
  clear?(recipient: string): Promise<void>;
  health(): ChannelHealth;
};

/** What every channel is handed by the wiring. */
export type ChannelDeps = {
  /**
   * Writes events durably, in order; resolves once they are safe (then the platform gets its 200), rejects when they
   * could not be written (then it must not). A repeated `eventId` is dropped silently.
   */
  accept(events: readonly Event[]): Promise<void>;
  /** The answer to someone who has opened the chat, for platforms that take it as the HTTP answer. Writes nothing durable. */
  welcome(event: Event): Promise<Reply | null>;
  clock: { now(): number };
  report: {
    /** One line in the log: a stable message, low-cardinality fields, never a person's words or ids. */
    log(level: 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>): void;
    count(name: string, labels?: Record<string, string>): void;
  };
};
