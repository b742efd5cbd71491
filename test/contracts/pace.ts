import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Pace, Rate } from '../../src/storage/pace/contract.ts';

/** `pass` lets the given time go by for the key: on the injected clock, or by ageing what the server keeps. */
export type PaceBench = {
  pace: Pace;
  /** The same turns as others see them, of other processes where there are any. */
  others: readonly Pace[];
  pass(key: string, ms: number): Promise<void>;
  close(): Promise<void>;
};

/** What every pace must do. */
export function paceContract(name: string, open: () => Promise<PaceBench>): void {
  describe(`pace: ${name}`, () => {
    let bench: PaceBench;
    beforeAll(async () => {
      bench = await open();
    });
    afterAll(() => bench.close());
    // So slow that the time a test takes does not count: 101 s from turn to turn.
    const slow: Rate = { calls: 10, perMs: 1_000_000 };
    const EVERY = 101_000;
    const NEAR = 5_000;
    const all = () => [bench.pace, ...bench.others];
    const wait = async (pace: Pace, key: string, count?: number) => (await pace.take(key, slow, count)).waitMs;
    const near = (ms: number, expected: number) => {
      expect(ms).toBeGreaterThan(expected - NEAR);
      expect(ms).toBeLessThanOrEqual(expected + 1);
    };

    test('the first goes at once, and the next ones one after another, whoever asks', async () => {
      const key = randomUUID();
      const waits = [];
      for (let i = 0; i < 9; i++) waits.push(await wait(all()[i % all().length] ?? bench.pace, key));
      expect(waits[0]).toBe(0);
      waits.forEach((ms, i) => {
        near(ms, i * EVERY);
      });
    });

    test('of those who ask at the same moment no two get the same turn', async () => {
      const key = randomUUID();
      const asked = all().flatMap((pace) => Array.from({ length: 10 }, () => wait(pace, key)));
      const waits = (await Promise.all(asked)).sort((a, b) => a - b);
      waits.forEach((ms, i) => {
        near(ms, i * EVERY);
      });
    });

    test('in no stretch of the time that the limit names are there more turns than it allows', async () => {
      const rates = fc.record({ calls: fc.integer({ min: 1, max: 40 }), perMs: fc.integer({ min: 1e6, max: 1e7 }) });
      const kept = fc.asyncProperty(
        rates,
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 30 }),
        async (rate, counts) => {
          const key = randomUUID();
          const turns: number[] = [];
          for (const [i, count] of counts.entries()) {
            const { waitMs } = await (all()[i % all().length] ?? bench.pace).take(key, rate, count);
            turns.push(...Array.from({ length: count }, () => waitMs));
          }
          for (const from of turns) {
            const within = turns.filter((at) => at >= from && at < from + rate.perMs - NEAR).length;
            // What costs several turns is one call, and takes them at its beginning.
            expect(within).toBeLessThanOrEqual(rate.calls + 2);
          }
        },
      );
      await fc.assert(kept, { numRuns: 20 });
    });

    test('turns that nobody used are not saved up', async () => {
      const key = randomUUID();
      await wait(bench.pace, key);
      await bench.pass(key, 50 * EVERY);
      expect(await wait(bench.pace, key)).toBe(0);
      near(await wait(bench.pace, key), EVERY);
    });

    test('one that costs several makes the next wait for all of them', async () => {
      const key = randomUUID();
      expect(await wait(bench.pace, key, 3)).toBe(0);
      near(await wait(bench.pace, key), 3 * EVERY);
    });

    test('what went out without waiting makes the next wait, everywhere, and is charged once', async () => {
      const key = randomUUID();
      bench.pace.note(key);
      bench.pace.note(key, 2);
      near(await wait(bench.pace, key), 3 * EVERY);
      for (const [i, other] of all().entries()) near(await wait(other, key), (4 + i) * EVERY);
    });

    test('however much went out without waiting, the next waits no longer than the stretch of the limit', async () => {
      const key = randomUUID();
      bench.pace.note(key, 500);
      near(await wait(bench.pace, key), 10 * EVERY);
    });

    test('however late turns are used, no stretch of the limit holds more calls than it allows', async () => {
      const rate: Rate = { calls: 5, perMs: 1_000_000 };
      const steps = fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 2 }), fc.constantFrom(0, 0, 0, 150_000)), {
        minLength: 15,
        maxLength: 25,
      });
      const kept = fc.asyncProperty(steps, async (tries) => {
        const key = randomUUID();
        const left: number[] = [];
        let now = 0;
        for (const [who, count, pause] of tries) {
          const pace = all()[who % all().length] ?? bench.pace;
          now += pause;
          await bench.pass(key, pause);
          const waitMs = await pace.leave(key, rate, count);
          if (waitMs === 0) left.push(...Array.from({ length: count }, () => now));
          else expect(left.filter((at) => at > now - rate.perMs - NEAR - EVERY).length).toBeGreaterThan(5 - count);
        }
        for (const from of left) {
          expect(left.filter((at) => at >= from && at < from + rate.perMs - NEAR).length).toBeLessThanOrEqual(5);
        }
      });
      await fc.assert(kept, { numRuns: 15 });
    });

    test('whoever has to wait before leaving is told for how long', async () => {
      const key = randomUUID();
      for (let i = 0; i < 10; i++) expect(await bench.pace.leave(key, slow)).toBe(0);
      near((await (bench.others[0] ?? bench.pace).leave(key, slow)) - 10_000, 1_000_000);
      await bench.pass(key, 1_010_000 + NEAR);
      expect(await bench.pace.leave(key, slow)).toBe(0);
    });

    test('what leaves without asking is counted among what has left', async () => {
      const key = randomUUID();
      for (let i = 0; i < 7; i++) expect(await bench.pace.leave(key, slow)).toBe(0);
      bench.pace.note(key, 3);
      expect(await bench.pace.leave(key, slow)).toBeGreaterThan(0);
    });

    test('nobody leaves while it is held', async () => {
      const key = randomUUID();
      await bench.pace.hold(key, 20_000);
      for (const pace of all()) near(await pace.leave(key, slow), 20_000);
      await bench.pass(key, 20_000);
      expect(await bench.pace.leave(key, slow)).toBe(0);
    });

    test('while it is held nobody goes, and nobody’s turn is used up by asking', async () => {
      const key = randomUUID();
      await bench.pace.hold(key, 20_000);
      for (const pace of all())
        for (let i = 0; i < 5; i++) {
          const turn = await pace.take(key, slow);
          expect(turn.held).toBe(true);
          near(turn.waitMs, 20_000);
        }
      await bench.pass(key, 20_000);
      for (const [i, pace] of all().entries()) near(await wait(pace, key), i * EVERY);
    });

    test('who already waits for a turn sees that it is held, and asks for another', async () => {
      const key = randomUUID();
      const other = bench.others[0] ?? bench.pace;
      await wait(bench.pace, key);
      near(await wait(other, key), EVERY);
      expect(await other.held(key)).toBe(0);
      await bench.pace.hold(key, 150_000);
      await bench.pass(key, EVERY);
      near(await other.held(key), 150_000 - EVERY);
      await bench.pass(key, 150_000 - EVERY);
      expect(await other.held(key)).toBe(0);
      // Its turn was over before the hold was.
      near(await wait(other, key), 2 * EVERY - 150_000);
    });

    test('of two holds the longer one counts', async () => {
      const key = randomUUID();
      await bench.pace.hold(key, 30_000);
      await bench.pace.hold(key, 10_000);
      near(await bench.pace.held(key), 30_000);
    });

    test('another channel is not touched', async () => {
      const [key, other] = [randomUUID(), randomUUID()];
      await bench.pace.hold(key, 60_000);
      await wait(bench.pace, other);
      expect(await wait(bench.pace, randomUUID())).toBe(0);
    });

    test('zero means no limit, but a hold holds', async () => {
      const key = randomUUID();
      const unlimited = { calls: 0, perMs: 1_000 };
      bench.pace.note(key, 100);
      for (let i = 0; i < 50; i++) expect(await bench.pace.take(key, unlimited)).toEqual({ waitMs: 0, held: false });
      await bench.pace.hold(key, 9_000);
      expect(await bench.pace.take(key, unlimited)).toMatchObject({ held: true });
    });
  });
}
