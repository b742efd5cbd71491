import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBreaker } from '../../src/delivery/breaker.ts';

const open = () => createBreaker<number>(() => 0);

describe('whether the many who seem to have blocked the bot are gone', () => {
  it('three in ten are, more are not', () => {
    const breaker = open();
    for (let i = 0; i < 1_000; i++) expect(breaker.answer(i % 10 >= 7 ? i : null).tripped).toBeNull();
    const other = open();
    const tripped = Array.from({ length: 100 }, (_, i) => other.answer(i % 3 === 0 ? i : null).tripped);
    expect(tripped.findIndex((one) => one !== null)).toBe(19);
  });

  it('one is certain when a hundred later answers have come', () => {
    const breaker = open();
    breaker.answer(7);
    for (let i = 0; i < 99; i++) expect(breaker.answer(null).gone).toEqual([]);
    expect(breaker.waitsSince()).toBe(0);
    expect(breaker.answer(null).gone).toEqual([7]);
    expect(breaker.waitsSince()).toBeNull();
  });

  it('whoever was in doubt leaves once, and nobody is certain of a stretch in which too many were', () => {
    const answers = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 600 });
    const rule = fc.property(answers, fc.integer({ min: 1, max: 9 }), (all, share) => {
      const breaker = open();
      const left: number[] = [];
      const certain = new Set<number>();
      let since = 0;
      for (const [i, n] of all.entries()) {
        const { gone, tripped } = breaker.answer(n < share ? i : null);
        for (const one of gone) certain.add(one);
        left.push(...gone, ...(tripped?.doubtful ?? []));
        const window = all.slice(Math.max(since, i - 99), i + 1);
        const blocked = window.filter((one) => one < share).length;
        expect(tripped !== null).toBe(window.length >= 20 && blocked / window.length > 0.3);
        if (!tripped) continue;
        expect(tripped).toMatchObject({ blocked, of: window.length });
        for (let k = Math.max(since, i - 99); k <= i; k++) expect(certain.has(k)).toBe(false);
        since = i + 1;
      }
      left.push(...breaker.judge().doubtful);
      expect(left.sort((a, b) => a - b)).toEqual([...all.keys()].filter((i) => (all[i] ?? 9) < share));
    });
    fc.assert(rule);
  });

  it.each([
    [1, 3, true],
    [2, 2, true],
    [3, 10, true],
    [4, 12, false],
    [12, 12, false],
  ])('when no more answers come: %i of %i', (blocked, of, gone) => {
    const breaker = open();
    for (let i = 0; i < of; i++) breaker.answer(i < blocked ? i : null);
    expect(breaker.judge()).toMatchObject({ gone, doubtful: Array.from({ length: blocked }, (_, i) => i) });
    expect(breaker.judge().doubtful).toEqual([]);
  });
});
