import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { RedisStore } from '../redis.ts';
import type { Limit, Limits } from './contract.ts';
import { createEmbeddedLimits, paceOf } from './embedded.ts';

/**
 * Buckets shared by all processes, on Redis' own clock. While Redis is away each process counts for itself, so that
 * nobody is let through without a limit and nobody waits.
 */
export function createRedisLimits(redis: RedisStore, clock: { now(): number }): Limits {
  const inMemory = createEmbeddedLimits(clock);
  const limiters = new Map<string, RateLimiterRedis>();
  const limiterFor = (limit: Limit) => {
    const id = `${limit.burst}/${limit.perMinute}`;
    const limiter = limiters.get(id) ?? createLimiter(redis, limit);
    limiters.set(id, limiter);
    return limiter;
  };
  return {
    async take(key, limit) {
      if (limit.perMinute <= 0) return { ok: true };
      try {
        await limiterFor(limit).consume(`{${key}}`);
        return { ok: true };
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) return inMemory.take(key, limit);
        const first = refusal.consumedPoints === REFUSED_FIRST;
        return { ok: false, first, retryAfterMs: Math.max(1, refusal.msBeforeNext) };
      }
    },
    async forget(key) {
      await inMemory.forget(key);
      await redis.run((client) => client.del(`${PREFIX}:{${key}}`)).catch(() => undefined);
    },
    close: () => inMemory.close(),
  };
}

const PREFIX = 'r';

/** Answers of the script in the place of "points used", of which the limiter allows one. */
const REFUSED_FIRST = 2;

/**
 * rate-limiter-flexible counts in windows; its door for another rule is a script that answers points used and ms to
 * wait. The pace travels as its `duration`, in
 * microseconds a turn, since it must not be below 1.
 */
function createLimiter(redis: RedisStore, limit: Limit): RateLimiterRedis {
  const { every, whole } = paceOf(limit);
  // By default it defines one command for all limiters on the connection, so that another limiter would change ours.
  const storeClient = {
    rlflxIncr: (args: string[]) => redis.run((client) => client.eval(BUCKET, 1, ...args, whole)),
  };
  return new RateLimiterRedis({ storeClient, keyPrefix: PREFIX, points: 1, duration: every * 1000 });
}

/**
 * A hash for each key: `f` when the bucket will be full again (ms), `n` 1 when the last one was refused. It expires when
 * full. ARGV: points, seconds, the limiter's points, its duration (microseconds until one more), ms of a whole bucket. Half
 * a millisecond is given away, for a turn is seldom a whole number of them.
 */
const BUCKET = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local bucket = redis.call('HMGET', KEYS[1], 'f', 'n')
local full = math.max(tonumber(bucket[1]) or now, now) + ARGV[4] / 1000
local wait = math.ceil(full - now - ARGV[5] - 0.5)
if wait > 0 then
  redis.call('HSET', KEYS[1], 'n', 1)
  if bucket[2] == '1' then return {3, wait} end
  return {2, wait}
end
redis.call('HSET', KEYS[1], 'f', string.format('%.3f', full), 'n', 0)
redis.call('PEXPIRE', KEYS[1], math.ceil(full - now) + 1000)
return {1, 0}`;
