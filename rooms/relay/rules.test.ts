import { expect, test } from '@jest/globals';
import { isComplete, isJson, isSame, MAX_DATA_DEPTH, MAX_DATA_VALUES, type Proposal, successorOf } from './rules.ts';

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)];
}

test.each<[unknown, boolean]>([
  [null, true],
  ['text', true],
  [-1.5, true],
  [{ a: [1, { b: null }] }, true],
  [nested(MAX_DATA_DEPTH), true],
  [nested(MAX_DATA_DEPTH + 1), false],
  [Number.NaN, false],
  [Infinity, false],
  [undefined, false],
  [{ a: undefined }, false],
  [1n, false],
  [new Date(0), false],
  [new Uint8Array(2), false],
  [new Map(), false],
  [() => 1, false],
])('[RL-1] %p is data for members: %p', (value, expected) => {
  expect(isJson(value)).toBe(expected);
});

test('[RL-1] data of too many values is none, however small they are', () => {
  const empty = (count: number) => Array.from({ length: count }, () => ({}));
  expect(isJson(empty(MAX_DATA_VALUES - 1))).toBe(true);
  expect(isJson([empty(MAX_DATA_VALUES - 2), {}])).toBe(false);
});

const member = (index: number, connected = true, left = false) => ({ index, connected, left });

test.each<[string, Parameters<typeof successorOf>, number | null]>([
  ['the longest-present other', [0, [member(0), member(1), member(2)]], 1],
  ['one who is there', [0, [member(0), member(1, false), member(2)]], 2],
  ['never one who has left', [1, [member(0, true, true), member(1), member(2)]], 2],
  ['nobody', [0, [member(0), member(1, false)]], null],
])('[RL-3] the host is followed by %s', (_, args, expected) => {
  expect(successorOf(...args)).toBe(expected);
});

const proposal = (placements: number[][], scores: Record<string, number> = {}): Proposal => ({ placements, scores });

test.each<[string, Proposal, boolean]>([
  ['all seats once', proposal([[1], [0, 2]]), true],
  ['a draw', proposal([[0, 1, 2]], { 1: 5 }), true],
  ['a seat too few', proposal([[1], [0]]), false],
  ['a seat twice', proposal([[1], [0, 1]]), false],
  ['an unknown seat', proposal([[1], [0, 3]]), false],
  ['half a seat', proposal([[1], [0, 0.5]]), false],
  ['a score for nobody', proposal([[0, 1, 2]], { 7: 1 }), false],
])('[RL-5] a proposal of %s', (_, given, expected) => {
  expect(isComplete(given, 3)).toBe(expected);
});

test('[RL-5] two proposals are the same whatever the order within a place', () => {
  expect(isSame(proposal([[2, 1], [0]], { 1: 3, 0: 2 }), proposal([[1, 2], [0]], { 0: 2, 1: 3 }))).toBe(true);
  expect(isSame(proposal([[2], [1], [0]]), proposal([[1], [2], [0]]))).toBe(false);
  expect(isSame(proposal([[0, 1, 2]], { 0: 1 }), proposal([[0, 1, 2]], { 0: 2 }))).toBe(false);
  expect(isSame(undefined, proposal([[0]]))).toBe(false);
});
