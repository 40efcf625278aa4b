import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { CAN_TELL_USAGE } from '../../loadtest/process-usage.ts';
import { readArguments } from '../../loadtest/swarm/arguments.ts';
import type { SwarmResult } from '../../loadtest/swarm/result.ts';
import { startTestGyre } from '../support/gyre.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const RUN_LIMIT_MS = 100_000;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gyre-swarm-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

test(
  '[LT-5, LT-7] a swarm on a running Gyre plays match after match over connections that break, and every promise is kept',
  async () => {
    await using gyre = await startTestGyre();
    const size = ['--players', '8', '--seconds', '3', '--seed', '7', '--lose-every', '2'];
    const { code, output } = await swarm(...size, '--endpoint', gyre.url, '--out', folder);
    expect(output).toContain('verdict: every promise was kept');
    expect(code).toBe(0);

    const { totals, inputToAck, server, verdicts } = await resultIn(folder);
    expect(verdicts.flatMap(({ broken }) => broken)).toEqual([]);
    // Each of the four groups has played at least one match, seven discs being the fewest.
    expect(totals.matches).toBeGreaterThanOrEqual(4);
    expect(totals.seats).toBe(totals.matches * 2);
    expect(totals.inputs).toBeGreaterThanOrEqual(totals.matches * 7);
    expect(totals.losses).toBeGreaterThan(0);
    expect(inputToAck.count).toBeGreaterThan(0);
    expect(server).toBeNull();
  },
  RUN_LIMIT_MS,
);

test(
  '[LT-5, LT-7] on a Gyre of its own, which it kills, it plays the arena ahead of the room over a bad network, and is watched',
  async () => {
    const size = ['--game', 'arena', '--players', '8', '--watchers', '2', '--seconds', '3', '--round-ms', '2000'];
    const network = ['--predict', '--latency', '100', '--jitter', '20', '--loss', '0.02'];
    const { code, output } = await swarm(...size, ...network, '--kill-every', '2', '--out', folder);
    expect(output).toContain('verdict: every promise was kept');
    expect(code).toBe(0);

    const { totals, server } = await resultIn(folder);
    expect(totals.seats).toBe(totals.matches * 8);
    expect(totals.inputs).toBeGreaterThan(totals.seats);
    expect(totals.watched).toBeGreaterThan(0);
    expect(totals.prediction.compared).toBeGreaterThan(0);
    expect(totals.silentStepShare).not.toBeNull();
    expect(server?.kills).toBe(CAN_TELL_USAGE ? 1 : undefined);
    expect(totals.losses).toBeGreaterThanOrEqual(8);
    expect((await readdir(folder)).toSorted()).toEqual(['report.html', 'result.json', 'server.log']);
  },
  RUN_LIMIT_MS,
);

test(
  '[LT-5] promises that are broken, here by a service that is not there, are told by the verdict and exit code 1',
  async () => {
    const args = ['--players', '2', '--seconds', '1', '--endpoint', 'http://127.0.0.1:9', '--out', folder];
    const { code, output } = await swarm(...args);
    expect(output).toContain('BROKEN: Everyone signed in');
    expect(code).toBe(1);
  },
  RUN_LIMIT_MS,
);

test('[LT-5] a wrong argument is exit code 2, and how it is used', async () => {
  const { code, output } = await swarm('--loud');
  expect(output).toContain('--loud');
  expect(output).toContain('usage:');
  expect(code).toBe(2);
});

test.each([
  [['--game', 'chess'], 'does not play chess'],
  [['--players', '3'], 'must be a multiple'],
  [['--players', '0'], '--players'],
  [['--seconds', 'long'], '--seconds'],
  [['--endpoint', 'nowhere'], '--endpoint'],
  [['--endpoint', 'http://127.0.0.1:1', '--kill-every', '5'], '--kill-every'],
  [['--latency', '100', '--loss', '1'], '--loss'],
])('[LT-5] %p is a wrong argument', (args, said) => {
  expect(() => readArguments(args, folder)).toThrow(said);
});

test('[LT-5] left out is what makes sense: one generator for 200 players, no more than groups', () => {
  expect(readArguments([], folder)).toMatchObject({ players: 20, game: 'connect-four', generators: 1, watchers: 0 });
  expect(readArguments(['--game', 'arena', '--players', '400'], folder)).toMatchObject({ generators: 2 });
  expect(readArguments(['--players', '4', '--generators', '9'], folder)).toMatchObject({ generators: 2 });
});

async function resultIn(folder: string): Promise<SwarmResult> {
  return JSON.parse(await readFile(path.join(folder, 'result.json'), 'utf8')) as SwarmResult;
}

function swarm(...args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const file = path.join(ROOT, 'loadtest', 'swarm', 'run.ts');
    execFile(process.execPath, [file, ...args], { cwd: ROOT, timeout: RUN_LIMIT_MS }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }),
    );
  });
}
