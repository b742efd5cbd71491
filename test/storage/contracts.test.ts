import { expect, inject, test } from 'vitest';
import { createEmbeddedLeases } from '../../src/storage/leases/embedded.ts';
import { createRedisLeases } from '../../src/storage/leases/redis.ts';
import { createEmbeddedLimits } from '../../src/storage/limits/embedded.ts';
import { createRedisLimits } from '../../src/storage/limits/redis.ts';
import { createEmbeddedPace } from '../../src/storage/pace/embedded.ts';
import { createRedisPace } from '../../src/storage/pace/redis.ts';
import { connectRedis, type RedisStore } from '../../src/storage/redis.ts';
import { StoreDown } from '../../src/storage/sessions/contract.ts';
import { createEmbeddedSessions } from '../../src/storage/sessions/embedded.ts';
import { createRedisSessions } from '../../src/storage/sessions/redis.ts';
import { leasesContract } from '../contracts/leases.ts';
import { limitsContract } from '../contracts/limits.ts';
import { paceContract } from '../contracts/pace.ts';
import { sessionsContract } from '../contracts/sessions.ts';
import { engines, freshDatabase } from '../engines.ts';

const ttlMs = 72 * 3_600_000;

for (const engine of engines) {
  sessionsContract(`embedded on ${engine}`, async () => {
    const { database, drop } = await freshDatabase(engine);
    const clock = shiftable();
    return { sessions: createEmbeddedSessions(database, { ttlMs, clock }), ttlMs, pass: clock.pass, close: drop };
  });
}

sessionsContract('redis', async () => {
  const redis = await connectRedis(inject('redisUrl'));
  const pass = (person: string, ms: number) => age(redis, `s:{${person}}`, ms);
  return { sessions: createRedisSessions(redis, { ttlMs }), ttlMs, pass, close: () => redis.close() };
});

leasesContract('embedded', async () => {
  const clock = shiftable();
  const leases = createEmbeddedLeases(clock);
  return { leases, elsewhere: leases, pass: clock.pass, close: () => leases.close() };
});

leasesContract('redis', async () => {
  const redis = await connectRedis(inject('redisUrl'));
  const other = await connectRedis(inject('redisUrl'));
  return {
    leases: createRedisLeases(redis),
    elsewhere: createRedisLeases(other),
    pass: (key, ms) => age(redis, `l:{${key}}`, ms),
    close: async () => {
      await redis.close();
      await other.close();
    },
  };
});

limitsContract('embedded', async () => {
  const clock = shiftable();
  const limits = createEmbeddedLimits(clock);
  return { limits, pass: clock.pass, close: () => limits.close() };
});

limitsContract('redis', async () => {
  const redis = await connectRedis(inject('redisUrl'));
  return {
    limits: createRedisLimits(redis, { now: Date.now }),
    pass: async (key, ms) => {
      const full = Number(await redis.client.hget(`r:{${key}}`, 'f'));
      await redis.client.hset(`r:{${key}}`, 'f', full - ms);
      await age(redis, `r:{${key}}`, ms);
    },
    close: () => redis.close(),
  };
});

// When Redis is away each process counts for itself, by the same rules.
limitsContract('redis while it is away', async () => {
  const away = await connectRedis('redis://127.0.0.1:1');
  const clock = shiftable();
  return { limits: createRedisLimits(away, clock), pass: clock.pass, close: () => away.close() };
});

paceContract('embedded', async () => {
  const clock = shiftable();
  const pace = createEmbeddedPace(clock);
  return { pace, others: [], pass: clock.pass, close: () => pace.close() };
});

paceContract('redis, three at once', async () => {
  const clock = shiftable();
  const stores = await Promise.all([1, 2, 3].map(() => connectRedis(inject('redisUrl'))));
  const [pace, ...others] = stores.map((redis) => createRedisPace(redis, clock));
  const [redis] = stores;
  if (!pace || !redis) throw new Error('three were opened');
  return {
    ...{ pace, others },
    async pass(key, ms) {
      // What each process remembers ages with the clock, what they share where it is kept.
      await clock.pass(key, ms);
      for (const field of ['t', 'h']) {
        const at = await redis.client.hget(`p:{${key}}`, field);
        if (at !== null) await redis.client.hset(`p:{${key}}`, field, Number(at) - ms);
      }
      const left = await redis.client.lrange(`p:{${key}}:left`, 0, -1);
      for (const [i, at] of left.entries()) await redis.client.lset(`p:{${key}}:left`, i, String(Number(at) - ms));
    },
    close: async () => void (await Promise.all(stores.map((store) => store.close()))),
  };
});

function shiftable() {
  let now = Date.UTC(2026, 11, 1, 9);
  return {
    now: () => now,
    pass: async (_key: string, ms: number) => {
      now += ms;
    },
  };
}

/** Lets a key of Redis grow older by `ms`: its clock is its own. */
async function age(redis: RedisStore, key: string, ms: number): Promise<void> {
  const left = await redis.client.pttl(key);
  if (left >= 0) await redis.client.pexpire(key, left - ms);
}

test('a database that does not answer is a store that is down, as Redis would be', async () => {
  const { database, drop } = await freshDatabase('postgres');
  const sessions = createEmbeddedSessions(database, { ttlMs, clock: shiftable() });
  await drop();
  await expect(sessions.load('p')).rejects.toBeInstanceOf(StoreDown);
  await expect(sessions.save('p', '', { eventId: 'e', replies: '' })).rejects.toBeInstanceOf(StoreDown);
});

test.each(engines)('sessions that have ended are swept from %s, and no other', async (engine) => {
  const { database, drop } = await freshDatabase(engine);
  const clock = shiftable();
  const sessions = createEmbeddedSessions(database, { ttlMs, clock });
  await sessions.save('old', 's', { eventId: 'e', replies: '' });
  await clock.pass('', ttlMs - 1);
  await sessions.save('new', 's', { eventId: 'e', replies: '' });
  await sessions.sweep();
  expect(await database.db.selectFrom('sessions').select('person').execute()).toHaveLength(2);
  await clock.pass('', 1);
  await sessions.sweep();
  expect(await database.db.selectFrom('sessions').select('person').execute()).toEqual([{ person: 'new' }]);
  await drop();
});
