import { expect, test } from 'vitest';
import {
  AccountTrouble,
  BadPayload,
  ChannelDown,
  NotSupported,
  outcomeOf,
  PersonGone,
  RateLimited,
} from '../../src/channels/errors.ts';

test('a send that worked gives its receipt, or none', async () => {
  expect(await outcomeOf(Promise.resolve('t:7'))).toEqual({ outcome: 'sent', receipt: 't:7' });
  expect(await outcomeOf(Promise.resolve(null))).toEqual({ outcome: 'sent', receipt: null });
  expect(await outcomeOf(Promise.resolve())).toEqual({ outcome: 'sent', receipt: null });
});

test.each([
  [new RateLimited(7000), { outcome: 'later', afterMs: 7000, limited: true, uncertain: false }],
  [new PersonGone('x'), { outcome: 'gone' }],
  [new BadPayload('x'), { outcome: 'refused' }],
  [new NotSupported('x'), { outcome: 'refused' }],
  [new ChannelDown('x', true), { outcome: 'later', afterMs: 1000, limited: false, uncertain: true }],
  [new AccountTrouble('x'), { outcome: 'later', afterMs: 1000, limited: false, uncertain: false }],
])('%s says what comes next', async (error, outcome) => {
  expect(await outcomeOf(Promise.reject<null>(error))).toEqual(outcome);
});

test('any other error is a fault of ours, and thrown', async () => {
  await expect(outcomeOf(Promise.reject<null>(new TypeError('x')))).rejects.toThrow(TypeError);
});
