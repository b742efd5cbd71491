import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressBehind } from '../../src/channels/client-address.ts';

const proxies = ['10.0.0.0/8', 'fd00::/8', '192.0.2.7'];

test.each([
  ['nobody between: the header is the sender’s own claim', '203.0.113.5', '198.51.100.1', '203.0.113.5'],
  ['one proxy of ours', '10.0.0.2', '198.51.100.1', '198.51.100.1'],
  ['two proxies of ours', '10.0.0.2', '198.51.100.1, 192.0.2.7', '198.51.100.1'],
  ['a forged start of the header', '10.0.0.2', '1.2.3.4, 198.51.100.1', '198.51.100.1'],
  ['a forged start that looks like our proxy', '10.0.0.2', '10.9.9.9, 198.51.100.1', '198.51.100.1'],
  ['a proxy that sends no header', '10.0.0.2', undefined, '10.0.0.2'],
  ['nonsense in the header', '10.0.0.2', 'unknown', '10.0.0.2'],
  ['with a port', '10.0.0.2', '198.51.100.1:4711', '198.51.100.1'],
  ['IPv4 over an IPv6 socket', '::ffff:10.0.0.2', '198.51.100.1', '198.51.100.1'],
  ['an IPv6 household', '2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
  ['an IPv6 proxy and a bracketed hop', 'fd00::1', '[2001:db8::1]:443', '2001:db8:0:0::/64'],
  ['a zone', 'fe80::1%eth0', undefined, 'fe80:0:0:0::/64'],
  ['no connection', undefined, '198.51.100.1', 'unknown'],
])('whose request it is: %s', (_, peer, header, expected) => {
  expect(addressBehind(peer, header, proxies)).toBe(expected);
});

test('no address of one IPv6 network escapes the limit of another', () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      expect(addressBehind(address, undefined, [])).toMatch(/^(?:[0-9a-f]{1,4}:){4}:\/64$|^\d+\.\d+\.\d+\.\d+$/);
    }),
  );
});

test('a proxy that is no address is refused by name', () => {
  expect(() => addressBehind('10.0.0.1', undefined, ['proxy.local'])).toThrow('proxy.local');
  expect(() => addressBehind('10.0.0.1', undefined, ['10.0.0.0/99'])).toThrow(RangeError);
});
