import type { Pace, Rate } from './contract.ts';

/**
 * Turns within this process, which is the only one where there is no Redis.
 * @param clock best one that is never set: turns are promised by it
 */
export function createEmbeddedPace(clock: { now(): number }): Pace {
  /** When the next turn is free, and when the hold ends. */
  const free = new Map<string, number>();
  const holds = new Map<string, number>();
  const notes = createNotes(() => clock.now());
  /** When the last calls left, the oldest first, and what left without asking since. */
  const left = new Map<string, number[]>();
  const leftUnasked = createNotes(() => clock.now());
  const heldFor = (key: string) => Math.max(0, Math.ceil((holds.get(key) ?? 0) - clock.now()));
  return {
    async take(key, rate, count = 1) {
      const waitMs = heldFor(key);
      if (waitMs > 0) return { waitMs, held: true };
      const now = clock.now();
      const every = spacing(rate);
      const turn = Math.max(free.get(key) ?? 0, now) + notes.collect(key, rate) * every;
      free.set(key, turn + count * every);
      return { waitMs: Math.ceil(turn - now), held: false };
    },
    async hold(key, ms) {
      holds.set(key, Math.max(holds.get(key) ?? 0, clock.now() + ms));
    },
    async held(key) {
      return heldFor(key);
    },
    async leave(key, rate, count = 1) {
      const heldMs = heldFor(key);
      if (heldMs > 0 || rate.calls <= 0) return heldMs;
      const now = clock.now();
      const times = left.get(key) ?? [];
      left.set(key, times);
      times.push(...Array.from({ length: leftUnasked.collect(key, rate) }, () => now));
      // The one that must be out of the stretch before `count` more may enter it.
      const before = times.at(-Math.max(1, Math.floor(rate.calls) - count + 1));
      const waitMs = before === undefined ? 0 : Math.ceil(before + rate.perMs * MARGIN - now);
      if (waitMs <= 0) times.push(...Array.from({ length: count }, () => now));
      if (times.length > 2 * rate.calls + SPARE) times.splice(0, times.length - Math.ceil(rate.calls));
      return Math.max(0, waitMs);
    },
    note(key, count = 1, asked = false) {
      notes.note(key, count);
      if (!asked) leftUnasked.note(key, count);
    },
    async close() {
      free.clear();
      holds.clear();
      left.clear();
    },
  };
}

/** @returns ms from one turn to the next: a hair more than the limit asks, since a call may be late and the next one not. */
export function spacing({ calls, perMs }: Rate): number {
  return calls > 0 ? (perMs / calls) * MARGIN : 0;
}
export const MARGIN = 1.01;
const SPARE = 100;

/** What was used without waiting, until it is charged. */
export function createNotes(now: () => number) {
  const notes = new Map<string, { count: number; at: number }>();
  return {
    note(key: string, count: number): void {
      notes.set(key, { count: (notes.get(key)?.count ?? 0) + count, at: now() });
    },
    /** @returns how many there were; those of long ago count no more, and never more than the rate allows in its stretch */
    collect(key: string, { calls, perMs }: Rate): number {
      const noted = notes.get(key);
      if (!noted) return 0;
      notes.delete(key);
      return now() - noted.at < perMs ? Math.min(noted.count, calls) : 0;
    },
  };
}
