import { Readable } from 'node:stream';
import { Pool } from 'undici';
import { z } from 'zod';
import { BadPayload, ChannelDown, RateLimited } from '../errors.ts';
import { parseExact } from './json.ts';
import { REQUEST_BYTES } from './render.ts';

/** What Viber said: its own `status` (0 is ok), whatever the HTTP one was. Integers beyond 2^53 are strings. */
export type Answer = { status: number } & Record<string, unknown>;

export type Client = {
  /**
   * One call of the API, within `callMs` whatever the other side does. A refusal is an answer, not an error.
   * @throws ChannelDown `uncertain` once any byte of the request was under way, @throws RateLimited on HTTP 429,
   * @throws BadPayload when the request is over Viber's limit
   */
  call(method: string, body: object): Promise<Answer>;
  /** Lets its connections go, so that a command can end. */
  close(): Promise<void>;
};

const answerSchema = z.looseObject({ status: z.int() });
/** Viber's answers are some hundred bytes; an account's details a few thousand. */
const ANSWER_BYTES = 1024 * 1024;
/** Fits `send_message` to two hundred people a second at Viber's usual answer time; each is a socket. */
const CONNECTIONS = 32;

/**
 * Viber's REST API over a keep-alive pool. The token travels in its header alone, never in a body, a log or an error.
 * @param apiRoot without a slash at its end
 */
export function createClient(options: { apiRoot: string; token: string; callMs: number; connectMs: number }): Client {
  const { origin, pathname } = new URL(options.apiRoot);
  const pool = new Pool(origin, {
    connections: CONNECTIONS,
    connect: { timeout: options.connectMs },
    headersTimeout: options.callMs,
    bodyTimeout: options.callMs,
  });
  return {
    async call(method, body) {
      const bytes = Buffer.from(JSON.stringify(body));
      if (bytes.length > REQUEST_BYTES) throw new BadPayload('a request over 30 KB');
      const progress = { begun: false };
      // Covers the wait for a free connection too, which no timeout of the pool does.
      const signal = AbortSignal.timeout(options.callMs);
      let reply: { status: number; retryAfter: string | undefined; text: string };
      try {
        const response = await pool.request({
          method: 'POST',
          path: `${pathname.replace(/\/$/, '')}/${method}`,
          headers: {
            'content-type': 'application/json',
            'content-length': String(bytes.length),
            'x-viber-auth-token': options.token,
          },
          body: Readable.from(noting(bytes, progress)),
          signal,
        });
        const retryAfter = response.headers['retry-after'];
        reply = {
          status: response.statusCode,
          retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
          text: await readAtMost(response.body, ANSWER_BYTES),
        };
      } catch (error) {
        throw new ChannelDown(`no answer to ${method} (${kindOf(error)})`, progress.begun);
      }
      return read(method, reply);
    },
    close: () => pool.destroy(),
  };
}

/** Tells, from being read, that the connection stands and the request is under way: from here on it may have arrived. */
async function* noting(bytes: Uint8Array, progress: { begun: boolean }): AsyncGenerator<Uint8Array> {
  progress.begun = true;
  yield bytes;
}

async function readAtMost(body: AsyncIterable<Uint8Array>, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw new Error('an answer without end');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function read(method: string, reply: { status: number; retryAfter: string | undefined; text: string }): Answer {
  if (reply.status === 429) throw new RateLimited(Math.max(1, Number(reply.retryAfter) || 1) * 1000);
  if (reply.status === 413) throw new BadPayload(`${method} answered HTTP 413`);
  if (reply.status !== 200) {
    // A gateway's error says nothing of what the server behind it did, save 503 and 4xx: it did not get there.
    throw new ChannelDown(`${method} answered HTTP ${reply.status}`, reply.status >= 500 && reply.status !== 503);
  }
  const answer = answerSchema.safeParse(parsed(reply.text));
  if (!answer.success) throw new ChannelDown(`${method} answered what is no answer of Viber`, true);
  return answer.data;
}

function parsed(text: string): unknown {
  try {
    return parseExact(text);
  } catch {
    return null;
  }
}

/** The code of a network error. Its message may hold addresses. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
