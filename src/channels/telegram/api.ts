import { Readable } from 'node:stream';
import { Api, HttpError, type Transformer } from 'grammy';
import type { ApiResponse } from 'grammy/types';
import type { Dispatcher } from 'undici';

/** Longest wait for the answer to anything we send. Past it the message may have arrived all the same. */
export const CALL_SECONDS = 15;

/**
 * grammY's client over undici. Every call ends within `timeoutSeconds`.
 * grammY hands its fetch a signal of the abort-controller package, which undici does not take, and options that only
 * node-fetch knows (`agent`, `compress`): hence the bridge. It leads straight to undici's dispatcher: most answers of the
 * bot are such a call, and `fetch` takes three times as long for it.
 */
export function createApi(options: {
  token: string;
  apiRoot: string;
  timeoutSeconds: number;
  dispatcher: Dispatcher;
}): Api {
  const bridged = async (url: string, init: ForeignInit) => {
    const { status, text } = await post(options.dispatcher, url, init);
    return { json: async (): Promise<unknown> => readAnswer(text, status) };
  };
  const api = new Api(options.token, {
    apiRoot: options.apiRoot,
    timeoutSeconds: options.timeoutSeconds,
    fetch: bridged as unknown as NonNullable<ClientFetch>,
  });
  api.config.use(straight(options));
  return api;
}

/** What nearly every message is answered by. Never a file among their fields, so that what goes out is plain JSON. */
const STRAIGHT: ReadonlySet<string> = new Set(['sendMessage', 'editMessageText', 'answerCallbackQuery']);

/**
 * grammY looks for files in each payload, and makes a signal, a timer and four promises for each call. For the few calls that
 * carry no file and are most of all calls this leads past that, and ends as grammY's own: its errors, its answer.
 */
function straight(options: Parameters<typeof createApi>[0]): Transformer {
  const { token, dispatcher, timeoutSeconds } = options;
  const { origin, pathname } = new URL(`${options.apiRoot}/bot${token}/`);
  return async (prev, method, payload, signal) => {
    if (!STRAIGHT.has(method) || signal !== undefined) return prev(method, payload, signal);
    const call = { origin, path: pathname + method, headers: JSON_HEADERS, body: JSON.stringify(payload) };
    try {
      const { status, text } = await within(timeoutSeconds, (ending) => dispatchPost(dispatcher, call, ending));
      return readAnswer(text, status) as ApiResponse<never>;
    } catch (error) {
      // Its own words: an error of the network may quote the address, and the token stands in that.
      throw new HttpError(`Network request for '${method}' failed!`, error);
    }
  };
}

const JSON_HEADERS = { 'content-type': 'application/json' };

async function within<T>(seconds: number, call: (ending: Ending) => Promise<T>): Promise<T> {
  const ending: Ending = { over: false };
  const timer = setTimeout(() => {
    ending.over = true;
    ending.end?.();
  }, seconds * 1000);
  try {
    return await call(ending);
  } finally {
    clearTimeout(timer);
  }
}

/** By which a call is given up. `end` is there while there is something to end. */
type Ending = { over: boolean; end?: () => void };

/** Resolves with the whole answer, whatever its status. */
async function post(dispatcher: Dispatcher, url: string, init: ForeignInit): Promise<Answer> {
  const { origin, pathname, search } = new URL(url);
  const body = typeof init.body === 'object' ? Readable.from(init.body) : (init.body ?? null);
  const ending: Ending = { over: init.signal?.aborted ?? false };
  const abort = () => {
    ending.over = true;
    ending.end?.();
  };
  init.signal?.addEventListener('abort', abort);
  try {
    return await dispatchPost(
      dispatcher,
      { origin, path: pathname + search, headers: init.headers ?? {}, body },
      ending,
    );
  } finally {
    init.signal?.removeEventListener('abort', abort);
  }
}

type Answer = { status: number; text: string };
type Post = { origin: string; path: string; headers: Record<string, string>; body: string | Readable | null };

function dispatchPost(dispatcher: Dispatcher, call: Post, ending: Ending): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | null = null;
    let status = 0;
    const chunks: Buffer[] = [];
    const end = () => {
      const error = new DOMException('the call was given up', 'AbortError');
      controller?.abort(error);
      reject(error);
    };
    ending.end = end;
    dispatcher.dispatch(
      { ...call, method: 'POST' },
      {
        onRequestStart(started) {
          controller = started;
          if (ending.over) end();
        },
        onResponseStart(_controller, statusCode) {
          status = statusCode;
        },
        onResponseData(_controller, chunk) {
          chunks.push(chunk);
        },
        onResponseEnd: () => resolve({ status, text: textOf(chunks) }),
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
}

/** Nearly every answer comes in one piece. */
function textOf(chunks: readonly Buffer[]): string {
  const [first] = chunks;
  return (chunks.length === 1 && first ? first : Buffer.concat(chunks)).toString('utf8');
}

/** What a server in between answers (a proxy's error page) is told apart from what Telegram answers. */
export class NoTelegram extends Error {
  override readonly name = 'NoTelegram';
  readonly status: number;
  constructor(status: number) {
    super(`HTTP ${status} without an answer of the Bot API`);
    this.status = status;
  }
}

type ClientFetch = NonNullable<ConstructorParameters<typeof Api>[1]>['fetch'];

type ForeignInit = {
  method?: string;
  headers?: Record<string, string>;
  body?: string | AsyncIterable<Uint8Array>;
  signal?: {
    aborted: boolean;
    addEventListener(type: 'abort', listener: () => void): void;
    removeEventListener(type: 'abort', listener: () => void): void;
  };
};

function readAnswer(text: string, status: number): unknown {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null && 'ok' in answer) return answer;
  } catch {
    // Not JSON: below.
  }
  throw new NoTelegram(status);
}
