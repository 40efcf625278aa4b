import { expect, test } from '@jest/globals';
import { VirtualTime } from '../tests/support/virtual-time.ts';
import { Interpolator } from './interpolator.ts';
import type { InterpolatorOptions } from './interpolator.ts';

type World = Readonly<Record<string, number>>;

/** Shows numbers of a room whose states arrive as they are sent, `lateMs` late. */
function watching(options: Partial<InterpolatorOptions<World, number>> = {}) {
  const time = new VirtualTime();
  const clock = { heardMs: (): number | null => time.nowMs(), lateMs: () => 0 };
  const shown = new Interpolator<World, number>({
    of: (world) => Object.entries(world),
    mix: (from, to, share) => from + (to - from) * share,
    delayMs: 100,
    clock,
    timing: time,
    ...options,
  });
  /** Plays states, one each 50 ms, and gives what is shown of `a` every 10 ms. */
  const play = (worlds: readonly (World | null)[]): (number | undefined)[] =>
    worlds.flatMap((world) => {
      if (world) shown.patched(world, time.nowMs());
      return [0, 10, 20, 30, 40].map(() => {
        const value = shown.at().get('a');
        time.pass(10);
        return value;
      });
    });
  return { time, clock, shown, play };
}

const walk = (count: number): World[] => Array.from({ length: count }, (_, index) => ({ a: index * 50 }));

test('[SD-12] what moves evenly is shown evenly, late by the delay', () => {
  const { time, shown, play } = watching();
  const values = play(walk(40)).slice(20);
  const steps = values.slice(1).map((value, index) => (value ?? Number.NaN) - (values[index] ?? Number.NaN));
  for (const step of steps) expect(step).toBeCloseTo(10);
  expect(shown.seenMs()).toBeCloseTo(time.nowMs() - 100);
});

test('[SD-12] left to itself the delay is a step and what most states are late by, and at most 300 ms', () => {
  const { clock, shown, play } = watching({ delayMs: 'auto' });
  clock.lateMs = () => 25;
  play(walk(20));
  expect(shown.delayMs).toBe(75);
  clock.lateMs = () => 2_000;
  expect(shown.delayMs).toBe(300);
});

test('[SD-12] states that were held up on the way: it goes on for 100 ms, waits, and catches up without a jump', () => {
  const { time, shown } = watching();
  const values: number[] = [];
  for (let index = 0; index < 60; index += 1) {
    // A lost frame: six states arrive together with the seventh.
    const arrived = index < 20 || index > 26 ? [index] : index === 26 ? [20, 21, 22, 23, 24, 25, 26] : [];
    for (const state of arrived) shown.patched({ a: state * 50 }, state * 50);
    for (let frame = 0; frame < 5; frame += 1) {
      values.push(shown.at().get('a') ?? 0);
      time.pass(10);
    }
  }
  const steps = values.slice(50).map((value, index, all) => value - (all[index - 1] ?? value));
  expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...steps)).toBeLessThanOrEqual(10 * 1.15 + 1e-6);
  expect(steps.filter((step) => step === 0).length).toBeGreaterThan(5);
  expect(shown.seenMs()).toBeCloseTo(time.nowMs() - 100);
});

test('[SD-12] states that never came, as from a room that skipped them, are no leap back', () => {
  const { play } = watching();
  const values = play(walk(40).map((world, index) => (index >= 20 && index < 26 ? null : world))).slice(10);
  const steps = values.slice(1).map((value, index) => (value ?? Number.NaN) - (values[index] ?? Number.NaN));
  expect(Math.min(...steps)).toBeGreaterThanOrEqual(-10);
  expect(values.at(-1)).toBeGreaterThan(1_700);
});

test('[SD-12] it never goes further beyond the newest state than it may', () => {
  const { play } = watching({ extrapolateMs: 40 });
  const values = play([...walk(10), null, null, null, null, null]);
  expect(Math.max(...values.map((value) => value ?? 0))).toBeCloseTo(450 + 40);
});

test('[SD-12] a room in which nothing moves any more is silent: what went on is shown back where it is', () => {
  const { play } = watching();
  const silence = Array.from({ length: 20 }, () => null);
  const values = play([...walk(10), ...silence]);
  expect(values.at(-1)).toBe(450);
  const steps = values.slice(1).map((value, index) => (value ?? 0) - (values[index] ?? 0));
  expect(Math.min(...steps)).toBeGreaterThanOrEqual(-11.5 - 1e-6);
});

test('[SD-12] what moves again after a silence begins to when it did, not at the last patch before it', () => {
  const { play } = watching();
  const silence = Array.from({ length: 20 }, () => null);
  const values = play([{ a: 0 }, { a: 0.001 }, ...silence, { a: 50 }, null]);
  expect(values.filter((value) => value !== undefined && value > 0.1 && value < 10).length).toBeLessThanOrEqual(2);
});

test('[SD-12] who vanishes is shown until then; who comes, or comes back, from then on, and not on the way', () => {
  const { play } = watching();
  const there = (value: number): World => ({ a: value, b: 0 });
  const gone: World = { b: 0 };
  const values = play([there(0), there(0), gone, gone, there(500), there(500), there(500), there(500)]);
  expect(new Set(values)).toEqual(new Set([undefined, 0, 500]));
  expect(values.lastIndexOf(0)).toBeLessThan(values.indexOf(500));
  expect(values.slice(values.indexOf(0), values.indexOf(500)).filter((value) => value === undefined)).toHaveLength(10);
});

test('[SD-12] the time that is shown never runs back, whatever the delay becomes', () => {
  const { time, clock, shown, play } = watching({ delayMs: 'auto' });
  play(walk(10));
  let before = shown.seenMs() ?? 0;
  for (let index = 0; index < 200; index += 1) {
    const late = index % 40 < 20 ? 0 : 200;
    clock.lateMs = () => late;
    if (index % 5 === 0) shown.patched({ a: index }, time.nowMs());
    time.pass(10);
    const seenMs = shown.seenMs() ?? 0;
    expect(seenMs).toBeGreaterThanOrEqual(before);
    before = seenMs;
  }
});

test('[SD-12] while the line is down the picture stands; the next life of a room begins anew', () => {
  const { time, clock, shown, play } = watching();
  play(walk(20));
  const seenMs = shown.seenMs();
  clock.heardMs = () => null;
  time.pass(5_000);
  expect(shown.seenMs()).toBe(seenMs);
  clock.heardMs = () => 300;
  shown.restarted();
  expect(shown.seenMs()).toBeNull();
  shown.patched({ a: 7 }, 300);
  expect([shown.at().get('a'), shown.seenMs()]).toEqual([7, 200]);
});

test('a game that does not time its patches is shown by when they arrive', () => {
  const { time, shown } = watching();
  for (let index = 0; index < 20; index += 1) {
    shown.patched({ a: index * 50 }, null);
    time.pass(50);
  }
  expect(shown.at().get('a')).toBeCloseTo(900);
});

test('once stopped it shows nothing', () => {
  const { shown, play } = watching();
  play(walk(5));
  shown.stop();
  shown.patched({ a: 1 }, 1_000);
  expect([shown.at().size, shown.seenMs()]).toEqual([0, null]);
});
