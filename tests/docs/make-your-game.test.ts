import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { GyreProcess } from '../support/gyre-process.ts';

/** Follows docs/make-your-game.md to the letter, in a copy of the project. */

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '..', '..');
const PARTS = ['protocol', 'rooms', 'src', 'client-sdk', 'web', 'scripts', 'tests/support'];
const FILES = ['package.json', 'tsconfig.base.json', 'tsconfig.json', 'tsconfig.sdk.json', 'jest.config.mjs'];
/** A code block that begins with the name of its file. */
const BLOCK = /^```ts\n\/\/ (\S+)\n([\s\S]*?)^```$/gm;
const LONG_MS = 120_000;

let project = '';

beforeAll(async () => {
  project = await mkdtemp(path.join(tmpdir(), 'gyre-newcomer-'));
  for (const name of [...PARTS, ...FILES])
    await cp(path.join(ROOT, name), path.join(project, name), { recursive: true });
  await symlink(path.join(ROOT, 'node_modules'), path.join(project, 'node_modules'));
  const page = await readFile(path.join(ROOT, 'docs', 'make-your-game.md'), 'utf8');
  for (const [, name = '', code = ''] of page.matchAll(BLOCK)) {
    await mkdir(path.dirname(path.join(project, name)), { recursive: true });
    await writeFile(path.join(project, name), code);
  }
}, LONG_MS);

afterAll(() => rm(project, { recursive: true, force: true }));

test(
  'the page’s games compile, with their clients',
  async () => {
    await writeFile(
      path.join(project, 'tsconfig.page.json'),
      JSON.stringify({ extends: './tsconfig.json', include: ['rooms/**/*.ts', 'play-sticks.ts', 'play-dash.ts'] }),
    );
    const { stdout } = await node('node_modules/typescript/bin/tsc', '--project', 'tsconfig.page.json');
    expect(stdout).toBe('');
  },
  LONG_MS,
);

test(
  'its author’s test passes',
  async () => {
    const { stdout } = await node('scripts/test.mjs', 'rooms/sticks');
    expect(stdout).toMatch(/^1 passed, 0 failed$/m);
  },
  LONG_MS,
);

test(
  'it is played to a result over the wire',
  async () => {
    await using gyre = await GyreProcess.start({ entry: path.join(project, 'src', 'main.ts') });
    const { stdout } = await node('play-sticks.ts', gyre.endpoint);
    const placements = JSON.parse(stdout) as { seatIndex: number; place: number }[];
    expect(placements.map(({ place }) => place)).toEqual([1, 2]);
  },
  LONG_MS,
);

/** Runs a command of the page in the copy, by this Node. */
async function node(...args: string[]): Promise<{ stdout: string }> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  try {
    return await run(process.execPath, args, { cwd: project, env });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error });
  }
}
