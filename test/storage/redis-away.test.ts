import { afterEach, expect, test } from 'vitest';
import { createRedisLeases } from '../../src/storage/leases/redis.ts';
import { createRedisLimits } from '../../src/storage/limits/redis.ts';
import { createRedisPace } from '../../src/storage/pace/redis.ts';
import { connectRedis, type RedisStore } from '../../src/storage/redis.ts';
import { StoreDown } from '../../src/storage/sessions/contract.ts';
import { createRedisSessions } from '../../src/storage/sessions/redis.ts';
import { type Server, startRedis } from '../servers.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(): Promise<{ server: Server; redis: RedisStore }> {
  const server = await startRedis();
  cleanups.push(() => server.stop());
  const redis = await connectRedis(server.url);
  cleanups.push(() => redis.close());
  return { server, redis };
}

const answered = { eventId: 'web:1', replies: '[]' };

test('Redis stands still: people are told at once that it is away, and it is back without a restart', async () => {
  const { server, redis } = await start();
  const sessions = createRedisSessions(redis, { ttlMs: 60_000 });
  await sessions.save('p', 'before', answered);
  expect(redis.ready).toBe(true);
  expect(redis.lastContact).not.toBeNull();

  server.process.kill('SIGSTOP');
  await expect(sessions.load('p')).rejects.toBeInstanceOf(StoreDown);
  expect(redis.ready).toBe(false);
  await expect(sessions.save('p', 'during', answered)).rejects.toBeInstanceOf(StoreDown);
  await expect(createRedisLeases(redis).acquire('p', 1_000)).rejects.toBeInstanceOf(StoreDown);
  const limits = createRedisLimits(redis, { now: () => 0 });
  expect(await limits.take('p', { burst: 1, perMinute: 1 })).toEqual({ ok: true });
  expect(await limits.take('p', { burst: 1, perMinute: 1 })).toEqual({ ok: false, first: true, retryAfterMs: 60_000 });

  server.process.kill('SIGCONT');
  await expect.poll(() => redis.ready, { timeout: 10_000 }).toBe(true);
  expect((await sessions.load('p')).session).toBe('before');
  expect(await limits.take('p', { burst: 1, perMinute: 1 })).toEqual({ ok: true });
});

test('Redis stands still as a lease is taken or let go: nobody waits for a lease that nobody holds', async () => {
  const { server, redis } = await start();
  const leases = createRedisLeases(redis);
  cleanups.push(() => leases.close());
  const held = await leases.acquire('held', 60_000);

  server.process.kill('SIGSTOP');
  // Both are on their way before either is known to have failed.
  const [taken, released] = await Promise.allSettled([leases.acquire('taken', 60_000), held?.release()]);
  expect([taken.status, released.status]).toEqual(['rejected', 'rejected']);

  server.process.kill('SIGCONT');
  for (const key of ['taken', 'held'])
    await expect.poll(() => leases.acquire(key, 60_000).catch(() => null), { timeout: 10_000 }).not.toBeNull();
});

test('a connection that has gone silent is given up, and a new one made', async () => {
  const { server, redis } = await start();
  server.process.kill('SIGSTOP');
  await new Promise((resolve) => redis.client.once('close', resolve));
  server.process.kill('SIGCONT');
  await expect.poll(() => redis.ready, { timeout: 10_000 }).toBe(true);
  expect(await redis.run((client) => client.ping())).toBe('PONG');
});

test('Redis is killed and started again: scripts, leases and sessions work as before', async () => {
  const { server, redis } = await start();
  const sessions = createRedisSessions(redis, { ttlMs: 60_000 });
  const leases = createRedisLeases(redis);
  await sessions.save('p', 'before', answered);
  const lease = await leases.acquire('p', 60_000);

  await server.stop();
  await expect(sessions.load('p')).rejects.toBeInstanceOf(StoreDown);
  await expect(lease?.extend(1_000)).rejects.toBeInstanceOf(StoreDown);

  const again = await startRedis(Number(new URL(server.url).port));
  cleanups.push(() => again.stop());
  await expect.poll(() => redis.ready, { timeout: 10_000 }).toBe(true);
  expect(await lease?.extend(1_000)).toBe(false);
  expect(await leases.acquire('p', 1_000)).not.toBeNull();
  await sessions.save('p', 'after', answered);
  await sessions.sent('p', 'web:1');
  expect(await sessions.load('p')).toEqual({ session: 'after', answered: null });
});

test('the program starts while Redis is away, and takes it up when it comes', async () => {
  const server = await startRedis();
  const port = Number(new URL(server.url).port);
  await server.stop();
  const redis = await connectRedis(server.url);
  cleanups.push(() => redis.close());
  expect(redis.ready).toBe(false);
  expect(redis.lastContact).toBeNull();
  await expect(redis.run((client) => client.ping())).rejects.toBeInstanceOf(StoreDown);
  const late = await startRedis(port);
  cleanups.push(() => late.stop());
  await expect.poll(() => redis.ready, { timeout: 10_000 }).toBe(true);
  expect(redis.lastContact).not.toBeNull();
});

test('a Redis that is full is away; one that is misused is a fault, and says nothing of the person', async () => {
  const { redis } = await start();
  await redis.client.set('s:{secret-person}', 'text');
  const misuse = redis.run((client) => client.hget('s:{secret-person}', 's'));
  await expect(misuse).rejects.toThrow('redis refused: WRONGTYPE');
  await expect(misuse).rejects.not.toHaveProperty('command');
  await redis.client.config('SET', 'maxmemory', '1');
  await expect(redis.run((client) => client.set('key', 'value'))).rejects.toThrow(new StoreDown('redis: OOM'));
});

test('what is asked for many people at once is one command, in order; what goes wrong with one is theirs alone', async () => {
  const { redis } = await start();
  const sessions = createRedisSessions(redis, { ttlMs: 60_000 });
  const leases = createRedisLeases(redis);
  const scripts = async () =>
    [...(await redis.client.info('commandstats')).matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].map(([, n]) => n);
  await redis.client.set('s:{secret-person}', 'text');
  await redis.client.hset('l:{held}', 'no', 'lease');
  const people = Array.from({ length: 50 }, (_, i) => `p${i}`);
  const [all, misused, lease, held] = await Promise.all([
    Promise.all(
      people.flatMap((person) => [
        sessions.save(person, `first of ${person}`, answered),
        sessions.save(person, `last of ${person}`, answered),
        sessions.load(person),
        sessions.sent(person, 'web:1'),
      ]),
    ),
    sessions.save('secret-person', 'x', answered).catch((error: unknown) => error),
    leases.acquire('p1', 60_000),
    leases.acquire('held', 60_000),
  ]);
  expect(await scripts()).toEqual(['1']);
  expect(all.filter((_, i) => i % 4 === 2)).toEqual(
    people.map((person) => ({ session: `last of ${person}`, answered })),
  );
  expect(misused).toEqual(new Error('redis refused: WRONGTYPE'));
  expect(held).toBeNull();
  await Promise.all([lease?.release(), sessions.forget('p2')]);
  expect(await redis.client.exists('l:{p1}')).toBe(0);
  expect(await Promise.all([sessions.load('p1'), sessions.load('p2')])).toEqual([
    { session: 'last of p1', answered: null },
    { session: null, answered: null },
  ]);
});

test('Redis stands still: each process sends at a quarter of the pace, holds what it was asked to, and the rest when Redis is back', async () => {
  const { server, redis } = await start();
  const pace = createRedisPace(redis, { now: () => 0 });
  const elsewhere = createRedisPace(redis, { now: () => 0 });
  const rate = { calls: 10, perMs: 1_000_000 };
  expect(await pace.take('a', rate)).toEqual({ waitMs: 0, held: false });

  server.process.kill('SIGSTOP');
  expect(await pace.take('b', rate)).toEqual({ waitMs: 0, held: false });
  expect(await pace.take('b', rate)).toEqual({ waitMs: 404_000, held: false });
  await pace.hold('b', 60_000);
  expect(await pace.take('b', rate)).toEqual({ waitMs: 60_000, held: true });

  server.process.kill('SIGCONT');
  await expect.poll(() => redis.ready, { timeout: 10_000 }).toBe(true);
  expect(await pace.held('b')).toBe(60_000);
  expect(await pace.take('b', rate)).toMatchObject({ held: true });
  // What was shared before is shared again.
  expect((await elsewhere.take('a', rate)).waitMs).toBeGreaterThan(80_000);
});
