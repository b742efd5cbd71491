import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Telegram and Viber at a rate, in a process of their own so that they cost the bot nothing. What matters for sending to
 * many is as there: so many calls a second, however a second is cut; one a second in a chat; people who
 * have blocked the bot; calls that end without an answer, half of them after the message has arrived. Every recipient's
 * messages are counted.
 *
 * The parent starts it with its `Rules` and asks by IPC.
 */
export type Rules = {
  people: number;
  /** The first so many are on Telegram, the others on Viber. */
  telegramPeople: number;
  /** Telegram's calls a second, Viber's broadcasts in ten; 0: as many as come. */
  telegramPerSecond: number;
  viberPer10s: number;
};

/** What has come, from the beginning. */
export type Seen = {
  /** Calls that were taken, whatever their end, those that were refused as too many, and broadcasts to Viber. */
  calls: number;
  tooMany: number;
  viberCalls: number;
  viberTooMany: number;
  /** Messages of the announcement that arrived, on Telegram and on both. */
  telegram: number;
  arrived: number;
  /** Calls that ended without an answer, and how many people were in them. */
  unanswered: number;
  peopleUnanswered: number;
  /** The most calls in any one second. */
  most: number;
  /** When it began, and how many calls were taken in each of its seconds. */
  firstAt: number | null;
  perSecond: readonly number[];
};

export type Ask = 'seen' | 'counts' | 'answers' | 'bye';

/** Recipients of the announcement: `telegramBase + i`, `viberName(i)`. Other chats are people who are talking meanwhile. */
export const telegramBase = 1_000_000_000;
export const viberName = (i: number): string => `bench-${String(i).padStart(8, '0')}-viber==`;

const BLOCKED_IN_100 = 3;
const UNANSWERED_IN_1000 = 2;
const HANG_FOR_MS = 40_000;
/** As far as Telegram is from Ukraine. */
const ANSWER_MS = 40;
const LATE_MS = 50;

/** The same people are gone in each run. */
export const isBlocked = (i: number): boolean => (Math.imul(i, 2_654_435_761) >>> 8) % 100 < BLOCKED_IN_100;

if (import.meta.main) serve(JSON.parse(process.argv[2] ?? '{}') as Rules);

function serve(rules: Rules): void {
  const counts = new Uint8Array(rules.people);
  const chatAt = new Map<number, number>();
  const lastAt = new Float64Array(rules.people).fill(Number.NEGATIVE_INFINITY);
  const answers: [chat: number, at: number][] = [];
  const second = createWindow(rules.telegramPerSecond, 1_000);
  const ten = createWindow(rules.viberPer10s, 10_000);
  const perSecond: number[] = [];
  const seen: Omit<Seen, 'perSecond' | 'most'> = {
    ...{ calls: 0, tooMany: 0, viberCalls: 0, viberTooMany: 0, telegram: 0, arrived: 0 },
    ...{ unanswered: 0, peopleUnanswered: 0, firstAt: null },
  };
  let messages = 1;

  const now = () => performance.timeOrigin + performance.now();

  function arrive(i: number): void {
    counts[i] = Math.min(255, (counts[i] ?? 0) + 1);
    seen.arrived += 1;
    if (i < rules.telegramPeople) seen.telegram += 1;
    seen.firstAt ??= now();
  }

  function count(at: number): void {
    if (seen.firstAt === null) return;
    const index = Math.max(0, Math.floor((at - seen.firstAt) / 1_000));
    while (perSecond.length <= index) perSecond.push(0);
    perSecond[index] = (perSecond[index] ?? 0) + 1;
  }

  function telegram(method: string, body: string): Answer {
    if (method !== 'sendMessage' && method !== 'editMessageText') return ok({ ok: true, result: resultOf(method) });
    const { chat_id } = JSON.parse(body) as { chat_id: number | string };
    const chat = Number(chat_id);
    const at = now();
    const waitMs = second.take(at) || chatWait(chat, at, method);
    if (waitMs > 0) {
      seen.tooMany += 1;
      const retry_after = Math.ceil(waitMs / 1_000);
      const description = `Too Many Requests: retry after ${retry_after}`;
      return { status: 429, body: { ok: false, error_code: 429, description, parameters: { retry_after } } };
    }
    seen.calls += 1;
    count(at);
    const i = chat - telegramBase;
    const reader = i >= 0 && i < rules.telegramPeople;
    if (reader && isBlocked(i)) {
      const description = 'Forbidden: bot was blocked by the user';
      return { status: 403, body: { ok: false, error_code: 403, description } };
    }
    messages += 1;
    if (!reader) answers.push([chat, at]);
    const trouble = reader ? troubleOf(seen.calls) : null;
    if (reader && (trouble === null || trouble.delivered)) arrive(i);
    if (trouble) return noAnswer(trouble.how, 1);
    const result = { message_id: messages, date: Math.floor(at / 1_000), chat: { id: chat, type: 'private' } };
    return ok({ ok: true, result });
  }

  /** One message a second in a chat. */
  function chatWait(chat: number, at: number, method: string): number {
    const i = chat - telegramBase;
    if (method !== 'sendMessage') return 0;
    const reader = i >= 0 && i < rules.telegramPeople;
    const last = reader ? (lastAt[i] ?? 0) : (chatAt.get(chat) ?? 0);
    // What Telegram lets pass is not told; a second less a little, for the way is not always the same.
    if (reader && at - last < 900) return 1_000 - (at - last);
    if (reader) lastAt[i] = at;
    else chatAt.set(chat, at);
    return 0;
  }

  function viber(method: string, body: string): Answer {
    if (method !== 'broadcast_message' && method !== 'send_message') return ok({ status: 0, event_types: [] });
    const at = now();
    const { broadcast_list, receiver } = JSON.parse(body) as { broadcast_list?: string[]; receiver?: string };
    if (method === 'broadcast_message' && ten.take(at) > 0) {
      seen.viberTooMany += 1;
      return ok({ status: 12, status_message: 'tooManyRequests' });
    }
    seen.viberCalls += 1;
    const receivers = broadcast_list ?? [receiver ?? ''];
    const trouble = troubleOf(seen.viberCalls + 331);
    const failed_list: { receiver: string; status: number }[] = [];
    for (const name of receivers) {
      const i = Number(name.split('-')[1]);
      if (isBlocked(i)) failed_list.push({ receiver: name, status: 6 });
      else if (trouble === null || trouble.delivered) arrive(i);
    }
    if (trouble) return noAnswer(trouble.how, receivers.length);
    return ok({ status: receiver && failed_list.length > 0 ? 6 : 0, message_token: messages++, failed_list });
  }

  function noAnswer(how: Unanswered, people: number): Answer {
    seen.unanswered += 1;
    seen.peopleUnanswered += people;
    return { how };
  }

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '/';
      const method = path.slice(path.lastIndexOf('/') + 1);
      const body = Buffer.concat(chunks).toString();
      const answer = path.startsWith('/pa/') ? viber(method, body) : telegram(method, body);
      if ('how' in answer) leaveUnanswered(answer.how, response);
      else setTimeout(() => json(response, answer.status, JSON.stringify(answer.body)), ANSWER_MS);
    });
  });
  server.keepAliveTimeout = 75_000;
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));

  process.on('message', (ask: Ask) => {
    if (ask === 'seen') process.send?.({ ...seen, most: second.most(), perSecond } satisfies Seen);
    else if (ask === 'counts') process.send?.(Buffer.from(counts).toString('base64'));
    else if (ask === 'answers') process.send?.(answers);
    else process.exit(0);
  });
}

/**
 * At most `calls` in any `ms`, over those that were taken. What comes 50 ms late has not left early: a platform sees calls
 * through a network, and this one through a machine that it shares with the bot, so it refuses one that comes within
 * `ms - LATE_MS` of the one that many before. How many there were in a whole `ms` is told besides.
 */
function createWindow(calls: number, ms: number) {
  let times: number[] = [];
  let first = 0;
  let most = 0;
  return {
    /** @returns 0: taken; else ms until the next will be */
    take(at: number): number {
      const before = calls > 0 ? times.at(-calls) : undefined;
      const waitMs = before === undefined ? 0 : before + ms - at;
      if (waitMs > LATE_MS) return waitMs;
      while (first < times.length && (times[first] ?? 0) <= at - ms) first += 1;
      times.push(at);
      most = Math.max(most, times.length - first);
      if (first > 10_000) {
        times = times.slice(first - calls);
        first = calls;
      }
      return 0;
    },
    most: () => most,
  };
}

type Unanswered = 'gateway' | 'hang' | 'drop';
type Answer = { status: number; body: unknown } | { how: Unanswered };
const ok = (body: unknown): Answer => ({ status: 200, body });

/** Spread evenly: every 500th call or so, by turns in each way, every other one delivered. */
function troubleOf(call: number): { how: Unanswered; delivered: boolean } | null {
  const every = Math.round(1_000 / UNANSWERED_IN_1000);
  if (call % every !== every - 1) return null;
  const n = Math.floor(call / every);
  return { how: (['gateway', 'hang', 'drop'] as const)[n % 3] ?? 'gateway', delivered: n % 2 === 0 };
}

function leaveUnanswered(how: Unanswered, response: ServerResponse): void {
  if (how === 'gateway') json(response, 502, '<h1>Bad Gateway</h1>');
  else if (how === 'drop') response.destroy();
  else setTimeout(() => response.destroy(), HANG_FOR_MS).unref();
}

function resultOf(method: string): unknown {
  if (method === 'getMe') return { id: 1, is_bot: true, first_name: 'Vistka', username: 'vistka_bench_bot' };
  if (method === 'getWebhookInfo') return { url: '', has_custom_certificate: false, pending_update_count: 0 };
  return true;
}

function json(response: ServerResponse, status: number, body: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    .end(body);
}
