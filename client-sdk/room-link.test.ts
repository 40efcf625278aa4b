import { expect, test } from '@jest/globals';
import { settled, VirtualTime } from '../tests/support/virtual-time.ts';
import { RoomLink, waitBeforeTry } from './room-link.ts';
import { Routes } from './routes.ts';
import type { SeatGrant } from './seat-grant.ts';
import { SimulatedNetwork } from './simulated-network.ts';

const outagesMs = [0, 500, 1_500, 5_000, 7_000];

test('[SD-17] in the first seconds of an outage nobody waits longer than 350 ms, however often they tried', () => {
  for (const lostMs of outagesMs) {
    for (let failures = 1; failures <= 40; failures += 1) {
      expect(waitBeforeTry(failures, lostMs, () => 1)).toBeLessThanOrEqual(350);
    }
  }
  expect(waitBeforeTry(1, 0, () => 1)).toBe(60);
});

test('[SD-17] a long outage is dialled ever more rarely, by a twentieth of what it has lasted, down to once in 5 s', () => {
  expect([20_000, 60_000, 100_000, 10 ** 7].map((lostMs) => waitBeforeTry(100, lostMs, () => 1))).toEqual([
    1_000, 3_000, 5_000, 5_000,
  ]);
});

test('[SD-17] players of one lost server are spread over half of each wait', () => {
  const waits = [0, 0.25, 0.5, 0.999].map((chance) => waitBeforeTry(30, 1_000, () => chance));
  expect(waits.map(Math.round)).toEqual([175, 219, 263, 350]);
});

test.each([
  ['null', null],
  ['an empty one', {}],
  ['one without a room', { directAddress: null, colyseus: {} }],
  ['one without addresses', { colyseus: { roomId: 'm_1', sessionId: 'x', processId: 'i' } }],
])('[SD-8] a right that is none, %s, is asked for again', async (_what, grant) => {
  const time = new VirtualTime();
  let asked = 0;
  const link = new RoomLink({
    endpoint: 'http://simulated.invalid',
    WebSocket,
    network: new SimulatedNetwork(null, time),
    routes: new Routes(),
    timing: time,
    name: 'match',
    ask: async () => {
      asked += 1;
      return grant as unknown as SeatGrant;
    },
    isFinal: () => false,
    verdict: () => 'again',
    pingEveryMs: 1_000,
    onMessage: () => undefined,
    onEnd: () => undefined,
  });
  const failures: unknown[] = [];
  const running = link.run().catch((error: unknown) => failures.push(error));
  await settled();
  await time.passSettling(1_000);
  expect(failures).toEqual([]);
  expect(asked).toBeGreaterThan(2);
  link.end();
  await running;
});
