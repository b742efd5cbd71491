import { Readable } from 'node:stream';
import { Api } from 'grammy';
import { type Dispatcher, request } from 'undici';

/** Longest wait for the answer to anything we send. Past it the message may have arrived all the same. */
export const CALL_SECONDS = 15;

/**
 * grammY's client over undici. Every call ends within `timeoutSeconds`.
 * grammY hands its fetch a signal of the abort-controller package, which undici does not take, and options that only
 * node-fetch knows (`agent`, `compress`): hence the bridge. It leads to undici's `request`, which costs half of its `fetch`.
 */
export function createApi(options: {
  token: string;
  apiRoot: string;
  timeoutSeconds: number;
  dispatcher: Dispatcher;
}): Api {
  const bridged = async (url: string, init: ForeignInit) => {
    const controller = new AbortController();
    const abort = () => controller.abort();
    if (init.signal?.aborted) abort();
    init.signal?.addEventListener('abort', abort);
    try {
      const { statusCode, body } = await request(url, {
        method: 'POST',
        headers: init.headers ?? {},
        body: typeof init.body === 'object' ? Readable.from(init.body) : (init.body ?? null),
        signal: controller.signal,
        dispatcher: options.dispatcher,
      });
      // Read here, while the signal still ends a body that never does.
      const text = await body.text();
      return { json: async (): Promise<unknown> => readAnswer(text, statusCode) };
    } finally {
      init.signal?.removeEventListener('abort', abort);
    }
  };
  return new Api(options.token, {
    apiRoot: options.apiRoot,
    timeoutSeconds: options.timeoutSeconds,
    fetch: bridged as unknown as NonNullable<ClientFetch>,
  });
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
