import { randomBytes } from 'node:crypto';
import type { RedisStore } from '../redis.ts';
import type { Leases } from './contract.ts';

/** One key a lease, holding its holder's token; it is extended or removed only where the token still stands. */
export function createRedisLeases(redis: RedisStore): Leases {
  return {
    async acquire(key, ttlMs) {
      const name = `l:{${key}}`;
      const token = randomBytes(16).toString('base64url');
      const taken = await redis.run((client) => client.set(name, token, 'PX', Math.ceil(ttlMs), 'NX'));
      if (taken === null) return null;
      return {
        async extend(ms) {
          return (await redis.run((client) => client.eval(EXTEND, 1, name, token, Math.ceil(ms)))) === 1;
        },
        async release() {
          await redis.run((client) => client.eval(RELEASE, 1, name, token));
        },
      };
    },
    // The connection is its owner's to close.
    close: async () => {},
  };
}

const EXTEND = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0`;

const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;
