import { expect, test } from '@jest/globals';
import { RATE_LIMITS, type RateLimitName } from '../../protocol/limits.ts';
import { ProblemError } from './problem.ts';
import { RateLimits } from './rate-limits.ts';
import { TokenBuckets } from './token-buckets.ts';

function limitsAt(time: { nowMs: number }, enabled = true): RateLimits {
  return new RateLimits({ enabled, nowMs: () => time.nowMs });
}

/** How many of a hundred pass at once. */
function passing(take: () => unknown): number {
  let passed = 0;
  for (let i = 0; i < 1_000; i += 1) {
    try {
      take();
      passed += 1;
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'rate-limited') return passed;
      throw error;
    }
  }
  return passed;
}

test.each([
  ['list', 5],
  ['create', 2],
  ['join', 5],
  ['update', 5],
  ['wrongSecret', 5],
] as const)('%s lets %d through at once for a player, and thirty times as many for an address', (name, burst) => {
  const limits = limitsAt({ nowMs: 0 });
  expect(passing(() => limits.consume(name, 'p_1'))).toBe(burst);
  expect(passing(() => limits.consume(name, 'p_2'))).toBe(burst);
  expect(passing(() => limits.consumeForAddress(name, '127.0.0.1'))).toBe(burst * 30);
});

test.each(Object.keys(RATE_LIMITS) as RateLimitName[])('[RQ-7] %s tells exactly how long to wait', (name) => {
  const time = { nowMs: 0 };
  const limits = limitsAt(time);
  passing(() => limits.consume(name, 'p_1'));
  time.nowMs += refusalOf(() => limits.consume(name, 'p_1')).retryAfterMs ?? 0;
  expect(passing(() => limits.consume(name, 'p_1'))).toBe(1);
});

test('after a long while there is a burst again, not more', () => {
  const time = { nowMs: 0 };
  const limits = limitsAt(time);
  passing(() => limits.consume('list', 'p_1'));
  time.nowMs = 3_600_000;
  expect(passing(() => limits.consume('list', 'p_1'))).toBe(5);
});

test('the addresses of one IPv6 customer count as one', () => {
  const limits = limitsAt({ nowMs: 0 });
  passing(() => limits.consumeForAddress('create', '2001:db8::1'));
  expect(passing(() => limits.consumeForAddress('create', '2001:db8::2'))).toBe(0);
  expect(passing(() => limits.consumeForAddress('create', '2001:db8:0:1::1'))).toBe(60);
});

test('what is given back counts no more', () => {
  const limits = limitsAt({ nowMs: 0 });
  expect(passing(() => limits.consume('wrongSecret', 'p_1').giveBack())).toBe(1_000);
});

test('switched off, nothing is limited', () => {
  const limits = limitsAt({ nowMs: 0 }, false);
  expect(passing(() => limits.consume('create', 'p_1'))).toBe(1_000);
  expect(passing(() => limits.consumeUpgrade('127.0.0.1'))).toBe(1_000);
});

test('upgrades of an address are limited', () => {
  const limits = limitsAt({ nowMs: 0 });
  expect(passing(() => limits.consumeUpgrade('127.0.0.1'))).toBe(500);
});

test('memory is bounded: full buckets are forgotten, and beyond the most the one used longest ago', () => {
  const time = { nowMs: 0 };
  const buckets = new TokenBuckets({ count: 1, perMs: 1_000, burst: 2 }, () => time.nowMs, 10);
  for (let i = 0; i < 1_000; i += 1) buckets.take(`10.0.0.${i}`);
  expect(buckets.size).toBe(10);
  time.nowMs = 2_000;
  buckets.take('10.0.0.1');
  expect(buckets.size).toBe(1);
});

function refusalOf(take: () => unknown): ProblemError {
  try {
    take();
  } catch (error) {
    if (error instanceof ProblemError) return error;
  }
  throw new Error('it was let through');
}
