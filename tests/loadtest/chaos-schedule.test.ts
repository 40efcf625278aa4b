import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { detailsOf, FAULT_KINDS, type FaultPlace, isOfProcess, mayOverlap } from '../../loadtest/chaos/faults.ts';
import { kindsOf, scheduleOf } from '../../loadtest/chaos/schedule.ts';

const EVERYTHING: readonly FaultPlace[] = ['process', 'redis', 'postgres', 'network'];
const someSchedule = fc.record({
  seed: fc.nat(),
  faults: fc.integer({ min: 1, max: 60 }),
  processes: fc.integer({ min: 1, max: 5 }),
});

test('[CL-60] the same seed gives the same faults, another seed others', () => {
  const schedule = (seed: number) => scheduleOf({ seed, faults: 30, processes: 4, places: EVERYTHING });
  expect(schedule(7)).toEqual(schedule(7));
  expect(schedule(7)).not.toEqual(schedule(8));
});

test('[CL-60] each kind that the equipment allows comes once before any comes twice', () => {
  fc.assert(
    fc.property(someSchedule, (options) => {
      const kinds = kindsOf(EVERYTHING, options.processes);
      const first = scheduleOf({ ...options, places: EVERYTHING })
        .slice(0, kinds.length)
        .map(({ kind }) => kind);
      expect(new Set(first).size).toBe(first.length);
      for (const kind of first) expect(kinds).toContain(kind);
    }),
  );
});

test('[CL-60] every fault lasts as long as its kind does and hits a process that is there', () => {
  fc.assert(
    fc.property(someSchedule, (options) => {
      const faults = scheduleOf({ ...options, places: EVERYTHING });
      expect(faults.map(({ index }) => index)).toEqual(faults.map((_, index) => index));
      for (const { kind, holdMs, target } of faults) {
        const [least, most] = detailsOf(kind).holdMs;
        expect(holdMs).toBeGreaterThanOrEqual(least);
        expect(holdMs).toBeLessThanOrEqual(most);
        expect(target).toBeLessThan(options.processes);
      }
    }),
  );
});

test('[CL-60] of two that overlap no third one is part, and they never take the log and the memory of an owner together', () => {
  let overlaps = 0;
  fc.assert(
    fc.property(someSchedule, (options) => {
      const faults = scheduleOf({ ...options, places: EVERYTHING });
      faults.forEach(({ kind, nextAfterMs }, index) => {
        if (nextAfterMs === null) return;
        overlaps += 1;
        const next = faults[index + 1];
        expect(next?.nextAfterMs).toBeNull();
        expect(next !== undefined && mayOverlap(kind, next.kind)).toBe(true);
        const ofTwo = next !== undefined && isOfProcess(kind) && isOfProcess(next.kind);
        expect(ofTwo && options.processes === 1).toBe(false);
      });
    }),
  );
  expect(overlaps).toBeGreaterThan(0);
  expect(mayOverlap('redis-empty', 'kill')).toBe(false);
  expect(mayOverlap('cut-all', 'redis-away')).toBe(false);
  expect(mayOverlap('redis-empty', 'redis-away')).toBe(false);
  expect(mayOverlap('kill', 'pause-long')).toBe(true);
  expect(mayOverlap('redis-away', 'postgres-fast')).toBe(true);
});

test('[CL-60] a campaign can be kept short, but for what must be long', () => {
  const longestMs = 2_000;
  for (const { kind, holdMs } of scheduleOf({ seed: 3, faults: 60, processes: 3, places: EVERYTHING, longestMs })) {
    expect(holdMs).toBeLessThanOrEqual(Math.max(longestMs, detailsOf(kind).holdMs[0]));
  }
});

test('[CL-60] what there is not is not broken', () => {
  const kinds = kindsOf(['process', 'postgres'], 1);
  expect(kinds.map((kind) => FAULT_KINDS[kind].place)).not.toContain('redis');
  expect(kinds).toContain('kill');
  expect(kindsOf(EVERYTHING, 1)).not.toContain('cut-peers');
  expect(() => scheduleOf({ seed: 1, faults: 1, processes: 1, places: ['process'], only: ['redis-away'] })).toThrow(
    'nothing',
  );
});
