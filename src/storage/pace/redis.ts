import type { RedisStore } from '../redis.ts';
import type { Pace } from './contract.ts';
import { createEmbeddedPace, createNotes, MARGIN, spacing } from './embedded.ts';

/** Turns shared by all processes, on Redis' own clock. */
export function createRedisPace(redis: RedisStore, clock: { now(): number }): Pace {
  /** For while Redis is away; it also remembers this process's holds, which Redis may not have heard of. */
  const alone = createEmbeddedPace(clock);
  const notes = createNotes(() => clock.now());
  const leftUnasked = createNotes(() => clock.now());
  return {
    async take(key, rate, count = 1) {
      const heldHere = await alone.held(key);
      if (heldHere > 0) return { waitMs: heldHere, held: true };
      const noted = notes.collect(key, rate);
      const every = spacing(rate);
      try {
        const answer = await redis.run((client) => client.eval(TAKE, 1, nameOf(key), every, count, noted));
        const [waitMs, held] = answer as [number, number];
        return { waitMs, held: held === 1 };
      } catch {
        return alone.take(key, { ...rate, calls: rate.calls / PROCESSES }, count + noted);
      }
    },
    async hold(key, ms) {
      await alone.hold(key, ms);
      await redis.run((client) => client.eval(HOLD, 1, nameOf(key), Math.ceil(ms))).catch(() => undefined);
    },
    async held(key) {
      const here = await alone.held(key);
      const there = await redis.run((client) => client.eval(HELD, 1, nameOf(key))).catch(() => 0);
      return Math.max(here, Number(there));
    },
    async leave(key, rate, count = 1) {
      const heldHere = await alone.held(key);
      if (heldHere > 0 || rate.calls <= 0) return heldHere;
      const unasked = leftUnasked.collect(key, rate);
      const stretch = rate.perMs * MARGIN;
      try {
        const answer = redis.run((client) =>
          client.eval(LEAVE, 2, nameOf(key), leftOf(key), rate.calls, stretch, count, unasked),
        );
        return Number(await answer);
      } catch {
        return alone.leave(key, { ...rate, calls: Math.max(1, rate.calls / PROCESSES) }, count);
      }
    },
    note(key, count = 1, asked = false) {
      notes.note(key, count);
      if (!asked) leftUnasked.note(key, count);
    },
    /** The connection is its owner's to close. */
    close: () => alone.close(),
  };
}

const nameOf = (key: string) => `p:{${key}}`;
/** A list of when the last calls left, ms, the oldest first; as many as the limit allows. */
const leftOf = (key: string) => `p:{${key}}:left`;

/** How many processes may share a limit while they can't talk to each other. */
const PROCESSES = 4;

/** A hash for each key: `t` when the next turn is free, `h` when the hold ends, both ms. It expires when both are over. */
const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local at = redis.call('HMGET', KEYS[1], 't', 'h')
local free, hold = tonumber(at[1]) or 0, tonumber(at[2]) or 0`;

/** ARGV: ms from turn to turn, turns to take, turns that were used before. */
const TAKE = `${NOW}
if hold > now then return {math.ceil(hold - now), 1} end
local every = tonumber(ARGV[1])
if every == 0 then return {0, 0} end
local turn = math.max(free, now) + ARGV[3] * every
free = turn + ARGV[2] * every
redis.call('HSET', KEYS[1], 't', string.format('%.3f', free))
redis.call('PEXPIRE', KEYS[1], math.ceil(free - now) + 1000)
return {math.ceil(turn - now), 0}`;

/** ARGV: calls, ms of the stretch, calls that want to leave, calls that have left without asking. */
const LEAVE = `${NOW}
if hold > now then return math.ceil(hold - now) end
local calls, stretch, count = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local at = string.format('%.3f', now)
for _ = 1, ARGV[4] do redis.call('RPUSH', KEYS[2], at) end
local before = redis.call('LINDEX', KEYS[2], -math.max(1, calls - count + 1))
local wait = 0
if before then wait = math.max(0, math.ceil(before + stretch - now)) end
if wait == 0 then for _ = 1, count do redis.call('RPUSH', KEYS[2], at) end end
redis.call('LTRIM', KEYS[2], -calls, -1)
redis.call('PEXPIRE', KEYS[2], math.ceil(stretch) + 1000)
return wait`;

const HOLD = `${NOW}
hold = math.max(hold, now + ARGV[1])
redis.call('HSET', KEYS[1], 'h', string.format('%.3f', hold))
redis.call('PEXPIRE', KEYS[1], math.ceil(math.max(hold, free) - now) + 1000)`;

const HELD = `${NOW}
return math.max(0, math.ceil(hold - now))`;
