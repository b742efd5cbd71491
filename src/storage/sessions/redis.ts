import type { RedisStore } from '../redis.ts';
import type { Sessions } from './contract.ts';

/** A hash for each person: `s` the session, `e` the event answered, `r` its replies that are still to be sent. */
export function createRedisSessions(redis: RedisStore, options: { ttlMs: number }): Sessions {
  return {
    async load(person) {
      const fields = (await redis.step(keyOf(person), ['load'])) as (string | null)[];
      const [session = null, eventId = null, replies = null] = fields;
      return { session, answered: eventId !== null && replies !== null ? { eventId, replies } : null };
    },
    async save(person, session, { eventId, replies }) {
      await redis.step(keyOf(person), ['save', session, eventId, replies, Math.round(options.ttlMs)]);
    },
    async sent(person, eventId) {
      await redis.step(keyOf(person), ['sent', eventId]);
    },
    async forget(person) {
      await redis.step(keyOf(person), ['forget']);
    },
    // The connection is its owner's to close.
    close: async () => {},
  };
}

const keyOf = (person: string) => `s:{${person}}`;
