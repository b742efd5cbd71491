/** The channel alone, on a free port, talking to the emulator: what it accepts and reports is there to be looked at. */
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import type { ChannelDeps } from '../../../src/channels/channel.ts';
import { createViber, type ViberConfig } from '../../../src/channels/viber/index.ts';
import type { Event } from '../../../src/conversation/event.ts';
import type { Reply } from '../../../src/conversation/reply.ts';
import { createSeal } from '../../../src/storage/seal.ts';
import type { ViberEmulator } from '../../emulators/viber.ts';

const seal = createSeal([Buffer.alloc(32, 7)]);
const files: ViberConfig['files'] = {
  seal: (plain) => seal.seal(plain, 'viber file'),
  open: (sealed) => seal.open(sealed, 'viber file'),
};

export type Bot = Awaited<ReturnType<typeof startBot>>;

export async function startBot(
  viber: { apiRoot: string; token: string },
  options: {
    config?: Partial<ViberConfig>;
    accept?: ChannelDeps['accept'];
    welcome?: (event: Event) => Promise<Reply | null>;
    now?: () => number;
    /** Does not call start(). */
    idle?: boolean;
  } = {},
) {
  const app = new Hono();
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const accepted: Event[] = [];
  const lines: { level: string; message: string; fields?: Record<string, unknown> }[] = [];
  const counts: { name: string; labels: Record<string, string> }[] = [];
  const channel = createViber(
    {
      apiRoot: viber.apiRoot,
      token: viber.token,
      publicUrl,
      name: 'Vistka',
      avatar: null,
      files,
      ...options.config,
      timings: { firstRetryMs: 10, lastRetryMs: 50, ...options.config?.timings },
    },
    {
      accept:
        options.accept ??
        (async (events) => {
          accepted.push(...events);
        }),
      welcome: options.welcome ?? (async () => ({ text: 'Hello' })),
      clock: { now: options.now ?? Date.now },
      report: {
        log: (level, message, fields) => lines.push({ level, message, ...(fields ? { fields } : {}) }),
        count: (name, labels = {}) => counts.push({ name, labels }),
      },
    },
  );
  channel.routes(app);
  if (!options.idle) channel.start();
  return {
    app,
    channel,
    publicUrl,
    accepted: accepted as readonly Event[],
    lines: lines as readonly (typeof lines)[number][],
    counts: counts as readonly (typeof counts)[number][],
    async [Symbol.asyncDispose]() {
      await channel.stop();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Resolves once the emulator knows the bot's webhook. */
export async function registered(viber: ViberEmulator): Promise<void> {
  await until(() => viber.webhook !== '', 'the bot registers its webhook');
}

/** Turns of the event loop until it holds. @throws after five seconds, naming what did not happen */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
