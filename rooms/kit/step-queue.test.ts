import { expect, test } from '@jest/globals';
import { StepQueue } from './step-queue.ts';

/** What a step after another takes, of inputs that wait: `0.3` is the third of seat 0. */
function stepsOf(queue: StepQueue): string[][] {
  const steps: string[][] = [];
  while (!queue.isEmpty) {
    taken = [];
    queue.run();
    steps.push(taken);
  }
  return steps;
}

let taken: string[] = [];

function fill(queue: StepQueue, counts: readonly number[]): void {
  for (const [seatIndex, count] of counts.entries()) {
    for (let number = 1; number <= count; number += 1) {
      queue.addInput(seatIndex, () => taken.push(`${seatIndex}.${number}`));
    }
  }
  queue.add(() => taken.push('dropped'));
}

test('[RM-14] a step on a grid takes four inputs of each seat, in order, and whatever is none', () => {
  const queue = new StepQueue(20);
  fill(queue, [5, 2]);
  expect(stepsOf(queue)).toEqual([['0.1', '0.2', '0.3', '0.4', '1.1', '1.2', 'dropped'], ['0.5']]);
});

test('[RM-14] a step of a game without a rate takes more, but not all of a flood: it has to end', () => {
  const queue = new StepQueue(null);
  fill(queue, [40, 16]);
  const steps = stepsOf(queue);
  expect(steps.map((step) => step.length)).toEqual([33, 16, 8]);
  expect(steps.flat().filter((input) => input.startsWith('0.'))).toEqual(
    Array.from({ length: 40 }, (_, index) => `0.${index + 1}`),
  );
});
