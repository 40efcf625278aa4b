import { expect, test } from '@jest/globals';
import { PeerSignatures, type Signed } from './peer-signature.ts';
import { SeenNonces } from './seen-nonces.ts';

const secret = 'a secret of tests that all processes share';
const signed: Signed = { use: 'call', path: '/_gyre/calls/open', subject: 'a hash' };

function setUp() {
  const clock = { ms: 1_000_000 };
  const nowMs = (): number => clock.ms;
  const one = new PeerSignatures({ secret, incarnation: 'i_one', nowMs });
  const other = new PeerSignatures({ secret, incarnation: 'i_other', nowMs });
  return { clock, one, other, nowMs };
}

test('a signature is good once, for what it was made for [CL-20]', () => {
  const { one, other } = setUp();
  const signature = one.sign(signed, 'i_other');
  expect(other.check(signature, signed)).toMatchObject({ is: 'genuine', from: 'i_one' });
  expect(other.check(signature, signed)).toEqual({ is: 'stale' });
});

test.each<[string, Partial<Signed>]>([
  ['another use', { use: 'pipe' }],
  ['another path', { path: '/_gyre/calls/create' }],
  ['another body or address', { subject: 'another hash' }],
  ['what only looks alike when it is joined', { path: '/_gyre/calls/open a', subject: 'hash' }],
])('it is worth nothing for %s [CL-20]', (_, change) => {
  const { one, other } = setUp();
  expect(other.check(one.sign(signed, 'i_other'), { ...signed, ...change })).toEqual({ is: 'foreign' });
});

test('each part of it counts, and nothing else is one [CL-20]', () => {
  const { one, other } = setUp();
  const parts = one.sign(signed, 'i_other').split(' ');
  for (const [index, part] of parts.entries()) {
    const changed = parts.with(index, `${part.startsWith('1') ? '2' : '1'}${part.slice(1)}`).join(' ');
    expect(other.check(changed, signed)).toEqual({ is: 'foreign' });
  }
  for (const nonsense of [undefined, '', ' ', parts.slice(1).join(' '), `${parts.join(' ')}, ${parts.join(' ')}`]) {
    expect(other.check(nonsense, signed)).toEqual({ is: 'foreign' });
  }
  expect(other.check(parts.join(' '), signed).is).toBe('genuine');
});

test('another secret signs nothing, and for another incarnation it is not here [CL-20]', () => {
  const { one, other, nowMs } = setUp();
  const stranger = new PeerSignatures({ secret: `${secret}!`, incarnation: 'i_one', nowMs });
  expect(other.check(stranger.sign(signed, 'i_other'), signed)).toEqual({ is: 'foreign' });
  expect(other.check(one.sign(signed, 'i_before'), signed)).toMatchObject({ is: 'not-here', from: 'i_one' });
});

test.each([-30_001, 30_001])('made %d ms from now it is too old, or from the future [CL-20]', (ms) => {
  const { one, other, clock } = setUp();
  const signature = one.sign(signed, 'i_other');
  clock.ms -= ms;
  expect(other.check(signature, signed)).toEqual({ is: 'stale' });
});

test('a nonce is remembered for as long as it could be used, and no longer', () => {
  const clock = { ms: 0 };
  const seen = new SeenNonces(100, () => clock.ms);
  expect([seen.isNew('a'), seen.isNew('a')]).toEqual([true, false]);
  clock.ms = 99;
  expect([seen.isNew('b'), seen.isNew('a')]).toEqual([true, false]);
  clock.ms = 100;
  expect([seen.isNew('c'), seen.size]).toEqual([true, 2]);
});
