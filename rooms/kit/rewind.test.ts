import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { NOTHING_TO_REWIND, Rewind, type RewindData } from './rewind.ts';

const STEP_MS = 50;

function newRewind(value: RewindData = structuredClone(NOTHING_TO_REWIND)) {
  const kept = { value };
  return { kept, rewind: new Rewind(kept, STEP_MS) };
}

/** `a` walks ten to the right a step, from 0 at match time 1,000 on. */
function walked(steps: number) {
  const made = newRewind();
  for (let step = 0; step < steps; step += 1) {
    made.rewind.record(1_000 + step * STEP_MS, [['a', { x: step * 10, y: 7 }]]);
  }
  return made;
}

describe('[AR-4] where something was', () => {
  test.each([
    ['at a step', 1_250, 50],
    ['between two', 1_265, 53],
    ['at the last one', 1_500, 100],
    ['in times to come: as it is', 9_999, 100],
    ['at the bound', 1_300, 60],
    ['before the bound: as at the bound', 1_100, 60],
  ])('%s', (_name, seenMs, x) => {
    expect(walked(seenMs === 1_250 || seenMs === 1_265 ? 7 : 11).rewind.at('a', seenMs)).toEqual({ x, y: 7 });
  });

  test('before it came: nowhere', () => {
    const { rewind } = walked(5);
    rewind.record(1_250, [
      ['a', { x: 50, y: 7 }],
      ['b', { x: 0, y: 0 }],
    ]);
    expect([rewind.at('b', 1_249), rewind.at('b', 1_250), rewind.at('c', 1_250)]).toEqual([null, { x: 0, y: 0 }, null]);
  });

  test('before a jump: nowhere, and never in between', () => {
    const { rewind } = walked(5);
    rewind.forget('a');
    rewind.record(1_250, [['a', { x: 900, y: 900 }]]);
    expect([rewind.at('a', 1_225), rewind.at('a', 1_250)]).toEqual([null, { x: 900, y: 900 }]);
  });

  test('while the room slept: where it fell asleep, until the step that woke it', () => {
    const { rewind } = walked(5);
    rewind.record(9_000, [['a', { x: 50, y: 7 }]]);
    expect([8_900, 8_950, 8_975, 9_000].map((seenMs) => rewind.at('a', seenMs)?.x)).toEqual([40, 40, 45, 50]);
  });

  test('once it is gone: nowhere', () => {
    const { rewind } = walked(5);
    rewind.record(1_250, []);
    expect(rewind.at('a', 1_200)).toBeNull();
  });
});

test('[AR-4] is still once nothing has moved within the bound', () => {
  const { rewind } = walked(3);
  for (const [step, isStill] of [false, false, false, true].entries()) {
    rewind.record(1_150 + step * STEP_MS, [['a', { x: 20, y: 7 }]]);
    expect(rewind.isStill).toBe(isStill);
  }
});

test('[AR-4] keeps no more than the bound needs', () => {
  const { kept } = walked(100);
  expect(kept.value.timesMs).toEqual([5_750, 5_800, 5_850, 5_900, 5_950]);
  expect(kept.value.tracks['a']).toHaveLength(10);
});

test('[AR-4] comes back from a record as it was', () => {
  const { kept, rewind } = walked(8);
  const restored = newRewind(structuredClone(kept.value)).rewind;
  for (let seenMs = 1_000; seenMs < 1_500; seenMs += 7)
    expect(restored.at('a', seenMs)).toEqual(rewind.at('a', seenMs));
});

test('[AR-4] whatever is asked for lies on the way that was walked', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ x: fc.nat(999), y: fc.nat(999) }), { minLength: 1, maxLength: 20 }),
      fc.double({ min: -100, max: 2_000, noNaN: true }),
      (way, seenMs) => {
        const { rewind } = newRewind();
        for (const [step, place] of way.entries()) rewind.record(step * STEP_MS, [['a', place]]);
        const recent = way.slice(-5);
        const place = rewind.at('a', seenMs);
        if (place === null) return;
        for (const axis of ['x', 'y'] as const) {
          expect(place[axis]).toBeGreaterThanOrEqual(Math.min(...recent.map((passed) => passed[axis])));
          expect(place[axis]).toBeLessThanOrEqual(Math.max(...recent.map((passed) => passed[axis])));
        }
      },
    ),
    { seed: 4 },
  );
});
