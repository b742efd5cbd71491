import type { Clock } from '../clock.ts';
import type { Config, Secrets } from '../config.ts';
import { holdAlone } from '../storage/alone.ts';
import { openDatabase } from '../storage/database.ts';
import { openSeal } from '../storage/keys.ts';
import { createEmbeddedLeases } from '../storage/leases/embedded.ts';
import { createRedisLeases } from '../storage/leases/redis.ts';
import { createEmbeddedLimits } from '../storage/limits/embedded.ts';
import { createEmbeddedPace } from '../storage/pace/embedded.ts';
import { secretKeys } from '../storage/secret-key.ts';
import { createEmbeddedSessions } from '../storage/sessions/embedded.ts';
import { createRedisSessions } from '../storage/sessions/redis.ts';

const hourMs = 3_600_000;
/** Turns are promised by a clock that is never set. */
const steady = { now: () => performance.now() };

/**
 * Everything that remembers: SQL for what must survive, and Redis, or what stands in for it in one process. What is opened
 * is pushed onto `closers` at once, so that a start that fails leaves nothing open.
 */
export async function openStores(
  { config, secrets, clock }: { config: Config; secrets: Secrets; clock: Clock },
  closers: (() => Promise<unknown> | unknown)[],
) {
  if (!config.redisUrl) closers.push(await holdAlone(config.database));
  const database = await openDatabase(config.database);
  closers.push(() => database.close());
  const seal = await openSeal(database, secretKeys(secrets, config.dataDir));
  const sessionsFor = { ttlMs: config.sessionHours * hourMs };
  if (!config.redisUrl) {
    const sessions = createEmbeddedSessions(database, { ...sessionsFor, clock });
    const [leases, limits, pace] = [
      createEmbeddedLeases(clock),
      createEmbeddedLimits(clock),
      createEmbeddedPace(steady),
    ];
    closers.push(() => Promise.all([sessions.close(), leases.close(), limits.close(), pace.close()]));
    return { database, seal, redis: null, sessions, leases, limits, pace, sweepSessions: sessions.sweep };
  }
  // What is off isn't loaded: on the smallest machine that is a third of the memory, and half of a start.
  const redis = await (await import('../storage/redis.ts')).connectRedis(config.redisUrl);
  closers.push(() => redis.close());
  const { createRedisLimits } = await import('../storage/limits/redis.ts');
  const { createRedisPace } = await import('../storage/pace/redis.ts');
  const sessions = createRedisSessions(redis, sessionsFor);
  const [leases, limits, pace] = [
    createRedisLeases(redis),
    createRedisLimits(redis, clock),
    createRedisPace(redis, steady),
  ];
  closers.push(() => Promise.all([sessions.close(), leases.close(), limits.close(), pace.close()]));
  return { database, seal, redis, sessions, leases, limits, pace, sweepSessions: null };
}
