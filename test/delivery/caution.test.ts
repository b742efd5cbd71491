import { expect, it } from 'vitest';
import { createTurns } from '../../src/delivery/pace.ts';
import type { Pace, Rate } from '../../src/storage/pace/contract.ts';
import { createEmbeddedPace } from '../../src/storage/pace/embedded.ts';

const second: Rate = { calls: 1_000, perMs: 1_000 };

/** A real pace that also tells what rate each turn was asked at. */
function watched() {
  const pace = createEmbeddedPace({ now: () => performance.now() });
  const rates: Rate[] = [];
  const watching: Pace = {
    ...pace,
    take(key, rate, count) {
      rates.push(rate);
      return pace.take(key, rate, count);
    },
  };
  const turns = createTurns(watching, { a: { rate: second, chatMs: 0 }, b: { rate: second, chatMs: 0 } });
  const go = async (channel: string, ready?: () => Promise<boolean>) => {
    const went = await turns.patiently(channel, null, new AbortController().signal, ready);
    return { went, perMs: rates.at(-1)?.perMs ?? 0 };
  };
  return { turns, go };
}

it('after a refusal a channel goes a little slower, however many were refused with it, and no other channel does', async () => {
  const { turns, go } = watched();
  expect((await go('a')).perMs).toBe(1_000);
  await Promise.all([1, 1, 1].map((ms) => turns.hold('a', ms)));
  const { perMs } = await go('a');
  expect(perMs).toBeGreaterThan(1_015);
  expect(perMs).toBeLessThanOrEqual(1_020);
  expect((await go('b')).perMs).toBe(1_000);
});

it('what must be done before the call is done before it leaves, and a no costs nobody a place', async () => {
  const { go } = watched();
  const done: string[] = [];
  const ready = async () => done.push('marked') > 0;
  expect((await go('a', ready)).went).toBe(true);
  expect(done).toEqual(['marked']);
  expect((await go('a', async () => false)).went).toBe(false);
  expect((await go('a')).went).toBe(true);
});
