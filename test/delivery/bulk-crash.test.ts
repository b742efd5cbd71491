import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { engines, freshDatabase } from '../engines.ts';
import type { CrierOrders } from './crier.ts';
import { kill } from './kill.ts';
import { message, openOffice } from './post-office.ts';

const group = 'announcement:1';
const parallel = 4;
const most = 10;

type World = {
  fresh: Awaited<ReturnType<typeof freshDatabase>>;
  office: ReturnType<typeof openOffice>;
  platform: Awaited<ReturnType<typeof startPlatform>>;
  criers: Set<ChildProcess>;
};

async function openWorld(engine: (typeof engines)[number]): Promise<World> {
  const fresh = await freshDatabase(engine);
  return { fresh, office: openOffice(fresh.database), platform: await startPlatform(), criers: new Set() };
}

async function closeWorld({ fresh, platform, criers }: World): Promise<void> {
  await Promise.all([...criers].map(kill));
  platform.stop();
  await fresh.drop();
}

/** Loaded and connected; it begins when it is told. */
async function makeCrier({ criers, fresh, platform }: World, change: Partial<CrierOrders> = {}): Promise<ChildProcess> {
  const crier = fork(join(import.meta.dirname, 'crier.ts'), { execArgv: [] });
  criers.add(crier);
  const ready = once(crier, 'message');
  const usual = { config: fresh.config, url: platform.url, group, redisUrl: null, paces: {}, parallel, most };
  crier.send({ ...usual, ...change } satisfies CrierOrders);
  await ready;
  return crier;
}

async function announce({ office }: World, alone: number, together: number): Promise<string[]> {
  const now = Date.now();
  office.clock.time = now;
  const people = [
    ...Array.from({ length: alone }, (_, i) => `a${i}`),
    ...Array.from({ length: together }, (_, i) => `t${i}`),
  ];
  const due = { kind: 'announcement', group, dueAt: now - 1_000, notAfter: now + 3_600_000 } as const;
  await office.put(...people.map((person) => message({ ...due, person })));
  return people;
}

/** Resolves when no row waits or is being sent. */
async function allSettled({ office }: World) {
  for (;;) {
    const books = await office.outbox.books(group);
    if (books.waiting + books.sending === 0) return books;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe.each(engines)('processes that are killed while they tell many, on %s', (engine) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(engine);
  });
  afterEach(() => closeWorld(world));

  const kills = 20;

  it('after twenty kills everybody is in the books, nobody was told twice, and few are in doubt', async () => {
    const { office, platform } = world;
    const people = await announce(world, 1_400, 600);
    let next = makeCrier(world);
    for (let i = 1; i <= kills; i++) {
      const crier = await next;
      // The next one loads while this one works.
      next = makeCrier(world);
      crier.send('go');
      await platform.reached(platform.told.length + 40);
      if (i % 2 === 0) {
        // In the middle of calls: the requests have arrived, and their answers never come.
        platform.hold();
        await platform.reached(platform.told.length + 1);
      }
      await kill(crier);
      platform.letGo();
      // What it leaves in doubt: a call of each of its slots, and one call for many.
      const left = (await office.rows()).filter((row) => row.state === 'sending');
      for (const own of Map.groupBy(left, (row) => row.holder).values()) {
        expect(own.filter((row) => row.person.startsWith('a')).length).toBeLessThanOrEqual(parallel);
        expect(own.filter((row) => row.person.startsWith('t')).length).toBeLessThanOrEqual(most);
      }
    }
    const rest = await office.outbox.books(group);
    expect(rest.waiting).toBeGreaterThan(0);
    (await next).send('go');
    const { sent, uncertain, withdrawn, failed } = await allSettled(world);

    expect({ withdrawn, failed, all: sent + uncertain }).toEqual({ withdrawn: 0, failed: {}, all: people.length });
    const told = new Set(platform.told);
    expect(told.size).toBe(platform.told.length);
    // What the books call sent was heard; what was never heard they call uncertain.
    const rows = await office.rows();
    expect(rows.filter((row) => row.state === 'sent' && !told.has(row.person))).toEqual([]);
    const inDoubt = rows.filter((row) => row.state === 'uncertain').map((row) => row.person);
    expect(inDoubt.filter((person) => person.startsWith('a')).length).toBeLessThanOrEqual(kills * parallel);
    expect(inDoubt.filter((person) => person.startsWith('t')).length).toBeLessThanOrEqual(kills * most);
    expect(inDoubt.length).toBeGreaterThan(0);
  }, 120_000);
});

describe('three processes that share a pace', () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld('postgres');
  });
  afterEach(() => closeWorld(world));

  const perSecond = 20;
  /** Calls may arrive so much later than they were due, and the next ones in time. */
  const jitterMs = 100;
  const share = { rate: { calls: perSecond, perMs: 1_000 }, chatMs: 0 };

  async function start(): Promise<void> {
    const orders = { redisUrl: inject('redisUrl'), paces: { alone: share } };
    const three = await Promise.all([1, 2, 3].map(() => makeCrier(world, orders)));
    for (const crier of three) crier.send('go');
  }

  it('together never send more in a second than the platform allows, and waste little of it', async () => {
    await announce(world, 80, 0);
    await start();
    expect((await allSettled(world)).sent).toBe(80);
    const { times } = world.platform;
    for (const from of times) {
      const within = times.filter((at) => at >= from && at < from + 1_000 - jitterMs).length;
      expect(within).toBeLessThanOrEqual(perSecond);
    }
    const took = (times.at(-1) ?? 0) - (times[0] ?? 0);
    expect(took).toBeGreaterThan((79 * 1_000) / perSecond - jitterMs);
  }, 60_000);

  it('all keep the pause that the platform asks one of them for', async () => {
    await announce(world, 60, 0);
    const { platform } = world;
    const asked = platform.refuse(20, 1);
    await start();
    const at = await asked;
    expect((await allSettled(world)).sent).toBe(60);
    // What was on its way already arrives; then nothing until the pause is over.
    const during = platform.times.filter((time) => time > at && time < at + 1_000);
    expect(during.length).toBeLessThanOrEqual(4);
    expect(platform.times.filter((time) => time >= at + 1_000).length).toBeGreaterThan(30);
    expect(new Set(platform.told).size).toBe(60);
  }, 60_000);
});

/** Where messages arrive. It takes a moment to answer; what arrives while it holds is not answered at all. */
async function startPlatform() {
  const told: string[] = [];
  const times: number[] = [];
  const watchers = new Set<() => void>();
  let open = Promise.withResolvers<void>();
  open.resolve();
  let refusal: { after: number; seconds: number; done: (at: number) => void } | null = null;
  const server = createServer(async (request, response) => {
    const people = (await text(request)).split(' ');
    times.push(performance.now());
    if (refusal && times.length > refusal.after) {
      response.writeHead(429, { 'retry-after': String(refusal.seconds) });
      response.end();
      refusal.done(performance.now());
      refusal = null;
      return;
    }
    told.push(...people);
    const answered = open.promise;
    for (const watcher of watchers) watcher();
    await new Promise((resolve) => setTimeout(resolve, people.length > 1 ? 30 : 5));
    await answered;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    ...{ told, times },
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    /** Resolves when so many people have been told in all. */
    reached: (count: number) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (told.length < count) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
    /** Refuses one call, after so many others. Resolves with the time of its answer. */
    refuse: (after: number, seconds: number) =>
      new Promise<number>((resolve) => {
        refusal = { after, seconds, done: resolve };
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
