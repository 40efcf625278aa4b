import { afterEach, expect, test } from '@jest/globals';
import { OwnershipLease } from './lease.ts';

const open: OwnershipLease[] = [];
afterEach(() => {
  for (const lease of open.splice(0)) lease.close();
});

function setUp() {
  let nowMs = 1_000;
  const events: string[] = [];
  const note = (event: string) => () => void events.push(event);
  const lease = new OwnershipLease({
    logger: { info: () => {}, warn: () => {}, error: () => {} },
    onDoubt: note('doubt'),
    onLapsed: note('lapsed'),
    onReturned: note('returned'),
    onRenewed: () => {},
    onWanted: note('wanted'),
    onGivenUp: note('given up'),
    nowMs: () => nowMs,
  });
  open.push(lease);
  const told = (): string[] => events.filter((event) => event !== 'doubt' && event !== 'wanted');
  const pass = (ms: number): void => {
    nowMs += ms;
    lease.look();
  };
  return { lease, events, told, pass, now: () => nowMs, jump: (ms: number) => void (nowMs += ms) };
}

test('[CL-16] it is held for 3 s after a beat was asked for, however late the answer was', () => {
  const { lease, told, pass, now } = setUp();
  const sentAtMs = now();
  pass(2_000);
  lease.renewed(sentAtMs);
  pass(999);
  expect(lease.held).toBe(true);
  pass(1);
  expect([lease.held, told()]).toEqual([false, ['lapsed']]);
});

test('[CL-16] whoever asks learns that it has run out, before any timer has looked', () => {
  const { lease, told, jump } = setUp();
  jump(3_000);
  expect([lease.held, told()]).toEqual([false, ['lapsed']]);
  expect([lease.held, told()]).toEqual([false, ['lapsed']]);
});

test('[CL-16] without beats it is held by appends, each for a second', () => {
  const { lease, told, pass, now } = setUp();
  for (let seconds = 0; seconds < 20; seconds += 1) {
    lease.appended(now());
    pass(999);
  }
  expect([lease.held, told()]).toEqual([true, []]);
  pass(1);
  expect(lease.held).toBe(false);
});

test('[CL-16] with the log away no append counts, and a beat does', () => {
  const { lease, told, pass, now } = setUp();
  pass(2_900);
  lease.appended(now());
  pass(500);
  lease.logAway();
  expect([lease.held, told()]).toEqual([false, ['lapsed']]);
  lease.renewed(now());
  lease.logAway();
  expect([lease.held, told()]).toEqual([true, ['lapsed', 'returned']]);
});

test('[CL-16] an answer to what was asked too long ago brings nothing back', () => {
  const { lease, told, pass, now } = setUp();
  pass(1_000);
  const sentAtMs = now();
  pass(4_000);
  lease.renewed(sentAtMs);
  lease.appended(sentAtMs);
  expect([lease.held, told()]).toEqual([false, ['lapsed']]);
  lease.appended(now());
  expect([lease.held, told()]).toEqual([true, ['lapsed', 'returned']]);
});

test('[CL-16] after 10 s everybody is sent away, once, and it can still come back', () => {
  const { lease, told, pass, now } = setUp();
  pass(3_000);
  pass(6_999);
  expect(told()).toEqual(['lapsed']);
  pass(1);
  pass(10_000);
  expect(told()).toEqual(['lapsed', 'given up']);
  lease.renewed(now());
  expect([lease.held, told()]).toEqual([true, ['lapsed', 'given up', 'returned']]);
  pass(3_000);
  expect(told().at(-1)).toBe('lapsed');
});

test('[CL-16] after a long pause it has lapsed before it is given up', () => {
  const { told, pass } = setUp();
  pass(60_000);
  expect(told()).toEqual(['lapsed', 'given up']);
});

test('[CL-16] a second without a beat is reason to ask the log, until there is one', () => {
  const { lease, events, pass, now } = setUp();
  pass(999);
  expect(events).toEqual([]);
  pass(1);
  pass(250);
  expect(events).toEqual(['doubt', 'doubt']);
  lease.renewed(now());
  pass(250);
  expect(events.length).toBe(2);
  pass(20_000);
  expect(events.at(-1)).toBe('doubt');
});

test('[CL-12] once another process has taken over, nothing brings it back', () => {
  const { lease, told, pass, now } = setUp();
  lease.revoke();
  lease.renewed(now());
  lease.appended(now());
  expect(lease.held).toBe(false);
  pass(60_000);
  expect([lease.held, told()]).toEqual([false, []]);
});
