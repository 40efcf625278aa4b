import { expect, test } from '@jest/globals';
import { schema, t } from '@colyseus/schema';
import { z } from 'zod';
import { GameInfo } from '../../protocol/games.ts';
import { defineGame, type GameDefinition } from '../../rooms/kit/define-game.ts';
import { ProblemError } from '../http/problem.ts';
import { GameRegistry } from './registry.ts';

const game = defineGame({
  name: 'ludo',
  title: 'Ludo',
  players: { min: 2, max: 4 },
  state: schema({ turn: t.uint8() }, 'LudoState'),
  settings: z.object({
    turnMs: z.int().min(5_000).max(60_000).default(30_000),
    board: z.object({ size: z.int().min(4).default(10), name: z.string().default('plain') }).prefault({}),
    colours: z.array(z.string()).default(['red', 'blue']),
  }),
  messages: { roll: z.undefined() },
  lobbyKeys: ['map'],
});
const DEFAULTS = { turnMs: 30_000, board: { size: 10, name: 'plain' }, colours: ['red', 'blue'] };
const registry = new GameRegistry({ ludo: game });

test('a game is described with its defaults and a JSON Schema of its settings', () => {
  const [info] = registry.infos();
  expect(GameInfo.parse(info)).toEqual(info);
  expect(info).toMatchObject({
    name: 'ludo',
    title: 'Ludo',
    minPlayers: 2,
    maxPlayers: 4,
    teams: [],
    startMode: 'host',
    lateJoin: false,
    spectators: false,
    lobbyKeys: ['map'],
    defaultSettings: DEFAULTS,
    settingsSchema: { type: 'object', properties: { turnMs: { type: 'integer', minimum: 5_000, default: 30_000 } } },
  });
});

test.each([
  ['nothing', undefined, DEFAULTS],
  ['null', null, DEFAULTS],
  ['null for a key', { turnMs: null }, DEFAULTS],
  ['a part', { board: { size: 6 } }, { ...DEFAULTS, board: { size: 6, name: 'plain' } }],
])('settings from %s have all defaults', (_, input, settings) => {
  expect(registry.parseSettings('ludo', input)).toEqual(settings);
});

test.each([
  [{ turnMs: 4_999 }, '#/settings/turnMs', 'too-small'],
  [{ turnMs: 60_001 }, '#/settings/turnMs', 'too-large'],
  [{ turnMs: '5000' }, '#/settings/turnMs', 'wrong-type'],
  [{ turnMs: 5_000.5 }, '#/settings/turnMs', 'wrong-type'],
  [{ board: { size: 1 } }, '#/settings/board/size', 'too-small'],
  [{ colours: ['red', 7] }, '#/settings/colours/1', 'wrong-type'],
  [{ 'a/b~c': 1 }, '#/settings/a~1b~0c', 'unknown-field'],
])('settings %j are refused at %s as %s', (input, pointer, code) => {
  expect(problemOf(() => registry.parseSettings('ludo', input))).toMatchObject({
    code: 'invalid-request',
    errors: [{ pointer, code, detail: expect.any(String) }],
  });
});

test('a bound is told in words', () => {
  const { errors } = problemOf(() => registry.parseSettings('ludo', { turnMs: 1 }));
  expect(errors).toEqual([{ pointer: '#/settings/turnMs', code: 'too-small', detail: 'must be at least 5000' }]);
});

test.each([
  [{ turnMs: 20_000 }, { ...DEFAULTS, turnMs: 20_000, board: { size: 6, name: 'old' } }],
  [{ board: { name: null } }, { ...DEFAULTS, turnMs: 9_000, board: { size: 6, name: 'plain' } }],
  [{ turnMs: null }, { ...DEFAULTS, board: { size: 6, name: 'old' } }],
  [{ colours: ['green'] }, { ...DEFAULTS, turnMs: 9_000, board: { size: 6, name: 'old' }, colours: ['green'] }],
  [null, DEFAULTS],
])('the patch %j is merged, null being the default', (patch, settings) => {
  const current = { ...DEFAULTS, turnMs: 9_000, board: { size: 6, name: 'old' } };
  expect(registry.mergeSettings('ludo', current, patch)).toEqual(settings);
});

test('an unknown game is a fault of the request at #/game', () => {
  expect(registry.get('chess')).toBeNull();
  expect(problemOf(() => registry.require('chess'))).toMatchObject({ errors: [{ pointer: '#/game' }] });
});

test.each<[string, Partial<GameDefinition>, RegExp]>([
  ['another name than its key', { name: 'lido' }, /registered as "ludo", but its name is "lido"/],
  ['a name that is not kebab-case', { name: 'Ludo' }, /kebab-case/],
  ['no title', { title: ' ' }, /title/],
  ['more players at least than at most', { players: { min: 3, max: 2 } }, /players/],
  ['no players', { players: { min: 0, max: 2 } }, /players/],
  ['too many players', { players: { min: 1, max: 65 } }, /players/],
  ['half a player', { players: { min: 1.5, max: 2 } }, /players/],
  [
    'a setting without a default',
    { settings: z.object({ size: z.int() }) },
    /every setting needs a default: size has none/,
  ],
  ['a setting that JSON has no place for', { settings: z.object({ on: z.date().default(() => new Date()) }) }, /JSON/],
  ['too small teams', { teams: [{ name: 'red', maxPlayers: 1 }] }, /fewer than players.max/],
  [
    'the same team twice',
    {
      teams: [
        { name: 'red', maxPlayers: 2 },
        { name: 'red', maxPlayers: 2 },
      ],
    },
    /different names/,
  ],
  ['too many steps a second', { tickRateHz: 61 }, /tickRateHz/],
  ['the same lobby key twice', { lobbyKeys: ['map', 'map'] }, /lobbyKeys/],
  ["the service's message names", { messages: { __gyre: z.undefined() } }, /__/],
  [
    'a state that no log can hold',
    { state: schema({ seen: t.set('string') }, 'LudoSets') },
    /State class "LudoSets", field "seen": t\.set\(\) can't be recorded.*Way out: use t\.map\(\)/,
  ],
  ['an unknown durability', { durability: 'disk' as never }, /durability must be one of "commit", "snapshot", "none"/],
  ['an instant start that nobody may join late', { startMode: 'instant' }, /"instant" needs lateJoin/],
])('a game with %s is refused when it is registered [RM-10, CL-46]', (_, change, message) => {
  expect(() => new GameRegistry({ ludo: { ...game, ...change } })).toThrow(message);
});

test('a game may begin with its lobby, take players late and be watched', () => {
  const open = new GameRegistry({ ludo: { ...game, startMode: 'instant', lateJoin: true, spectators: true } });
  expect(open.infos()).toMatchObject([{ startMode: 'instant', lateJoin: true, spectators: true }]);
  expect([open.watchable, registry.watchable]).toEqual([new Set(['ludo']), new Set()]);
});

test.each(['commit', 'snapshot', 'none'] as const)('a game may be as durable as %s [CL-40, CL-44]', (durability) => {
  expect(new GameRegistry({ ludo: { ...game, durability } }).infos()).toHaveLength(1);
});

test('all faults of all games are told at once', () => {
  const register = () => new GameRegistry({ hub: { ...game, name: 'hub' }, ludo: { ...game, title: '' } });
  expect(register).toThrow(/game "hub": name "hub" is taken[\s\S]*game "ludo": title/);
});

function problemOf(work: () => unknown): ProblemError {
  try {
    work();
  } catch (error) {
    if (error instanceof ProblemError) return error;
  }
  throw new Error('there was no problem');
}
