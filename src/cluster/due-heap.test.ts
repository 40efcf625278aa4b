import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DueHeap } from './due-heap.ts';

test('whatever goes in between, the earliest comes out', () => {
  const moves = fc.array(fc.option(fc.integer({ min: 0, max: 50 })), { maxLength: 200 });
  fc.assert(
    fc.property(moves, (moves) => {
      const heap = new DueHeap<string>();
      const inside: number[] = [];
      const earliest: (number | undefined)[] = [];
      const came: (number | undefined)[] = [];
      for (const atMs of moves) {
        inside.sort((a, b) => a - b);
        if (atMs === null) earliest.push(inside.shift());
        if (atMs === null) came.push(heap.pop()?.atMs);
        if (atMs !== null) inside.push(atMs);
        if (atMs !== null) heap.push(atMs, `at ${atMs}`);
      }
      expect(came).toEqual(earliest);
      expect(heap.size).toBe(inside.length);
      expect(heap.peek()?.item).toBe(inside.length === 0 ? undefined : `at ${Math.min(...inside)}`);
    }),
  );
});
