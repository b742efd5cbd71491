import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSigned } from '../../../src/channels/viber/signature.ts';

const token = '445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9';
const body = Buffer.from('{"event":"webhook","timestamp":1457764197627,"message_token":4912661846655238145}');
const good = createHmac('sha256', token).update(body).digest('hex');

test('the signature over the raw bytes opens the door, in either case of its letters', () => {
  expect(good).toBe('597e634137da4609b5d3bb3ead74ba133daae547f5ad4b6ca1f84792b581ad71');
  expect(isSigned(body, good, token)).toBe(true);
  expect(isSigned(body, good.toUpperCase(), token)).toBe(true);
});

test.each([
  ['missing', undefined],
  ['empty', ''],
  ['short', good.slice(0, 63)],
  ['long', `${good}0`],
  ['not hexadecimal', 'z'.repeat(64)],
  ['not ASCII', 'й'.repeat(64)],
  ['two at once', `${good}, ${good}`],
  ['of other bytes', createHmac('sha256', token).update('other').digest('hex')],
  ['under another token', createHmac('sha256', 'other').update(body).digest('hex')],
])('a signature that is %s does not', (_what, signature) => {
  expect(isSigned(body, signature, token)).toBe(false);
});

test('one changed byte of the body does not pass', () => {
  fc.assert(
    fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const changed = Buffer.from(body);
      changed[at] = (changed[at] ?? 0) ^ by;
      return !isSigned(changed, good, token);
    }),
  );
});

test('no header makes it throw', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (header) => !isSigned(body, header, token)));
});
