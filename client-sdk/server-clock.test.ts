import { expect, test } from '@jest/globals';
import { VirtualTime } from '../tests/support/virtual-time.ts';
import { ServerClock } from './server-clock.ts';

/** A clock that hears a room every 50 ms, each state late by what `delayMs` says; the room's time is 1,000 ms behind ours. */
function hearing(delayMs: (index: number) => number) {
  const time = new VirtualTime(5_000);
  const clock = new ServerClock(time);
  const shown: number[] = [];
  const roomMs = (): number => time.nowMs() - 1_000;
  const listen = (forMs: number): void => {
    const steps = forMs / 50;
    for (let index = 0; index < steps; index += 1) {
      const sentMs = roomMs();
      time.after(delayMs(index), () => clock.sample(sentMs));
      for (let frame = 0; frame < 5; frame += 1) {
        time.pass(10);
        shown.push(clock.nowMs() ?? Number.NaN);
      }
    }
  };
  return { time, clock, shown, roomMs, listen };
}

test('[SD-9] the least delayed state says what time it is, and half a round trip is added', () => {
  const line = hearing((index) => [60, 90, 45, 70][index % 4] ?? 0);
  line.clock.welcomed(1);
  line.listen(3_000);
  expect(line.clock.heardMs()).toBeCloseTo(line.roomMs() - 45);
  line.clock.roundTrip(130);
  line.clock.roundTrip(90);
  line.listen(3_000);
  expect(Math.abs((line.clock.nowMs() ?? 0) - line.roomMs())).toBeLessThan(1);
});

test('[SD-9] it never runs backwards, and never by more than a tenth faster or slower than time itself', () => {
  // The route gets longer for good, and then short again.
  const line = hearing((index) => (index > 100 && index < 300 ? 190 : 40) + ((index * 7) % 30));
  line.clock.welcomed(1);
  line.listen(25_000);
  const steps = line.shown.slice(200).map((ms, index, all) => ms - (all[index - 1] ?? ms - 10));
  expect(Math.min(...steps)).toBeGreaterThanOrEqual(9 - 1e-6);
  expect(Math.max(...steps)).toBeLessThanOrEqual(11 + 1e-6);
  // And it did follow.
  expect(Math.max(...steps)).toBeGreaterThan(10.9);
});

test('[SD-9] it stands still while the line is down, and goes on with a room that did', () => {
  const line = hearing(() => 40);
  line.clock.welcomed(1);
  line.listen(2_000);
  const before = line.clock.nowMs() ?? 0;
  line.clock.stop();
  line.time.pass(3_000);
  expect(line.clock.nowMs()).toBe(before);
  expect(line.clock.heardMs()).toBeNull();
  line.clock.welcomed(1);
  // Its time ran on, and this device's clock knows by how much before a state says so.
  expect(line.clock.nowMs()).toBeCloseTo(before + 3_000);
});

test('[SD-9] the next life of a room has a time of its own', () => {
  const line = hearing(() => 40);
  line.clock.welcomed(1);
  line.listen(2_000);
  line.clock.stop();
  line.time.pass(10_000);
  // The state comes first, then the welcome: until then nobody knows whose time it is.
  line.clock.sample(700);
  line.clock.welcomed(2);
  expect(line.clock.nowMs()).toBe(700);
  line.time.pass(100);
  expect(line.clock.nowMs()).toBe(800);
});

test('[SD-9] what a connection told that came to nothing says nothing of the next life', () => {
  const line = hearing(() => 40);
  line.clock.welcomed(1);
  line.listen(1_000);
  line.clock.stop();
  line.clock.sample(9_000_000);
  line.clock.stop();
  line.clock.sample(600);
  line.clock.welcomed(2);
  expect(line.clock.nowMs()).toBe(600);
});

test('nothing is known before the room has told it', () => {
  const clock = new ServerClock(new VirtualTime());
  expect([clock.nowMs(), clock.heardMs(), clock.stepMs, clock.lateMs(0.9)]).toEqual([null, null, null, 0]);
});

test('[SD-14] steps are measured by what the room says, lateness by when it is heard', () => {
  const line = hearing((index) => 40 + (index % 10) * 5);
  line.clock.welcomed(1);
  line.listen(5_000);
  expect(line.clock.stepMs).toBe(50);
  expect(line.clock.lateMs(0.55)).toBeCloseTo(25);
  expect(line.clock.lateMs(0.99)).toBeCloseTo(45);
});
