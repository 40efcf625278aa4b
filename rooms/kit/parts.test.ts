import { expect, test } from '@jest/globals';
import { toResult } from './finish.ts';
import { KeptValues } from './kept.ts';
import { MatchRandom } from './random.ts';
import { TimerSet } from './timers.ts';

const SEATS = [0, 1, 2].map((index) => ({ index, playerId: `p_${index}`, displayName: '', team: null, isBot: false }));
const groups = (...placements: number[][]) => ({
  placements: placements.map((group) => group.map((index) => ({ index }))),
});

test('finish: groups become places, equal ones share: 1, 1, 3', () => {
  const result = toResult({ ...groups([2, 0], [1]), scores: { 2: 7 }, data: { rounds: 3 } }, SEATS);
  expect(result).toEqual({
    placements: [
      { seatIndex: 2, playerId: 'p_2', place: 1, score: 7 },
      { seatIndex: 0, playerId: 'p_0', place: 1, score: null },
      { seatIndex: 1, playerId: 'p_1', place: 3, score: null },
    ],
    data: { rounds: 3 },
  });
});

test.each([
  ['a seat without a place', groups([0], [1])],
  ['a seat placed twice', groups([0, 1], [2, 0])],
  ['an unknown seat', groups([0, 1, 2, 3])],
])('finish: %s is the author’s mistake', (_title, finish) => {
  expect(() => toResult(finish, SEATS)).toThrow('finish()');
});

const cycle: Record<string, unknown> = {};
cycle.again = cycle;

test.each([
  ['a text with NUL', { data: { text: 'a\0b' } }],
  ['half a surrogate pair', { data: { text: '\ud800' } }],
  ['a key with NUL', { data: { '\0': 1 } }],
  ['a BigInt', { data: { big: 1n } }],
  ['NaN', { data: { rounds: [Number.NaN] } }],
  ['a function', { data: { call: () => 1 } }],
  ['a Map', { data: { map: new Map() } }],
  ['a cycle', { data: cycle }],
  ['an array as data', { data: [] }],
  ['a text as data', { data: 'text' }],
  ['NaN as score', { scores: { 0: Number.NaN } }],
  ['Infinity as score', { scores: { 1: Infinity } }],
  ['a text as score', { scores: { 0: '7' } }],
])('finish: %s could never be recorded, and is the author’s mistake at once', (_title, rest) => {
  const finish = { ...groups([0, 1, 2]), ...rest } as unknown as Parameters<typeof toResult>[0];
  expect(() => toResult(finish, SEATS)).toThrow('finish()');
});

test('finish: keeps its data as it was, and leaves out what is undefined', () => {
  const data = { rounds: [1, { by: null, best: undefined }] };
  const result = toResult({ ...groups([0, 1, 2]), data }, SEATS);
  data.rounds.push(2);
  expect(result.data).toStrictEqual({ rounds: [1, { by: null }] });
});

test('random: resumed from its state, it goes on as if nothing had happened', () => {
  const random = MatchRandom.seeded(42);
  const resumed = MatchRandom.resumed(random.state);
  expect(Array.from({ length: 5 }, () => resumed.next())).toEqual(Array.from({ length: 5 }, () => random.next()));
});

test('random: even over ten bins, and other seeds give other numbers', () => {
  const bins = Array.from({ length: 10 }, () => 0);
  const random = MatchRandom.seeded(1);
  for (let draw = 0; draw < 100_000; draw += 1) bins[Math.floor(random.next() * 10)]! += 1;
  for (const bin of bins) expect(Math.abs(bin - 10_000)).toBeLessThan(500);
  expect(MatchRandom.seeded(2).next()).not.toBe(MatchRandom.seeded(3).next());
});

test('timers go off in the order of their times, by name among equals', () => {
  let nowMs = 0;
  const rang: string[] = [];
  const timers = new TimerSet(() => nowMs);
  for (const name of ['b', 'a', 'c']) timers.declare(name, () => rang.push(name)).start(name === 'c' ? 5 : 10);
  expect(timers.nextDueMs).toBe(5);
  nowMs = 10;
  for (let due = timers.takeDue(); due !== null; due = timers.takeDue()) due();
  expect(rang).toEqual(['c', 'a', 'b']);
  expect(timers.nextDueMs).toBe(Infinity);
});

test('timers: start again moves it, stop takes it away', () => {
  const timers = new TimerSet(() => 100);
  const timer = timers.declare('turn', () => {});
  expect(timer.start(50)).toBe(150);
  expect(timer.start(70)).toBe(170);
  expect(timer.dueMs).toBe(170);
  timer.stop();
  expect(timer.dueMs).toBeNull();
});

test('what a room declares must be fields: the same names after every restore', () => {
  const timers = new TimerSet(() => 0, { gone: 5 });
  expect(() => timers.seal()).toThrow('"gone" is not declared');
  expect(() => timers.declare('late', () => {})).toThrow('as a field');
  const kept = new KeptValues({ gone: 1 });
  expect(() => kept.seal()).toThrow('"gone" is not kept');
  expect(() => kept.declare('late', 1)).toThrow('as a field');
});

test.each([
  ['a map', new Map()],
  ['a date', { at: new Date(0) }],
  ['undefined', [undefined]],
  ['a big integer', 1n],
])('keep: %s would not come back as it was, so it is refused', (_title, value) => {
  expect(() => new KeptValues().declare('value', value)).toThrow('only plain data');
});
