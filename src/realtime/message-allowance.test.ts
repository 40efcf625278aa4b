import { expect, test } from '@jest/globals';
import { MessageAllowance } from './message-allowance.ts';
import { ProcessPauses } from './process-pauses.ts';

function start() {
  const clock = { nowMs: 0 };
  // Nobody looks at this one: only what tests of pauses do counts.
  const pauses = { totalMs: 0 };
  const allowance = new MessageAllowance(60, () => clock.nowMs, 60, pauses);
  const takeAll = () => {
    let taken = 0;
    while (allowance.take()) taken += 1;
    return taken;
  };
  return { clock, pauses, allowance, takeAll };
}

test('60 at once, and then 60 a second [SE-7]', () => {
  const { clock, takeAll } = start();
  expect(takeAll()).toBe(60);
  clock.nowMs = 500;
  expect(takeAll()).toBe(30);
  clock.nowMs = 60_000;
  expect(takeAll()).toBe(60);
});

test('a client that sends 60 a second for ever, in whatever bursts its line makes of it, is never over it [SE-7]', () => {
  const { clock, allowance } = start();
  for (let second = 0; second < 100; second += 1) {
    // A stall of a second, then all of it at once.
    clock.nowMs = (second + 1) * 1_000;
    for (let message = 0; message < 60; message += 1) expect(allowance.take()).toBe(true);
  }
});

test('what was sent while this process was paused comes on top, and is not saved up without end [SE-7, CL-76]', () => {
  const { clock, pauses, takeAll } = start();
  takeAll();
  clock.nowMs = pauses.totalMs = 4_000;
  expect(takeAll()).toBe(60 + 240);
  expect(takeAll()).toBe(0);
  clock.nowMs = pauses.totalMs = 100_000;
  takeAll();
  clock.nowMs = pauses.totalMs = 200_000;
  expect(takeAll()).toBe(60 + 600);
});

test('a pause is known before any timer has looked, and counts once; being busy is none [CL-76]', () => {
  let nowMs = 0;
  const pauses = new ProcessPauses(() => nowMs);
  nowMs = 600;
  expect(pauses.totalMs).toBe(0);
  pauses.look();
  nowMs = 5_700;
  expect(pauses.totalMs).toBe(5_000);
  pauses.look();
  nowMs = 5_800;
  pauses.look();
  expect(pauses.totalMs).toBe(5_000);
});
