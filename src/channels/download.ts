/** Fetches what a person sent, from the platform that keeps it. */
import type { Readable } from 'node:stream';
import { type Dispatcher, request } from 'undici';
import type { FetchedFile } from './channel.ts';
import { BadPayload, ChannelDown, RateLimited } from './errors.ts';
import { FETCH_LIMIT, kindOf } from './media.ts';

const REDIRECTS = 3;

/**
 * @param allowed whether an address is the platform's own: asked for the first one and for each that it leads on to, so
 * that nobody can have us fetch from the inside of our own network
 * @throws BadPayload when it is too large, no JPEG, PNG or PDF, gone, or elsewhere; RateLimited, ChannelDown. None of
 * them tells the address: it may hold the bot's token, and it leads to what a person sent
 */
export async function download(
  url: string,
  options: { dispatcher: Dispatcher; allowed(url: URL): boolean; timeoutMs: number },
): Promise<FetchedFile> {
  const signal = AbortSignal.timeout(options.timeoutMs);
  let at = url;
  for (let hops = 0; hops <= REDIRECTS; hops++) {
    const address = URL.canParse(at) ? new URL(at) : null;
    if (!address || !options.allowed(address)) throw new BadPayload('a file elsewhere');
    const answer = await ask(address, options.dispatcher, signal);
    if ('content' in answer) {
      const mime = kindOf(answer.content);
      if (mime === null) throw new BadPayload('no JPEG, PNG or PDF');
      return { mime, content: answer.content };
    }
    at = new URL(answer.location, address).href;
  }
  throw new BadPayload('a file that leads on without end');
}

async function ask(
  url: URL,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<{ content: Uint8Array } | { location: string }> {
  try {
    const { statusCode, headers, body } = await request(url, { dispatcher, signal });
    if (statusCode === 200) return { content: await readAtMost(body, Number(headers['content-length'] ?? 0)) };
    leave(body);
    const { location } = headers;
    if (statusCode >= 300 && statusCode < 400 && typeof location === 'string') return { location };
    if (statusCode === 429) throw new RateLimited(Math.max(1, Number(headers['retry-after']) || 1) * 1000);
    if (statusCode >= 500) throw new ChannelDown(`a file answered HTTP ${statusCode}`, false);
    throw new BadPayload(`a file answered HTTP ${statusCode}`);
  } catch (error) {
    if (error instanceof BadPayload || error instanceof RateLimited || error instanceof ChannelDown) throw error;
    throw new ChannelDown('a file could not be fetched', false);
  }
}

/** Ends with the first byte that is too many, whatever length was declared. */
async function readAtMost(body: Readable, declared: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = declared > FETCH_LIMIT ? declared : 0;
  if (size === 0) {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > FETCH_LIMIT) break;
      chunks.push(chunk);
    }
  }
  if (size > FETCH_LIMIT) {
    leave(body);
    throw new BadPayload('a file over 5 MB');
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** Left unread, the connection is cut, and the stream says so by an error that nobody awaits. */
function leave(body: Readable): void {
  body.on('error', () => undefined).destroy();
}
