import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Limits } from '../../src/storage/limits/contract.ts';

/** `pass` lets the given time go by for the key: on the injected clock, or by ageing the server's bucket. */
export type LimitsBench = {
  limits: Limits;
  pass(key: string, ms: number): Promise<void>;
  close(): Promise<void>;
};

/** What every counter of limits must do. */
export function limitsContract(name: string, open: () => Promise<LimitsBench>): void {
  describe(`limits: ${name}`, () => {
    let bench: LimitsBench;
    beforeAll(async () => {
      bench = await open();
    });
    afterAll(() => bench.close());
    // So slow that the time a test takes adds nothing.
    const slow = { burst: 20, perMinute: 0.5 };
    const EVERY = 120_000;

    const takeMany = (key: string, times: number) =>
      Promise.all(Array.from({ length: times }, () => bench.limits.take(key, slow)));

    test('a key that is forgotten begins anew, as if it had never been used', async () => {
      const key = randomUUID();
      await takeMany(key, 22);
      await bench.limits.forget(key);
      expect((await takeMany(key, 20)).every((taken) => taken.ok)).toBe(true);
      expect(await bench.limits.take(key, slow)).toMatchObject({ ok: false, first: true });
    });

    test('a burst passes whole, and the first beyond it alone is warned', async () => {
      const key = randomUUID();
      const taken = await takeMany(key, 25);
      expect(taken.filter((each) => each.ok)).toHaveLength(20);
      expect(taken.filter((each) => !each.ok && each.first)).toHaveLength(1);
    });

    test('one refused is told how long to wait, and then passes', async () => {
      const key = randomUUID();
      await takeMany(key, 20);
      const refused = await bench.limits.take(key, slow);
      if (refused.ok) throw new Error('must be refused');
      expect(refused.retryAfterMs).toBeGreaterThan(EVERY - 20_000);
      expect(refused.retryAfterMs).toBeLessThanOrEqual(EVERY);
      await bench.pass(key, refused.retryAfterMs);
      expect(await bench.limits.take(key, slow)).toEqual({ ok: true });
    });

    test('refusals cost nothing, and a new run of them is warned anew', async () => {
      const key = randomUUID();
      await takeMany(key, 40);
      await bench.pass(key, EVERY);
      expect(await bench.limits.take(key, slow)).toEqual({ ok: true });
      expect(await bench.limits.take(key, slow)).toMatchObject({ ok: false, first: true });
      expect(await bench.limits.take(key, slow)).toMatchObject({ ok: false, first: false });
    });

    test('it refills evenly, and never above the burst', async () => {
      const key = randomUUID();
      await takeMany(key, 20);
      await bench.pass(key, 5 * EVERY);
      expect((await takeMany(key, 9)).filter((each) => each.ok)).toHaveLength(5);
      await bench.pass(key, 1000 * EVERY);
      expect((await takeMany(key, 30)).filter((each) => each.ok)).toHaveLength(20);
    });

    test('another person is not touched', async () => {
      await takeMany(randomUUID(), 30);
      expect(await bench.limits.take(randomUUID(), slow)).toEqual({ ok: true });
    });

    test('many a second are counted as exactly as few', async () => {
      const key = randomUUID();
      const quick = { burst: 3, perMinute: 7 };
      for (let i = 0; i < 3; i++) expect(await bench.limits.take(key, quick)).toEqual({ ok: true });
      const refused = await bench.limits.take(key, quick);
      expect(refused).toMatchObject({ ok: false, first: true });
      if (!refused.ok) expect(refused.retryAfterMs).toBeLessThanOrEqual(8_572);
    });

    test('whatever the limit, exactly the burst passes at once, and one more after the time named', async () => {
      const limit = fc.record({
        burst: fc.integer({ min: 1, max: 40 }),
        perMinute: fc.double({ min: 0.01, max: 4, noNaN: true }),
      });
      const exact = fc.asyncProperty(limit, async (each) => {
        const key = randomUUID();
        const taken = await Promise.all(Array.from({ length: each.burst + 2 }, () => bench.limits.take(key, each)));
        expect(taken.map((one) => one.ok)).toEqual([...Array(each.burst).fill(true), false, false]);
        const [first, second] = taken.slice(-2);
        if (first?.ok !== false || second?.ok !== false) throw new Error('must be refused');
        expect([first.first, second.first]).toEqual([true, false]);
        await bench.pass(key, second.retryAfterMs);
        expect(await bench.limits.take(key, each)).toEqual({ ok: true });
        expect(await bench.limits.take(key, each)).toMatchObject({ ok: false, first: true });
      });
      await fc.assert(exact, { numRuns: 60 });
    });

    test('zero a minute means no limit', async () => {
      const key = randomUUID();
      for (let i = 0; i < 50; i++)
        expect(await bench.limits.take(key, { burst: 1, perMinute: 0 })).toEqual({ ok: true });
    });
  });
}
