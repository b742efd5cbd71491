import { createAbandoned } from '../../src/delivery/abandoned.ts';
import { createBulk } from '../../src/delivery/bulk.ts';
import { type ChannelPace, createTurns } from '../../src/delivery/pace.ts';
import type { BulkOutcome } from '../../src/delivery/retry.ts';
import { type DatabaseConfig, openDatabase } from '../../src/storage/database.ts';
import { createEmbeddedPace } from '../../src/storage/pace/embedded.ts';
import { createRedisPace } from '../../src/storage/pace/redis.ts';
import { connectRedis } from '../../src/storage/redis.ts';
import { seal } from './post-office.ts';

/**
 * A process of its own that tells many until it is killed. A call is a request to the test's own server, whose body are the
 * people whom it tells; the server answers when and if it likes. People whose name begins with `t` (for together) are told
 * several at once.
 */
export type CrierOrders = {
  config: DatabaseConfig;
  url: string;
  group: string;
  redisUrl: string | null;
  paces: Record<string, ChannelPace>;
  /** Calls to one person each at the same time, and people in one call for many. */
  parallel: number;
  most: number;
};

// The program has a server that keeps it alive; here nothing would, between one call and the next look.
setInterval(() => undefined, 60_000);

process.once('message', async ({ config, url, group, redisUrl, paces, parallel, most }: CrierOrders) => {
  const database = await openDatabase(config);
  const clock = { now: Date.now };
  const steady = { now: () => performance.now() };
  const pace = redisUrl ? createRedisPace(await connectRedis(redisUrl), steady) : createEmbeddedPace(steady);
  const report = { count: () => undefined, fault: () => 'CODE' };

  async function tell(people: readonly string[]): Promise<BulkOutcome> {
    const answer = await fetch(url, { method: 'POST', body: people.join(' ') });
    const pause = Number(answer.headers.get('retry-after') ?? 0);
    if (answer.status === 429) return { outcome: 'later', afterMs: pause * 1_000, limited: true, uncertain: false };
    return { outcome: 'sent', receipt: null };
  }

  const bulk = createBulk<string>({
    ...{ database, seal, clock, report },
    turns: createTurns(pace, paces),
    abandoned: createAbandoned({ database, clock, alone: false, report }),
    jobs: async () => [{ group, blockedIsFine: false }],
    prepare: async (dues) =>
      dues.map(({ person }) => {
        const channel = person.startsWith('t') ? 'together' : 'alone';
        return { do: 'send', words: 'hello', key: 'hello', to: [{ channel, sender: person }] };
      }),
    one: (_channel, sender) => tell([sender]),
    many: (channel) =>
      channel === 'together'
        ? {
            most,
            async send(senders) {
              const outcome = await tell(senders);
              return senders.map(() => outcome);
            },
          }
        : null,
    gone: async () => undefined,
    trouble: async () => undefined,
    report,
    limits: { parallel, pollMs: 50, leaseMs: 2_000, callMs: 1_500 },
  });
  process.once('message', () => bulk.start());
  process.send?.('ready');
});
