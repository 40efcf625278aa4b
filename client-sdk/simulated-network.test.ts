import { expect, test } from '@jest/globals';
import { VirtualTime } from '../tests/support/virtual-time.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import type { SimulatedConditions } from './simulated-network.ts';

const ROUGH: SimulatedConditions = { latencyMs: 150, jitterMs: 30, loss: 0.02, seed: 7 };

/** When each of `count` frames, sent every 50 ms on one lane, arrives. */
function arrivals(
  conditions: SimulatedConditions,
  count: number,
): { readonly atMs: number[]; readonly order: number[] } {
  const time = new VirtualTime();
  const lane = new SimulatedNetwork(conditions, time).lane();
  const atMs: number[] = [];
  const order: number[] = [];
  for (let index = 0; index < count; index += 1) {
    lane.pass(() => {
      atMs.push(time.nowMs());
      order.push(index);
    });
    time.pass(50);
  }
  time.pass(10_000);
  return { atMs, order };
}

test('[SD-13] half of the round trip each way, give or take half of the jitter, and in order', () => {
  const { atMs, order } = arrivals({ ...ROUGH, loss: 0 }, 2_000);
  const delays = atMs.map((arrivedMs, index) => arrivedMs - index * 50);
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(60);
  expect(Math.max(...delays)).toBeLessThanOrEqual(90);
  expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(25);
  expect(order).toEqual(Array.from({ length: 2_000 }, (_, index) => index));
});

test('[SD-13] a lost frame is late by a retransmission, and holds up those behind it', () => {
  const { atMs, order } = arrivals(ROUGH, 5_000);
  const delays = atMs.map((arrivedMs, index) => arrivedMs - index * 50);
  // A retransmission takes one and a half round trips: 225 ms on top of 60 to 90.
  const lost = delays.filter((delayMs) => delayMs >= 60 + 225);
  expect(lost.length).toBeGreaterThan(60);
  expect(lost.length).toBeLessThan(140);
  // Those behind it arrive with it, and nobody overtakes.
  expect(delays.filter((delayMs) => delayMs > 90 && delayMs < 60 + 225).length).toBeGreaterThan(lost.length * 2);
  expect(order).toEqual(Array.from({ length: 5_000 }, (_, index) => index));
});

test('[SD-13] the same seed makes the same decisions, another one others', () => {
  expect(arrivals(ROUGH, 500)).toEqual(arrivals(ROUGH, 500));
  expect(arrivals({ ...ROUGH, seed: 8 }, 500).atMs).not.toEqual(arrivals(ROUGH, 500).atMs);
});

test('[SD-13] switched off nothing is delayed, and what was on its way still arrives first', () => {
  const time = new VirtualTime();
  const network = new SimulatedNetwork(null, time);
  const lane = network.lane();
  const arrived: string[] = [];
  lane.pass(() => arrived.push('at once'));
  expect(arrived).toEqual(['at once']);
  network.conditions = { latencyMs: 100 };
  lane.pass(() => arrived.push('late'));
  network.conditions = null;
  lane.pass(() => arrived.push('behind it'));
  expect(arrived).toEqual(['at once']);
  time.pass(60);
  lane.pass(() => arrived.push('at once again'));
  expect(arrived).toEqual(['at once', 'late', 'behind it', 'at once again']);
});

test('[SD-13] a connection that is cut delivers nothing more, also from within a delivery', () => {
  const time = new VirtualTime();
  const lane = new SimulatedNetwork({ latencyMs: 100 }, time).lane();
  const arrived: string[] = [];
  lane.pass(() => {
    arrived.push('first');
    lane.cut();
  });
  lane.pass(() => arrived.push('second'));
  time.pass(1_000);
  expect(arrived).toEqual(['first']);
});

test('what a delivery sends on the same lane is delivered once, and later', () => {
  const time = new VirtualTime();
  const lane = new SimulatedNetwork({ latencyMs: 100 }, time).lane();
  const arrivedMs: number[] = [];
  lane.pass(() => lane.pass(() => arrivedMs.push(time.nowMs())));
  time.pass(1_000);
  expect(arrivedMs).toEqual([100]);
});

test.each([{ latencyMs: -1 }, { jitterMs: -1 }, { loss: 1.5 }, { latencyMs: Number.NaN }])(
  'conditions that there are none of are refused: %j',
  (conditions) => {
    expect(() => new SimulatedNetwork(conditions)).toThrow(RangeError);
  },
);
