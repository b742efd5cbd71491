import type { Limit, Limits } from './contract.ts';

/** `full`: when the bucket will be full again, UTC ms. `refused`: the last one was refused. */
type Bucket = { full: number; refused: boolean };

const SWEEP_ABOVE = 10_000;

/**
 * Buckets in this process. rate-limiter-flexible's counter in memory has windows only, and no word on which refusal is the
 * first, hence the few lines of our own: the same rule as the script in redis.ts.
 */
export function createEmbeddedLimits(clock: { now(): number }): Limits {
  const buckets = new Map<string, Bucket>();
  return {
    async take(key, limit) {
      if (limit.perMinute <= 0) return { ok: true };
      const now = clock.now();
      const { every, whole } = paceOf(limit);
      const bucket = buckets.get(key) ?? { full: now, refused: false };
      const full = Math.max(bucket.full, now) + every;
      // Half a millisecond is given away: a turn is seldom a whole number of them, and the sum may be a hair too high.
      const retryAfterMs = Math.ceil(full - now - whole - 0.5);
      if (retryAfterMs > 0) {
        buckets.set(key, { full: bucket.full, refused: true });
        return { ok: false, first: !bucket.refused, retryAfterMs };
      }
      buckets.set(key, { full, refused: false });
      if (buckets.size > SWEEP_ABOVE) dropFull(buckets, now);
      return { ok: true };
    },
    async forget(key) {
      buckets.delete(key);
    },
    async close() {
      buckets.clear();
    },
  };
}

/** @returns ms until one more is allowed, and ms until an empty bucket is full */
export function paceOf({ burst, perMinute }: Limit): { every: number; whole: number } {
  const every = 60_000 / perMinute;
  return { every, whole: every * Math.max(1, burst) };
}

/** Buckets that are full again are as good as absent. The others stay, however many: forgetting them would lift limits. */
function dropFull(buckets: Map<string, Bucket>, now: number): void {
  for (const [key, bucket] of buckets) if (bucket.full <= now) buckets.delete(key);
}
