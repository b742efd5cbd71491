import type { Context, Hono } from 'hono';
import type { ChannelDeps } from '../channel.ts';
import { parseExact } from './json.ts';
import type { ViberMessage } from './messages.ts';
import { type Callback, readCallback, receive } from './receive.ts';
import { renderWelcome } from './render.ts';
import type { Sender } from './send.ts';
import { isSigned } from './signature.ts';

export type RouteDeps = ChannelDeps & {
  token: string;
  sender: Sender;
  /** How long the welcome may take: Viber repeats a callback that isn't answered within some seconds. */
  welcomeMs: number;
  /** False once the channel is stopping. */
  takesUpdates(): boolean;
  /** Whether a picture or file may be fetched from this address. */
  mayFetch(url: URL): boolean;
  /** Told every callback that Viber has signed, before it is worked on. */
  onCallback(callback: Callback): void;
};

/**
 * `POST /webhooks/viber`: raw bytes, signature, JSON, then the event is accepted durably, and only then the 200. Every
 * answer has an empty body, but for an opened chat: there the body is the welcome. It belongs to this request alone.
 */
export function webhookRoute(app: Hono, deps: RouteDeps): void {
  app.post('/webhooks/viber', async (c) => {
    if (!deps.takesUpdates()) return c.body(null, 503);
    const body = await bytesOf(c);
    if (body === null) return c.body(null, 400);
    if (!isSigned(body, c.req.header('x-viber-content-signature') ?? c.req.query('sig'), deps.token)) {
      deps.report.count('channel_refused', { channel: 'viber', why: 'signature' });
      return c.body(null, 401);
    }
    const json = jsonOf(body);
    if (json === undefined) {
      deps.report.count('channel_refused', { channel: 'viber', why: 'json' });
      return c.body(null, 400);
    }
    const callback = readCallback(json);
    deps.report.count('channel_callbacks', { channel: 'viber', event: callback.event });
    deps.onCallback(callback);
    return callback.event === 'conversation_started' ? greet(c, callback, deps) : accept(c, callback, deps);
  });
}

/** Anything but 200 makes Viber repeat: right when the event isn't safe, wrong for all that we merely don't care for. */
async function accept(c: Context, callback: Callback, deps: RouteDeps): Promise<Response> {
  const event = receive(callback, deps.clock.now(), deps.mayFetch);
  if (event === null) return c.body(null, 200);
  try {
    await deps.accept([event]);
    return c.body(null, 200);
  } catch (error) {
    deps.report.log('error', 'an event could not be kept, Viber will repeat it', { error: nameOf(error) });
    return c.body(null, 503);
  }
}

/** Opening a chat is no subscription: the one message that Viber then takes is this answer. */
async function greet(c: Context, callback: Callback, deps: RouteDeps): Promise<Response> {
  const message = await welcomeInTime(callback, deps);
  return message === null ? c.json({}) : c.json({ sender: deps.sender, ...message });
}

async function welcomeInTime(callback: Callback, deps: RouteDeps): Promise<ViberMessage | null> {
  const event = receive(callback, deps.clock.now(), deps.mayFetch);
  if (event === null) return null;
  const { promise: tooLate, resolve } = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => resolve('late'), deps.welcomeMs);
  try {
    const reply = await Promise.race([deps.welcome(event), tooLate]);
    if (reply === 'late') {
      deps.report.count('channel_welcomes_missed', { channel: 'viber', why: 'late' });
      return null;
    }
    return reply === null ? null : renderWelcome(reply);
  } catch (error) {
    deps.report.count('channel_welcomes_missed', { channel: 'viber', why: 'failed' });
    deps.report.log('error', 'no welcome could be made', { error: nameOf(error) });
    return null;
  } finally {
    clearTimeout(timer);
  }
}

async function bytesOf(c: Context): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await c.req.arrayBuffer());
  } catch {
    return null;
  }
}

/** @returns undefined when the bytes are no JSON text in UTF-8 */
function jsonOf(body: Uint8Array): unknown {
  try {
    return parseExact(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
