import { expect, test } from '@jest/globals';
import { arenaNews } from './arena-news.ts';
import { endHeadline } from './end-headline.ts';
import { EMPTY_HUD, type HudRow } from './hud.ts';
import { botName, liveryOf } from './palette.ts';

const livery = liveryOf('0', '');
const ann = { name: 'Ann', livery, isMe: true };
const ben = { name: 'Ben', livery, isMe: false };

function row(name: string, score: number, isMe = false): HudRow {
  return { key: name, name, livery, isMe, isBot: false, score, deaths: 0, isDown: false };
}

function team(words: string, score: number) {
  return { name: words, words, livery, score };
}

test.each([
  ['one is best', { rows: [row('Ann', 3, true), row('Ben', 1)], teams: [] }, 'You won!'],
  ['another is best', { rows: [row('Ben', 3), row('Ann', 1, true)], teams: [] }, 'Ben won'],
  ['all are level', { rows: [row('Ann', 2, true), row('Ben', 2)], teams: [] }, 'A draw'],
  [
    'two of several are best, one of them oneself',
    { rows: [row('Ben', 2), row('Ann', 2, true), row('Cid', 1)], teams: [] },
    'You share the win',
  ],
  [
    'two others are best',
    { rows: [row('Ben', 2), row('Cid', 2), row('Ann', 1, true)], teams: [] },
    'Ben and Cid share the win',
  ],
  ['a team is ahead', { rows: [row('Ann', 5, true)], teams: [team('Suns', 3), team('Moons', 5)] }, 'The Moons won'],
  ['teams are level', { rows: [], teams: [team('Suns', 3), team('Moons', 3)] }, 'A draw'],
  ['nobody is there', { rows: [], teams: [] }, 'The round is over'],
])('[WE-8] the end of a round in words: %s', (_how, hud, words) => {
  expect(endHeadline(hud)).toBe(words);
});

test('[WE-2] readers are told what concerns themselves in the arena', () => {
  const down = { ...EMPTY_HUD, clock: '0:30', respawnSeconds: 3, feed: [{ id: 1, by: ben, of: ann }] };
  expect(arenaNews({ ...EMPTY_HUD, clock: '0:31' }, down)).toBe('Ben shot you down.');
  expect(arenaNews(down, { ...down, respawnSeconds: 2 })).toBe('');
  const back = { ...down, respawnSeconds: null, clock: '0:09', isLow: true, feed: [{ id: 2, by: ann, of: ben }] };
  expect(arenaNews(down, back)).toBe('You shot down Ben. You are back. Ten seconds left.');
  expect(arenaNews(back, { ...back, feed: [...back.feed, { id: 3, by: ben, of: ben }] })).toBe('');
});

test('[WE-5] bots have names, and everybody can be told apart by a mark', () => {
  expect(['b0', 'b1', 'b20'].map(botName)).toEqual(['Bot Halley', 'Bot Vega', 'Bot 21']);
  const marks = Array.from({ length: 8 }, (_, seat) => liveryOf(String(seat), '').mark);
  expect(new Set(marks).size).toBe(8);
  expect(liveryOf('0', 'red').mark).not.toBe(liveryOf('0', 'blue').mark);
  expect(liveryOf('b0', '')).not.toBe(liveryOf('b0', 'red'));
});
