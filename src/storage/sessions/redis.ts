import type { RedisStore } from '../redis.ts';
import type { Sessions } from './contract.ts';

/**
 * A hash for each person: `s` the session, `e` the event answered, `r` its replies that are still to be sent. The braces
 * keep a person on one node of a cluster.
 */
export function createRedisSessions(redis: RedisStore, options: { ttlMs: number }): Sessions {
  return {
    async load(person) {
      const [session, eventId, replies] = await redis.run((client) => client.hmget(keyOf(person), 's', 'e', 'r'));
      return {
        session: session ?? null,
        answered: eventId != null && replies != null ? { eventId, replies } : null,
      };
    },
    async save(person, session, { eventId, replies }) {
      await redis.run((client) =>
        client.eval(SAVE, 1, keyOf(person), session, eventId, replies, Math.round(options.ttlMs)),
      );
    },
    async sent(person, eventId) {
      await redis.run((client) => client.eval(SENT, 1, keyOf(person), eventId));
    },
    async forget(person) {
      await redis.run((client) => client.del(keyOf(person)));
    },
    // The connection is its owner's to close.
    close: async () => {},
  };
}

const keyOf = (person: string) => `s:{${person}}`;

const SAVE = `
redis.call('HSET', KEYS[1], 's', ARGV[1], 'e', ARGV[2], 'r', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1`;

const SENT = `
if redis.call('HGET', KEYS[1], 'e') == ARGV[1] then redis.call('HDEL', KEYS[1], 'e', 'r') end
return 1`;
