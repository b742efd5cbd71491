import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Media, Reply } from '../../conversation/reply.ts';
import type { ChannelDeps } from '../channel.ts';
import { AccountTrouble, BadPayload, ChannelDown, NotSupported, PersonGone, RateLimited } from '../errors.ts';
import type { Client } from './client.ts';
import type { ViberMessage } from './messages.ts';
import { type RenderOptions, render } from './render.ts';

/** `sender` of a message: Viber takes a name of at most 28 characters. */
export type Sender = { name: string; avatar?: string };

/** After status 12 (more than 100 messages in an hour without a word from the person) this person gets none for an hour. */
const HOUR_MS = 3_600_000;
/** `broadcast_message` takes at most 300 receivers. */
export const BROADCAST_LIMIT = 300;

/** Statuses of developers.viber.com/docs/api/rest-bot-api/#error-codes by what follows from them. */
const OLD_CLIENT = new Set([11, 13, 14]);
const GONE = new Set([5, 6]);
const ACCOUNT = new Set([2, 7, 8, 9, 15, 23, 24]);
const OURS = new Set([1, 3, 4, 16, 17, 18, 21, 22]);
/** This bot may not broadcast. */
const NO_BROADCAST = new Set([19, 20]);
/** Mended at once, by registering again. */
const WEBHOOK_NOT_SET = 10;
const TOO_MANY = 12;
/** `broadcast_message` takes 500 calls in so long, then status 12. */
const BROADCAST_WINDOW_MS = 10_000;

/** Why a send failed, or null for "send it plainer": an old client that can't take the message as it is. */
function refusalOf(status: number): RateLimited | PersonGone | ChannelDown | BadPayload | null {
  if (NO_BROADCAST.has(status)) return new NotSupported(`Viber status ${status}`);
  if (ACCOUNT.has(status)) return new AccountTrouble(`Viber status ${status}`);
  if (OLD_CLIENT.has(status)) return null;
  if (GONE.has(status)) return new PersonGone(`Viber status ${status}`);
  if (status === TOO_MANY) return new RateLimited(HOUR_MS);
  if (OURS.has(status)) return new BadPayload(`Viber status ${status}`);
  return new ChannelDown(`Viber status ${status}`, false);
}

/** Trouble with the account itself: nobody gets anything until somebody acts. */
export function isAlarm(status: number): boolean {
  return ACCOUNT.has(status) || status === WEBHOOK_NOT_SET;
}

export type SendDeps = {
  client: Client;
  sender: Sender;
  linkTo: RenderOptions['linkTo'];
  addressOf: RenderOptions['addressOf'];
  /** Bytes of a picture. @throws BadPayload when it is gone */
  bytesOf(picture: Media): Promise<number>;
  /** People whose client has refused a keyboard: they get numbered text. */
  numbered: NumberedReaders;
  /** Told every status that Viber answers a send with. */
  onStatus(status: number): void;
  report: ChannelDeps['report'];
};

/** @throws as Channel.send says. `ChannelDown` is uncertain as well when a part of the reply has arrived. */
export async function send(deps: SendDeps, recipient: string, reply: Reply): Promise<void> {
  const numbered = deps.numbered.has(recipient);
  const options = await optionsFor(deps, reply);
  const delivered = await sendAll(deps, recipient, render(reply, { ...options, numbered }), 0);
  if (delivered === 'sent') return;

  // The client is too old for the message: the same as text. What has arrived already is not said again.
  deps.report.count('channel_plain_resends', { channel: 'viber' });
  deps.numbered.add(recipient);
  const plain = render(reply, { ...options, numbered: true });
  const again = await sendAll(deps, recipient, plain, Math.min(delivered.arrived, plain.length - 1));
  if (again !== 'sent') throw new PersonGone('no device of this person takes a plain text');
}

async function optionsFor({ linkTo, addressOf, bytesOf }: SendDeps, { picture }: Reply) {
  return { linkTo, addressOf, pictureBytes: picture && (await bytesOf(picture)) };
}

/** Sends from message number `first` on, in order. */
async function sendAll(
  deps: SendDeps,
  recipient: string,
  messages: readonly ViberMessage[],
  first: number,
): Promise<'sent' | { arrived: number }> {
  for (const [index, message] of messages.entries()) {
    if (index < first) continue;
    try {
      const body = { receiver: recipient, sender: deps.sender, ...message };
      const answer = await goingOn(() => deps.client.call('send_message', body), index > 0);
      deps.onStatus(answer.status);
      if (answer.status === 0) continue;
      const refusal = refusalOf(answer.status);
      if (refusal === null) return { arrived: index };
      throw refusal;
    } catch (error) {
      // Repeating the whole would say its beginning twice: as uncertain as a send whose answer was lost.
      if (error instanceof ChannelDown && !error.uncertain && index > 0) throw new ChannelDown(error.message, true);
      throw error;
    }
  }
  return 'sent';
}

/** A part that follows others is tried so often, a little later each time: given back, the reply would begin anew. */
const TRIES_WITHIN = 3;
const PAUSE_WITHIN_MS = 500;

async function goingOn<T>(call: () => Promise<T>, follows: boolean): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ChannelDown) || !follows || tries >= TRIES_WITHIN) throw error;
      await sleep(PAUSE_WITHIN_MS * tries);
    }
  }
}

const failedList = z.array(z.object({ receiver: z.string(), status: z.int() })).catch([]);

/**
 * The same words to at most 300 people: one message in one call. Those whose client can't take it as it is get their own.
 * @returns why it failed, by recipient; who isn't in it has been sent it
 * @throws as Channel.send says, when it failed for all; NotSupported when this bot may not broadcast
 */
export async function broadcast(
  deps: SendDeps,
  recipients: readonly string[],
  reply: Reply,
): Promise<ReadonlyMap<string, Error>> {
  if (recipients.length > BROADCAST_LIMIT) throw new BadPayload(`more than ${BROADCAST_LIMIT} people in a broadcast`);
  const [message, ...more] = render(reply, { ...(await optionsFor(deps, reply)), numbered: false });
  if (message === undefined || more.length > 0) throw new BadPayload('a broadcast of more than one message');
  const failed = new Map<string, Error>();
  const alone = new Set(recipients.filter(deps.numbered.has));
  const together = recipients.filter((recipient) => !alone.has(recipient));
  for (const { receiver, status } of together.length > 0 ? await callBroadcast(deps, together, message) : []) {
    if (OLD_CLIENT.has(status)) alone.add(receiver);
    else failed.set(receiver, refusalOf(status) ?? new ChannelDown(`Viber status ${status}`, false));
  }
  for (const recipient of alone) {
    try {
      await send(deps, recipient, reply);
    } catch (error) {
      failed.set(recipient, error instanceof Error ? error : new ChannelDown('not sent', true));
    }
  }
  return failed;
}

/** @returns whom it did not reach, with their own status */
async function callBroadcast(
  deps: SendDeps,
  recipients: readonly string[],
  message: ViberMessage,
): Promise<z.output<typeof failedList>> {
  const body = { broadcast_list: recipients, sender: deps.sender, ...message };
  const answer = await deps.client.call('broadcast_message', body);
  deps.onStatus(answer.status);
  // Here it is the pace of calls that was too fast, not one person's hour.
  if (answer.status === TOO_MANY) throw new RateLimited(BROADCAST_WINDOW_MS);
  if (answer.status !== 0) throw refusalOf(answer.status) ?? new BadPayload(`Viber status ${answer.status}`);
  const failures = failedList.parse(answer.failed_list);
  const alarm = failures.find(({ status }) => isAlarm(status));
  if (alarm) deps.onStatus(alarm.status);
  return failures;
}

export type NumberedReaders = { has(person: string): boolean; add(person: string): void; delete(person: string): void };

/** Remembers the last `limit` people; forgetting one costs one refused call. In memory alone: it may be lost. */
export function createNumberedReaders(limit = 10_000): NumberedReaders {
  const people = new Set<string>();
  return {
    has: (person) => people.has(person),
    add(person) {
      people.delete(person);
      people.add(person);
      const oldest = people.values().next().value;
      if (people.size > limit && oldest !== undefined) people.delete(oldest);
    },
    delete: (person) => {
      people.delete(person);
    },
  };
}
