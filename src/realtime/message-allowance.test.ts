import { expect, test } from '@jest/globals';
import { MessageAllowance } from './message-allowance.ts';

function start() {
  const clock = { nowMs: 0 };
  const allowance = new MessageAllowance(60, () => clock.nowMs);
  const takeAll = () => {
    let taken = 0;
    while (allowance.take()) taken += 1;
    return taken;
  };
  return { clock, allowance, takeAll };
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
