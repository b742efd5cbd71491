import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisStore } from '../redis.ts';
import type { Leases } from './contract.ts';

/** One key a lease, holding its holder's token; it is extended or removed only where the token still stands. */
export function createRedisLeases(redis: RedisStore): Leases {
  const holder = randomBytes(16).toString('base64url');
  let leases = 0;
  const closing = new AbortController();

  /**
   * A command that got no answer may be carried out all the same, once Redis goes on: a lease would stand that nobody
   * holds, and its person would wait until it ends. So its token is taken back, as soon as Redis answers.
   */
  async function takeBack(name: string, token: string, ttlMs: number): Promise<void> {
    const { signal } = closing;
    for (let waited = 0, pause = FIRST_PAUSE_MS; waited < ttlMs; waited += pause, pause = Math.min(pause * 2, 1_000)) {
      await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      const done = await redis.step(name, ['release', token]).then(
        () => true,
        () => false,
      );
      if (done) return;
    }
  }

  return {
    async acquire(key, ttlMs) {
      const name = `l:{${key}}`;
      const token = `${holder}${++leases}`;
      let until = ttlMs;
      const orTakeBack = (error: unknown): never => {
        void takeBack(name, token, until);
        throw error;
      };
      const taken = await redis.step(name, ['take', token, Math.ceil(ttlMs)]).catch(orTakeBack);
      if (taken === null) return null;
      return {
        async extend(ms) {
          until = ms;
          return (await redis.step(name, ['extend', token, Math.ceil(ms)])) === 1;
        },
        async release() {
          await redis.step(name, ['release', token]).catch(orTakeBack);
        },
      };
    },
    /** The connection is its owner's to close. */
    async close() {
      closing.abort();
    },
  };
}

const FIRST_PAUSE_MS = 50;
