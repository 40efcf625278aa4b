import { expect, test } from '@jest/globals';
import { GyreError } from '../../client-sdk/index.ts';
import { sentenceOf } from './errors.ts';
import { agoWords, clockText, durationWords } from './time.ts';

test.each([
  [new GyreError('lobby-full', 'l_1 has 2 of 2 players.'), 'That lobby is full.'],
  [new GyreError('too-few-players', '', { extensions: { needed: 2 } }), 'It takes 2 players to start.'],
  [
    new GyreError('wrong-state', '', { extensions: { state: 'in-match' } }),
    'The game is on. Try again when it is over.',
  ],
  [new GyreError('rate-limited', '', { retryAfterMs: 2_100 }), 'That was a bit fast. Try again in 3 seconds.'],
  [
    new GyreError('invalid-request', '', { errors: [{ pointer: '#/name', code: 'too-long', detail: 'at most 40' }] }),
    'That can’t be accepted: at most 40',
  ],
  [new GyreError('of-tomorrow' as 'internal', 'What a newer server says.'), 'What a newer server says.'],
  [new TypeError('x is not a function'), 'Something went wrong on this page. Please reload it.'],
])('an error in words: %#', (error, sentence) => {
  expect(sentenceOf(error)).toBe(sentence);
});

test.each([
  [30_000, '0:30'],
  [29_001, '0:30'],
  [90_000, '1:30'],
  [0, '0:00'],
  [-5, '0:00'],
])('%d ms on a clock', (durationMs, text) => {
  expect(clockText(durationMs)).toBe(text);
});

test('durations and ages', () => {
  expect([1_000, 20_000, 60_000, 90_000].map(durationWords)).toEqual([
    '1 second',
    '20 seconds',
    '1 minute',
    '1.5 minutes',
  ]);
  const nowMs = 1_000_000_000;
  expect([30_000, 60_000, 7_200_000, 172_800_000].map((age) => agoWords(nowMs - age, nowMs))).toEqual([
    'just now',
    '1 minute ago',
    '2 hours ago',
    '2 days ago',
  ]);
});
