import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Leases } from '../../src/storage/leases/contract.ts';

/** `pass` lets the given time go by for the key: on the injected clock, or by asking the server to age it. */
export type LeasesBench = {
  leases: Leases;
  /** As another process sees them; the same where one process is all there is. */
  elsewhere: Leases;
  pass(key: string, ms: number): Promise<void>;
  close(): Promise<void>;
};

/** What every kind of lease must do. */
export function leasesContract(name: string, open: () => Promise<LeasesBench>): void {
  describe(`leases: ${name}`, () => {
    let bench: LeasesBench;
    beforeAll(async () => {
      bench = await open();
    });
    afterAll(() => bench.close());

    test('of fifty who ask at once one gets it', async () => {
      const key = randomUUID();
      const from = (index: number) => (index % 2 ? bench.leases : bench.elsewhere);
      const asked = await Promise.all(Array.from({ length: 50 }, (_, index) => from(index).acquire(key, 10_000)));
      expect(asked.filter((lease) => lease !== null)).toHaveLength(1);
    });

    test('a lease that was let go is free for the next', async () => {
      const key = randomUUID();
      const lease = await bench.leases.acquire(key, 10_000);
      expect(await bench.elsewhere.acquire(key, 10_000)).toBeNull();
      await lease?.release();
      expect(await bench.elsewhere.acquire(key, 10_000)).not.toBeNull();
    });

    test('different people do not wait for each other', async () => {
      expect(await bench.leases.acquire(randomUUID(), 10_000)).not.toBeNull();
      expect(await bench.leases.acquire(randomUUID(), 10_000)).not.toBeNull();
    });

    test('a dead holder blocks nobody: the lease ends by itself', async () => {
      const key = randomUUID();
      await bench.leases.acquire(key, 10_000);
      await bench.pass(key, 9_000);
      expect(await bench.elsewhere.acquire(key, 10_000)).toBeNull();
      await bench.pass(key, 1_001);
      expect(await bench.elsewhere.acquire(key, 10_000)).not.toBeNull();
    });

    test('an extended lease lasts from the moment of extending', async () => {
      const key = randomUUID();
      const lease = await bench.leases.acquire(key, 10_000);
      await bench.pass(key, 9_000);
      expect(await lease?.extend(10_000)).toBe(true);
      await bench.pass(key, 9_000);
      expect(await bench.elsewhere.acquire(key, 10_000)).toBeNull();
      await bench.pass(key, 1_001);
      expect(await lease?.extend(10_000)).toBe(false);
    });

    test('whoever lost it can neither extend nor release what another holds now', async () => {
      const key = randomUUID();
      const old = await bench.leases.acquire(key, 10_000);
      await bench.pass(key, 10_001);
      const fresh = await bench.elsewhere.acquire(key, 10_000);
      expect(await old?.extend(10_000)).toBe(false);
      await old?.release();
      expect(await bench.leases.acquire(key, 10_000)).toBeNull();
      expect(await fresh?.extend(10_000)).toBe(true);
    });

    test('to let go twice harms nobody', async () => {
      const key = randomUUID();
      const lease = await bench.leases.acquire(key, 10_000);
      await lease?.release();
      await bench.elsewhere.acquire(key, 10_000);
      await lease?.release();
      expect(await bench.leases.acquire(key, 10_000)).toBeNull();
    });
  });
}
