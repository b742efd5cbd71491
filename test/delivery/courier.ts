import { createDispatcher } from '../../src/delivery/dispatcher.ts';
import { type DatabaseConfig, openDatabase } from '../../src/storage/database.ts';
import { seal } from './post-office.ts';

/**
 * A process of its own that dispatches until it is killed: every message is a request to the test's own server, which
 * answers when and if it likes.
 */
export type Orders = { config: DatabaseConfig; url: string };

// The program has a server that keeps it alive; here nothing would, between one call and the next look.
setInterval(() => undefined, 60_000);

process.once('message', async ({ config, url }: Orders) => {
  const database = await openDatabase(config);
  createDispatcher<string>({
    ...{ database, seal, clock: { now: Date.now } },
    alone: false,
    prepare: async ({ person, payload }) => ({
      do: 'send',
      words: (payload as { words: string }).words,
      to: [{ channel: 'telegram', sender: person }],
    }),
    async send(_channel, _sender, words) {
      await fetch(url, { method: 'POST', body: words });
      return { outcome: 'sent' };
    },
    gone: async () => undefined,
    report: { count: () => undefined, fault: () => 'CODE' },
    limits: { parallel: 8, pollMs: 50, leaseMs: 1_500, callMs: 1_000 },
  }).start();
  process.send?.('started');
});
