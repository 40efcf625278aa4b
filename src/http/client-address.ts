import { isIP } from 'node:net';

const UNKNOWN = 'unknown';

/**
 * The address of the client in front of our trusted proxies. Each of them has appended the address that it was called
 * from to `X-Forwarded-For`, so the client stands `trustedProxyHops` from the right; what is left of it anyone may have
 * written. 0 hops: the header counts for nothing.
 */
export function clientAddress(
  remoteAddress: string | undefined,
  forwardedFor: string | string[] | undefined,
  trustedProxyHops: number,
): string {
  const direct = plain(remoteAddress ?? '') ?? UNKNOWN;
  if (trustedProxyHops === 0) return direct;
  const hops = [forwardedFor ?? ''].flat().join(',').split(',').map(plain);
  const client = hops.at(-trustedProxyHops);
  // Fewer entries than proxies, or garbage: the farthest address that we can be sure of.
  return client ?? hops.slice(-trustedProxyHops).find((hop) => hop !== null) ?? direct;
}

/** What limits count a {@link clientAddress} by: an IPv4 address, or the /64 that a customer gets of IPv6. */
export function limitKey(address: string): string {
  if (!address.includes(':')) return address;
  return `${expand(address).slice(0, 4).join(':')}::/64`;
}

/** An address without port, brackets and zone; IPv4 in its own form. null if it is none. */
function plain(text: string): string | null {
  const trimmed = text.trim();
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(trimmed)?.[1] ?? /^([\d.]+):\d+$/.exec(trimmed)?.[1] ?? trimmed;
  const address = bare.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(address) ? address.toLowerCase() : null;
}

/** The eight groups of an IPv6 address, without leading zeros. */
function expand(address: string): readonly string[] {
  const [head = '', tail] = address.split('::');
  const left = head.split(':').filter(Boolean);
  const right = (tail ?? '').split(':').filter(Boolean);
  const missing = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array<string>(missing).fill('0'), ...right].map((group) => group.replace(/^0+(?=.)/, ''));
}
