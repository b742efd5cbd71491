import { Readable } from 'node:stream';
import { Api } from 'grammy';
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
  return new Api(options.token, {
    apiRoot: options.apiRoot,
    timeoutSeconds: options.timeoutSeconds,
    fetch: bridged as unknown as NonNullable<ClientFetch>,
  });
}

/** Resolves with the whole answer, whatever its status. */
function post(dispatcher: Dispatcher, url: string, init: ForeignInit): Promise<{ status: number; text: string }> {
  const { origin, pathname, search } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  let call: Dispatcher.DispatchController | null = null;
  const abort = () => {
    const error = new DOMException('the call was given up', 'AbortError');
    call?.abort(error);
    reject(error);
  };
  init.signal?.addEventListener('abort', abort);
  let status = 0;
  const chunks: Buffer[] = [];
  dispatcher.dispatch(
    {
      origin,
      path: pathname + search,
      method: 'POST',
      headers: init.headers ?? {},
      body: typeof init.body === 'object' ? Readable.from(init.body) : (init.body ?? null),
    },
    {
      onRequestStart(controller) {
        call = controller;
        if (init.signal?.aborted) abort();
      },
      onResponseStart(_controller, statusCode) {
        status = statusCode;
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd: () => resolve({ status, text: Buffer.concat(chunks).toString('utf8') }),
      onResponseError: (_controller, error) => reject(error),
    },
  );
  return promise.finally(() => init.signal?.removeEventListener('abort', abort));
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
