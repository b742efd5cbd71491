import { expect, test } from 'vitest';
import { createKnown } from '../../src/people/known.ts';

test('the memory holds as many as it may, and whoever wrote last stays', () => {
  const known = createKnown({ size: 2, ttlMs: 1_000, clock: { now: () => 0 } });
  known.set('a', 'oksana');
  known.set('b', 'petro');
  expect(known.get('a')).toBe('oksana');
  known.set('c', 'ira');
  expect([known.get('a'), known.get('b'), known.get('c')]).toEqual(['oksana', undefined, 'ira']);
});

test('it ends at its time, however often somebody writes', () => {
  let now = 0;
  const known = createKnown({ size: 2, ttlMs: 1_000, clock: { now: () => now } });
  known.set('a', 'oksana');
  now = 999;
  expect(known.get('a')).toBe('oksana');
  now = 1_000;
  expect(known.get('a')).toBeUndefined();
});

test('of someone dropped every account is unknown', () => {
  const known = createKnown({ size: 9, ttlMs: 1_000, clock: { now: () => 0 } });
  known.set('telegram', 'oksana');
  known.set('viber', 'oksana');
  known.set('web', 'petro');
  known.drop('oksana');
  expect([known.get('telegram'), known.get('viber'), known.get('web')]).toEqual([undefined, undefined, 'petro']);
});
