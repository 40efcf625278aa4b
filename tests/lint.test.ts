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
  ['web/d.tsx', `import { x } from '../rooms/chess/room.ts'; x();`, 'folder-imports'],
  ['loadtest/a.ts', `import { x } from '../src/x.ts'; x();`, 'folder-imports'],
  // what is forbidden everywhere
  ['src/e.ts', `import { LobbyRoom } from '@colyseus/core'; LobbyRoom();`, 'no-restricted-imports'],
  ['src/f.ts', `import { QueueRoom } from '@colyseus/core'; QueueRoom();`, 'no-restricted-imports'],
  ['src/g.ts', `import { defineInput } from '@colyseus/core'; defineInput();`, 'no-restricted-imports'],
  ['src/h.ts', `import { monitor } from '@colyseus/monitor'; monitor();`, 'no-restricted-imports'],
  ['src/i.ts', `import { playground } from '@colyseus/playground'; playground();`, 'no-restricted-imports'],
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

let folder: string;
let complaints: Map<string, string[]>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gyre-lint-'));
  // The rule of the house takes a folder of this name for the root of the repository.
  const root = path.join(folder, 'lint-fixture-root');
  for (const [file, source] of CASES) {
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
