import { describe, expect, test } from '@jest/globals';
import { PresenceLedger } from './presence-ledger.ts';

const expired = (ledger: PresenceLedger, nowMs: number) =>
  [...ledger.expire(nowMs)].map(([playerId, signAt]) => [playerId, signAt.getTime()]);

describe('signs of life', () => {
  test('last 15 s, from the last one', () => {
    const ledger = new PresenceLedger();
    expect(ledger.sign('ann', 0)).toBe(true);
    expect(ledger.sign('bob', 1_000)).toBe(true);
    expect(ledger.sign('ann', 2_000)).toBe(false);
    expect(expired(ledger, 15_999)).toEqual([]);
    expect(expired(ledger, 16_000)).toEqual([['bob', 1_000]]);
    expect([ledger.isPresent('ann'), ledger.isPresent('bob')]).toEqual([true, false]);
    expect(expired(ledger, 17_000)).toEqual([['ann', 2_000]]);
    expect(ledger.sign('ann', 17_001)).toBe(true);
  });

  test('are not needed while a socket is open, and the close of the last one is a sign', () => {
    const ledger = new PresenceLedger();
    expect(ledger.opened('ann')).toBe(true);
    expect(ledger.opened('ann')).toBe(false);
    ledger.sign('ann', 0);
    expect(expired(ledger, 100_000)).toEqual([]);
    ledger.closed('ann', 100_000);
    expect(expired(ledger, 200_000)).toEqual([]);
    ledger.closed('ann', 200_000);
    expect(expired(ledger, 214_999)).toEqual([]);
    expect(expired(ledger, 215_000)).toEqual([['ann', 200_000]]);
  });

  test('of before an outage count until 15 s after its end', () => {
    const ledger = new PresenceLedger();
    ledger.sign('ann', 0);
    ledger.spare(['ann', 'bob', 'cid'], 10_000);
    expect(ledger.sign('bob', 12_000)).toBe(false);
    expect(expired(ledger, 15_000)).toEqual([['ann', 0]]);
    expect(expired(ledger, 24_999)).toEqual([]);
    expect(ledger.isPresent('cid')).toBe(true);
    expect(expired(ledger, 25_000)).toEqual([['cid', 10_000]]);
    expect(expired(ledger, 27_000)).toEqual([['bob', 12_000]]);
  });
});
