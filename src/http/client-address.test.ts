import { expect, test } from '@jest/globals';
import { clientAddress, limitKey } from './client-address.ts';

test.each([
  ['10.0.0.1', '9.9.9.9', 0, '10.0.0.1'],
  ['::ffff:10.0.0.1', undefined, 0, '10.0.0.1'],
  ['10.0.0.1', '1.1.1.1, 2.2.2.2', 1, '2.2.2.2'],
  ['10.0.0.1', '1.1.1.1, 2.2.2.2', 2, '1.1.1.1'],
  ['10.0.0.1', ['1.1.1.1', '2.2.2.2'], 2, '1.1.1.1'],
  ['10.0.0.1', '2.2.2.2', 2, '2.2.2.2'],
  ['10.0.0.1', undefined, 1, '10.0.0.1'],
  ['10.0.0.1', 'garbage', 1, '10.0.0.1'],
  ['10.0.0.1', 'garbage, 2.2.2.2', 2, '2.2.2.2'],
  ['10.0.0.1', '1.2.3.4:5678', 1, '1.2.3.4'],
  ['10.0.0.1', '[2001:DB8::1]:443', 1, '2001:db8::1'],
  ['fe80::1%eth0', undefined, 0, 'fe80::1'],
  [undefined, undefined, 0, 'unknown'],
])('from %j with X-Forwarded-For %j behind %d proxies it is %s', (remote, forwarded, hops, expected) => {
  expect(clientAddress(remote, forwarded, hops)).toBe(expected);
});

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:0db8:0001::', '2001:db8:1:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['unknown', 'unknown'],
])('%s is counted as %s', (address, key) => {
  expect(limitKey(address)).toBe(key);
});
