import { afterEach, expect, test, vi } from 'vitest';
import { lately } from '../../../src/channels/telegram/lately.ts';

afterEach(() => void vi.useRealTimers());

test('what is made of a text is made once for many, of each text its own, and of any number of them', () => {
  let made = 0;
  const doubled = lately((text) => `${text}${text}${++made}`, 2);
  expect(['a', 'b', 'a', 'b', 'c', 'c', 'a'].map(doubled)).toEqual(['aa1', 'bb2', 'aa1', 'bb2', 'cc3', 'cc4', 'aa1']);
});

test('nobody’s words are remembered for longer than a minute', () => {
  vi.useFakeTimers();
  let made = 0;
  const answer = lately(() => ++made, 10);
  answer('early');
  vi.advanceTimersByTime(59_000);
  expect([answer('early'), answer('late')]).toEqual([1, 2]);
  vi.advanceTimersByTime(1_000);
  expect([answer('early'), answer('late')]).toEqual([3, 4]);
});
