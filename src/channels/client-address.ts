import { BlockList, isIP } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';

/**
 * Whose request it is, for limits by address: the peer, or, when the peer is one of our own proxies, the right-most
 * address of X-Forwarded-For that is not (everything left of it is the sender's own claim). An IPv6 address is cut to
 * its /64, since one household has them all.
 *
 * @param trustedProxies addresses or CIDR ranges (`10.0.0.0/8`, `fd00::/8`)
 * @returns an address, or `unknown` where there is no connection
 * @throws RangeError when a trusted proxy is no address and no range
 */
export function clientAddress(request: Context, trustedProxies: readonly string[]): string {
  const served = (request.env as Partial<HttpBindings> | undefined)?.incoming !== undefined;
  const peer = served ? getConnInfo(request).remote.address : undefined;
  return addressBehind(peer, request.req.header('X-Forwarded-For'), trustedProxies);
}

/** `clientAddress` without a request: the peer's address and the header's value. */
export function addressBehind(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trustedProxies: readonly string[],
): string {
  const proxies = listOf(trustedProxies);
  const hops = (forwardedFor ?? '').split(',').map((hop) => hop.trim());
  let nearest = bare(peer ?? '');
  while (isIP(nearest) !== 0 && isTrusted(nearest, proxies)) {
    const next = bare(hops.pop() ?? '');
    if (isIP(next) === 0) {
      break;
    }
    nearest = next;
  }
  return isIP(nearest) === 0 ? 'unknown' : network(nearest);
}

const lists = new WeakMap<readonly string[], BlockList>();

function listOf(ranges: readonly string[]): BlockList {
  const known = lists.get(ranges);
  if (known !== undefined) {
    return known;
  }
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const version = isIP(address);
    if (version === 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) {
      throw new RangeError(`not an address or a range: ${range}`);
    }
    const family = version === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, bits === undefined ? (version === 6 ? 128 : 32) : Number(bits), family);
  }
  lists.set(ranges, list);
  return list;
}

function isTrusted(address: string, proxies: BlockList): boolean {
  return proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** Without brackets, port, zone, or the prefix of an IPv4 address that came over an IPv6 socket. */
function bare(hop: string): string {
  const unbracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? hop;
  const unported = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(unbracketed)?.[1] ?? unbracketed;
  return unported.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

function network(address: string): string {
  if (isIP(address) === 4) {
    return address;
  }
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = (whole: string[]) => whole.flatMap((group) => (group.includes('.') ? ['0', '0'] : [group]));
  const before = groups(left);
  const after = groups(right);
  const zeros = tail === undefined ? [] : Array<string>(8 - before.length - after.length).fill('0');
  const first = [...before, ...zeros, ...after].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${first.join(':')}::/64`;
}
