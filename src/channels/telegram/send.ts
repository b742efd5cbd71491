import { setTimeout as sleep } from 'node:timers/promises';
import { type Api, GrammyError, HttpError, InputFile } from 'grammy';
import type { Reply } from '../../conversation/reply.ts';
import { AccountTrouble, BadPayload, ChannelDown, PersonGone, RateLimited } from '../errors.ts';
import { NoTelegram } from './api.ts';
import { type Call, render, renderEdit } from './render.ts';
import type { Uploads } from './uploads.ts';

/** A pause that Telegram asks for is kept here when it is this short; the caller decides about a longer one. */
const PATIENCE_MS = 5_000;
/** Between the parts of one reply the patience is longer: given back, the reply would begin anew. */
const PATIENCE_WITHIN_MS = 30_000;

/** A part that follows others is tried so often, a little later each time, for the same reason. */
const TRIES_WITHIN = 3;
const PAUSE_WITHIN_MS = 1_000;

/** Pauses by the real clock; a test hands in its own. */
export type Wait = (ms: number) => Promise<unknown>;

export type Door = {
  api: Api;
  uploads: Uploads;
  /** Told the id of each message that was sent. */
  sent?: (message: number) => void;
  /** Told each pause that Telegram asks for, also one that is kept here. */
  paused?: (ms: number) => void;
  /** A pause before the first part is the caller's to keep. */
  impatient?: boolean;
  wait?: Wait;
};

/**
 * Sends a reply, part after part, in order.
 * @returns the receipt: `t:` and the ids of the messages with its words, or `c:` and the id of the one whose caption they
 * are; null when none of it can be changed later
 * @throws RateLimited, PersonGone, BadPayload, ChannelDown; `uncertain` also when an earlier part has been delivered
 */
export async function sendReply(door: Door, recipient: string, reply: Reply): Promise<string | null> {
  let delivered = false;
  const words: number[] = [];
  let captioned: number | null = null;
  for (const call of render(reply)) {
    try {
      await patiently(
        async () => {
          const id = await perform(door, recipient, call);
          door.sent?.(id);
          if (call.method === 'sendMessage' && !hasKeys(call)) words.push(id);
          if ('media' in call && !hasKeys(call)) captioned = id;
        },
        delivered,
        door,
      );
    } catch (error) {
      throw delivered && error instanceof ChannelDown ? new ChannelDown(error.message, true) : error;
    }
    delivered = true;
  }
  if (words.length > 0) return `t:${words.join('+')}`;
  return captioned === null ? null : `c:${captioned}`;
}

/** A message with keys in place of the person's own can't be edited. */
function hasKeys({ payload }: Call): boolean {
  return 'reply_markup' in payload && payload.reply_markup !== undefined && 'keyboard' in payload.reply_markup;
}

/**
 * Puts a reply in the place of what the receipt names. Repeating it is harmless.
 * @throws as sendReply; BadPayload also when it is gone, or can't be changed so
 */
export async function editReply(door: Door, recipient: string, receipt: string, reply: Reply): Promise<void> {
  const [, kind, list = ''] = /^([tc]):(\d+(?:\+\d+)*)$/.exec(receipt) ?? [];
  const ids = list.split('+').map(Number);
  if (kind === undefined) throw new BadPayload('no receipt of ours');
  const edits = renderEdit(reply, { kind: kind === 'c' ? 'caption' : 'text', count: ids.length });
  for (const [index, edit] of edits.entries()) {
    const message_id = ids[index] ?? 0;
    const change = async () => {
      const { api } = door;
      if (edit.method === 'editMessageText') {
        await api.raw.editMessageText({ chat_id: recipient, message_id, ...edit.payload });
      } else await api.raw.editMessageCaption({ chat_id: recipient, message_id, ...edit.payload });
    };
    await patiently(change, index > 0, door);
  }
}

async function patiently(send: () => Promise<void>, follows: boolean, door: Door): Promise<void> {
  let left = follows ? PATIENCE_WITHIN_MS : door.impatient ? 0 : PATIENCE_MS;
  for (let tries = 1; ; tries++) {
    try {
      return await send();
    } catch (error) {
      const refusal = toChannelError(error);
      if (refusal === null) return;
      if (refusal instanceof RateLimited) door.paused?.(refusal.retryAfterMs);
      const pause = pauseAfter(refusal, follows && tries < TRIES_WITHIN ? PAUSE_WITHIN_MS * tries : null);
      if (pause === null || pause > left) throw refusal;
      left -= pause;
      await (door.wait ?? sleep)(pause);
    }
  }
}

/** @returns null where waiting does not help. `whenDown`: the pause after a failure that is no refusal. */
function pauseAfter(refusal: Error, whenDown: number | null): number | null {
  if (refusal instanceof RateLimited) return refusal.retryAfterMs;
  return refusal instanceof ChannelDown ? whenDown : null;
}

/** @returns the message's id */
async function perform({ api, uploads }: Door, recipient: string, call: Call): Promise<number> {
  const chat_id = recipient;
  if ('media' in call) return uploads.send(recipient, call);
  switch (call.method) {
    case 'sendMessage':
      return (await api.raw.sendMessage({ chat_id, ...call.payload })).message_id;
    case 'sendDocument': {
      const { name, content } = call.payload.document;
      const document = new InputFile(Buffer.from(content), name);
      return (await api.raw.sendDocument({ chat_id, document })).message_id;
    }
    case 'sendVenue':
      return (await api.raw.sendVenue({ chat_id, ...call.payload })).message_id;
  }
}

/**
 * What a failed call means for the caller; null: nothing, what was wanted is so already. Telegram has numbers for the
 * broad kinds only, so within 400 its words decide (github.com/tdlib/telegram-bot-api, Client.cpp).
 */
export function toChannelError(error: unknown): RateLimited | PersonGone | BadPayload | ChannelDown | null {
  if (error instanceof GrammyError) return refused(error);
  if (error instanceof BadPayload) return error;
  if (error instanceof HttpError) return unanswered(error);
  throw error;
}

function refused(error: GrammyError): ReturnType<typeof toChannelError> {
  const { error_code: code, method } = error;
  if (code === 429) return new RateLimited((error.parameters.retry_after ?? 1) * 1000);
  if (code === 403) return new PersonGone(`${method}: 403`);
  if (code === 400 && HARMLESS.test(error.description)) return null;
  if (code === 400 && NOBODY.test(error.description)) return new PersonGone(`${method}: nobody there`);
  if (code === 400 || code === 413) return new BadPayload(`${method}: ${code} ${withoutQuotes(error.description)}`);
  if (code === 401 || code === 404) return new AccountTrouble(`${method}: ${code}`);
  // 409 belongs to polling and delivers nothing. A 5xx may have.
  return new ChannelDown(`${method}: ${code}`, code >= 500);
}

const HARMLESS = /message is not modified|query is too old|query id is invalid/i;
const NOBODY = /chat not found|user not found|peer_id_invalid|user_deactivated|user is deactivated/i;

/** Telegram quotes the offending piece of the text, which may be a person's. */
function withoutQuotes(description: string): string {
  return description.replace(/["'].*["']/gs, '…').slice(0, 120);
}

function unanswered(error: HttpError): ChannelDown {
  const cause = error.error;
  if (cause instanceof NoTelegram) return new ChannelDown(cause.message, cause.status >= 500);
  const code = codeOf(cause);
  return new ChannelDown(code ?? 'no answer', code === null || !NEVER_LEFT.has(code));
}

/** Failures before a connection stood: nothing can have been delivered. */
const NEVER_LEFT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function codeOf(cause: unknown): string | null {
  if (!(cause instanceof Error)) return null;
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return codeOf(cause.cause);
}
