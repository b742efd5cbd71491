import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatabaseConfig } from '../../src/storage/database.ts';
import { engines, freshDatabase } from '../engines.ts';
import type { Orders } from './courier.ts';
import { kill } from './kill.ts';
import { message, openOffice } from './post-office.ts';

describe.each(engines)('processes that are killed while they send, on %s', (engine) => {
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  let office: ReturnType<typeof openOffice>;
  let platform: Awaited<ReturnType<typeof startPlatform>>;
  const couriers = new Set<ChildProcess>();

  beforeEach(async () => {
    fresh = await freshDatabase(engine);
    office = openOffice(fresh.database);
    platform = await startPlatform();
  });
  afterEach(async () => {
    await Promise.all([...couriers].map(kill));
    couriers.clear();
    platform.stop();
    await fresh.drop();
  });

  async function startCourier(config: DatabaseConfig): Promise<ChildProcess> {
    const courier = fork(join(import.meta.dirname, 'courier.ts'), { execArgv: [] });
    couriers.add(courier);
    courier.send({ config, url: platform.url } satisfies Orders);
    await once(courier, 'message');
    return courier;
  }

  /** Resolves when no row waits or is being sent. */
  async function allSettled() {
    for (;;) {
      const books = await office.books();
      if (!books.waiting && !books.sending) return books;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  const put = async (kind: 'reminder' | 'answer', count: number) => {
    const now = Date.now();
    office.clock.time = now;
    const all = Array.from({ length: count }, (_, i) =>
      message({ kind, words: `${kind} ${i}`, dueAt: now - 1_000, notAfter: now + 3_600_000 }),
    );
    await office.put(...all);
    return all.map((one) => String(one.payload.words));
  };

  it('everybody is told what waits for them, the books are balanced, and nothing is said for ever', async () => {
    const answered = await put('answer', 120);
    const reminded = await put('reminder', 120);
    let next = await startCourier(fresh.config);
    for (const after of [10, 60, 100, 130]) {
      const courier = next;
      await platform.reached(after);
      // In the middle of a call: the request has arrived, and its answer never comes.
      platform.hold();
      await platform.reached(after + 2);
      await kill(courier);
      platform.letGo();
      next = await startCourier(fresh.config);
    }
    const books = await allSettled();

    const heard = (words: string) => platform.got.filter((one) => one === words).length;
    expect(Object.values(books).reduce((sum, count) => sum + count, 0)).toBe(240);
    expect((books.sent ?? 0) + (books.uncertain ?? 0)).toBe(240);
    const all = [...answered, ...reminded];
    expect(all.filter((words) => heard(words) === 0)).toEqual([]);
    expect(all.filter((words) => heard(words) > 3)).toEqual([]);
    // Somebody was killed in the middle of a call: what nobody could know was said again.
    expect(all.filter((words) => heard(words) > 1).length).toBeGreaterThan(0);
  }, 120_000);

  it('two that run side by side say nothing twice, but what the one that was killed had in hand', async () => {
    const reminded = await put('reminder', 200);
    const [first] = await Promise.all([startCourier(fresh.config), startCourier(fresh.config)]);
    await platform.reached(60);
    await kill(first);
    const books = await allSettled();
    expect((books.sent ?? 0) + (books.uncertain ?? 0)).toBe(200);
    expect(reminded.filter((words) => !platform.got.includes(words))).toEqual([]);
    expect(platform.got.length - new Set(platform.got).size).toBeLessThanOrEqual(16);
  }, 120_000);
});

/** Where messages arrive. While it holds, it takes them and does not answer. */
async function startPlatform() {
  const got: string[] = [];
  const watchers = new Set<() => void>();
  let open = Promise.withResolvers<void>();
  open.resolve();
  const server: Server = createServer(async (request, response) => {
    got.push(await text(request));
    for (const watcher of watchers) watcher();
    await open.promise;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    got,
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    /** Resolves when so many messages have arrived in all. */
    reached: (count: number) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (got.length < count) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
    hold() {
      open = Promise.withResolvers<void>();
    },
    letGo() {
      open.resolve();
    },
    stop() {
      open.resolve();
      server.close();
      server.closeAllConnections();
    },
  };
}
