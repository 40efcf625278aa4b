import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const ROOT = path.join(import.meta.dirname, '..');

/** File (its folder counts) → what it says, and the rule that must complain about it; null = none may. */
const CASES: readonly (readonly [file: string, source: string, rule: string | null])[] = [
  // protocol
  ['protocol/a.ts', `import { x } from '../src/x.ts'; x();`, 'folder-imports'],
  ['protocol/b.ts', `import { x } from 'pg'; x();`, 'folder-imports'],
  ['protocol/c.ts', `import { z } from 'zod'; z();`, null],
  ['protocol/limits.ts', `import { x } from './x.ts'; x();`, 'folder-imports'],
  // rooms/*/rules.ts
  ['rooms/a/rules.ts', `import { x } from '@colyseus/schema'; x();`, 'folder-imports'],
  ['rooms/b/rules.ts', `export const now = () => Date.now();`, 'pure-rules'],
  ['rooms/c/rules.ts', `export const now = () => new Date();`, 'pure-rules'],
  ['rooms/d/rules.ts', `export const chance = () => Math.random();`, 'pure-rules'],
  ['rooms/e/rules.ts', `export const chance = () => Math['random']();`, 'pure-rules'],
  ['rooms/f/rules.ts', `export const when = (at: Date, f: { Date: number }) => Math.max(f.Date, Number(at));`, null],
  ['rooms/g/rules.ts', `import type { x } from '../../protocol/x.ts'; export type Y = x;`, null],
  ['rooms/h/rules.ts', `export const later = (f: () => void) => setTimeout(f, 1);`, 'pure-rules'],
  ['rooms/i/map-rules.ts', `export const chance = () => Math.random();`, 'pure-rules'],
  ['rooms/j/map-rules.ts', `import { x } from '../k/rules.ts'; x();`, 'folder-imports'],
  ['rooms/k/map-rules.ts', `import { x } from './rules.ts'; x();`, null],
  // rooms/*/game.ts
  ['rooms/a/game.ts', `import { x } from '@colyseus/core'; x();`, 'folder-imports'],
  ['rooms/b/game.ts', `import { x } from '../kit/game-room.ts'; x();`, 'folder-imports'],
  ['rooms/c/game.ts', `import { x } from '../kit/define-game.ts'; x();`, null],
  // rooms/*/room.ts
  ['rooms/a/room.ts', `import { x } from '../../src/x.ts'; x();`, 'folder-imports'],
  ['rooms/b/room.ts', `import { x } from '@colyseus/core'; x();`, 'folder-imports'],
  ['rooms/c/room.ts', `import { x } from '../d/rules.ts'; x();`, 'folder-imports'],
  ['rooms/d/room.ts', `import { x } from './game.ts'; x();`, null],
  ['rooms/e/room.ts', `export const x = await import('../../src/x.ts');`, 'folder-imports'],
  ['rooms/f/room.ts', `export * from '../../src/x.ts';`, 'folder-imports'],
  ['rooms/g/room.ts', `export type X = import('../../src/x.ts').X;`, 'folder-imports'],
  // rooms/kit, src
  ['rooms/kit/a.ts', `import { x } from '../../src/x.ts'; x();`, 'folder-imports'],
  ['rooms/kit/b.ts', `import { x } from '@colyseus/core'; x();`, null],
  ['src/a.ts', `import { x } from '../rooms/games.ts'; x();`, 'folder-imports'],
  ['src/b.ts', `import type { x } from '../rooms/chess/room.ts'; export type Y = x;`, 'folder-imports'],
  ['src/c.ts', `import { x } from '../rooms/kit/index.ts'; x();`, null],
  ['src/main.ts', `import { x } from '../rooms/games.ts'; x();`, null],
  ['src/d.ts', `import { x } from '../client-sdk/index.ts'; x();`, 'folder-imports'],
  ['src/a.test.ts', `import { x } from '../rooms/games.ts'; x();`, null],
  // client-sdk, web, loadtest
  ['client-sdk/a.ts', `import { x } from 'node:fs'; x();`, 'folder-imports'],
  ['client-sdk/b.ts', `import { x } from 'ws'; x();`, 'folder-imports'],
  ['client-sdk/c.ts', `import { x } from '../src/x.ts'; x();`, 'folder-imports'],
  ['client-sdk/d.ts', `import { x } from '@colyseus/sdk'; x();`, null],
  ['web/a.ts', `import { x } from '../rooms/games.ts'; x();`, 'folder-imports'],
  ['web/b.ts', `import type { x } from '../rooms/games.ts'; export type Y = x;`, null],
  ['web/c.ts', `import { x } from '../rooms/chess/rules.ts'; x();`, null],
  ['web/e.ts', `import { x } from '../rooms/chess/map-rules.ts'; x();`, null],
  ['web/d.tsx', `import { x } from '../rooms/chess/room.ts'; x();`, 'folder-imports'],
  ['loadtest/a.ts', `import { x } from '../src/x.ts'; x();`, 'folder-imports'],
  ['loadtest/bench/a.ts', `import { x } from './servers/x.ts'; x();`, 'folder-imports'],
  ['loadtest/bench/servers/a.ts', `import { x } from '../../../src/x.ts'; x();`, null],
  ['loadtest/bench/servers/b.ts', `import { x } from 'fastify'; x();`, null],
  ['loadtest/bench/servers/c.ts', `import { x } from '../../../client-sdk/index.ts'; x();`, 'folder-imports'],
  // what is forbidden everywhere
  ['src/j.ts', `export const f = (x: any) => x;`, 'no-explicit-any'],
  [
    'src/k.ts',
    `export const f = (x: Promise<void>) => { x; };\nexport const g = () => { f(Promise.resolve()); Promise.resolve(1); };`,
    'no-floating-promises',
  ],
  [
    'src/l.ts',
    `export function f(x: 'a' | 'b'): void { switch (x) { case 'a': return; } }`,
    'switch-exhaustiveness-check',
  ],
  ['src/m.ts', `import { n } from './n.ts'; export const m = () => n;`, 'no-cycle'],
  ['src/n.ts', `import { m } from './m.ts'; export const n = () => m;`, 'no-cycle'],
];

/** Every road to an export of Colyseus that has a defect. */
const roadsTo = (name: string): string[] => [
  `import { ${name} } from '@colyseus/core'; ${name}();`,
  `import { ${name} as Harmless } from '@colyseus/core'; Harmless();`,
  `import { Room, ${name} } from '@colyseus/core'; Room(${name});`,
  `import type { ${name} } from '@colyseus/core'; export type Y = ${name};`,
  `import { '${name}' as Harmless } from '@colyseus/core'; Harmless();`,
  `export { ${name} } from '@colyseus/core';`,
  `export { ${name} as Harmless } from '@colyseus/core';`,
  `export type Y = import('@colyseus/core').${name};`,
  `import { ${name} } from '@colyseus/core/rooms/${name}'; ${name}();`,
  `import * as all from '@colyseus/core/build/rooms/${name}.mjs'; all();`,
  `import { ${name} } from '../node_modules/@colyseus/core/build/rooms/${name}.mjs'; ${name}();`,
  `export const x = await import('@colyseus/core/rooms/${name}');`,
  `import { ${name} } from 'colyseus'; ${name}();`,
];

/** Every road to all of a module. */
const roadsToAllOf = (module: string): string[] => [
  `import * as all from '${module}'; all();`,
  `import all from '${module}'; all();`,
  `import { default as all } from '${module}'; all();`,
  `import all = require('${module}'); all();`,
  `export * from '${module}';`,
  `export * as all from '${module}';`,
  `export const all = await import('${module}');`,
  `export const all = await import(\`${module}\`);`,
  `export const all = (require: (name: string) => unknown) => require('${module}');`,
  `import { createRequire } from 'node:module'; export const all = createRequire(import.meta.url)('${module}');`,
  `export type Y = typeof import('${module}');`,
];

const roadsToPackage = (name: string): string[] => [
  ...roadsToAllOf(name),
  `import { x } from '${name}'; x();`,
  `import '${name}';`,
  `export { x } from '${name}';`,
  `import { x } from '${name}/build/index.mjs'; x();`,
];

const INPUTS = [
  ...['InputBufferImpl', 'RoomInput'].flatMap(roadsTo),
  `import { InputBufferImpl } from '@colyseus/core/input/InputBuffer'; InputBufferImpl();`,
  `import { Room } from '@colyseus/core'; export class A extends Room { inputs = this.defineInput(A); }`,
  `import { Room } from '@colyseus/core'; export class A extends Room { inputs = this['defineInput'](A); }`,
  `export const f = (room: { defineInput(): void }) => { const { defineInput } = room; defineInput(); };`,
];

/** What of Colyseus may be had. */
const HARMLESS = [
  `import { Room, matchMaker, type ClientArray } from '@colyseus/core'; Room(matchMaker as ClientArray);`,
  `export { Protocol } from '@colyseus/core';`,
  `export type Y = import('@colyseus/core').Room;`,
  `import { Client } from '@colyseus/sdk'; Client();`,
  `import * as all from '@colyseus/schema'; all();`,
  `import { LobbyRoom } from './lobby-room.ts'; LobbyRoom();`,
];

const COLYSEUS = {
  LobbyRoom: roadsTo('LobbyRoom'),
  QueueRoom: [...roadsTo('QueueRoom'), ...roadsTo('RankedQueueRoom')],
  inputs: INPUTS,
  all: ['@colyseus/core', 'colyseus', '@colyseus/tools'].flatMap(roadsToAllOf),
  monitor: roadsToPackage('@colyseus/monitor'),
  playground: roadsToPackage('@colyseus/playground'),
  harmless: HARMLESS,
} as const;
type Taken = keyof typeof COLYSEUS;

const fileOf = (taken: string, index: number): string => `tests/colyseus/${taken}-${index}.ts`;

let folder: string;
let complaints: Map<string, string[]>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gyre-lint-'));
  // The rule of the house takes a folder of this name for the root of the repository.
  const root = path.join(folder, 'lint-fixture-root');
  const roads = Object.entries(COLYSEUS).flatMap(([taken, sources]) =>
    sources.map((source, index) => [fileOf(taken, index), source] as const),
  );
  for (const [file, source] of [...CASES, ...roads]) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), source);
  }
  await writeFile(
    path.join(root, 'tsconfig.json'),
    '{ "compilerOptions": { "strict": true, "allowImportingTsExtensions": true, "noEmit": true } }',
  );
  complaints = await lint(root);
});
afterAll(() => rm(folder, { recursive: true }));

describe('the linter', () => {
  test.each(CASES.filter(([, , rule]) => rule !== null))('complains about %s: %s', (file, _source, rule) => {
    expect(complaints.get(file) ?? []).toContain(rule);
  });

  test.each(CASES.filter(([, , rule]) => rule === null))('lets %s pass: %s', (file) => {
    expect((complaints.get(file) ?? []).filter((rule) => /imports$|^pure/.test(rule))).toEqual([]);
  });
});

describe('of Colyseus the linter refuses, by whatever road', () => {
  const passing = (taken: Taken): string[] =>
    COLYSEUS[taken].filter((_, index) => !complaints.get(fileOf(taken, index))?.includes('colyseus-defects'));

  test('[HD-3] LobbyRoom', () => {
    expect(passing('LobbyRoom')).toEqual([]);
  });
  test('[HD-4] defineInput, and what it is made of', () => {
    expect(passing('inputs')).toEqual([]);
  });
  test('[HD-5] QueueRoom and RankedQueueRoom', () => {
    expect(passing('QueueRoom')).toEqual([]);
  });
  test('[HD-10] the monitor and the playground', () => {
    expect([...passing('monitor'), ...passing('playground')]).toEqual([]);
  });
  test('[HD-3, HD-4, HD-5, HD-10] all of a package at once, which would bring any of them along', () => {
    expect(passing('all')).toEqual([]);
  });
  test('and lets the rest pass', () => {
    expect(passing('harmless')).toEqual(COLYSEUS.harmless);
  });
});

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
}

async function lint(root: string): Promise<Map<string, string[]>> {
  const tool = path.join(ROOT, 'node_modules', '.bin', 'oxlint');
  const args = ['--config', path.join(ROOT, '.oxlintrc.json'), '--type-aware', '--format=json', '.'];
  const output = await new Promise<string>((resolve) => {
    // It exits with an error by design: everything here is wrong on purpose.
    execFile(process.execPath, [tool, ...args], { cwd: root, maxBuffer: 1 << 24 }, (_error, stdout, stderr) =>
      resolve(stdout || stderr),
    );
  });
  const found = new Map<string, string[]>();
  for (const { code, filename } of (JSON.parse(output) as { diagnostics: Diagnostic[] }).diagnostics) {
    const file = filename
      .split(path.sep)
      .join('/')
      .replace(/^.*lint-fixture-root\//, '');
    found.set(file, [...(found.get(file) ?? []), code.replace(/^.*\((.*)\)$/, '$1')]);
  }
  return found;
}
