import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { BenchResult } from '../../loadtest/bench/result.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const RUN_LIMIT_MS = 150_000;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gyre-bench-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('[LT-1, LT-4] a smoke run of a comparison measures every subject and leaves a result and a page', async () => {
  const { code, output } = await bench('p2', '--quick', '--seed', '5', '--out', folder);
  expect(code).toBe(0);
  expect(output).toContain('Payload per walker and tick');

  const result = JSON.parse(await readFile(path.join(folder, 'P2.json'), 'utf8')) as BenchResult;
  expect(result).toMatchObject({ quick: true, seed: 5, machine: { node: process.versions.node } });
  expect(result.command).toContain('--seed 5');
  const [summary] = result.summaries;
  expect(Object.keys(summary?.values ?? {})).toEqual(result.bench.subjects.map(({ name }) => name));
  const median = (subject: string): number => summary?.values[subject]?.median as number;
  // What plain schema costs: a structure's mark and id, then a field's number and two bytes for each axis that changed.
  expect(median('Gyre')).toBeGreaterThan(2);
  expect(median('Gyre')).toBeLessThan(8.2);
  expect(median('entropy after linear prediction')).toBeLessThan(1);

  const page = await readFile(path.join(folder, 'report.html'), 'utf8');
  expect(page).toContain('smoke run');
  expect(page).toContain('<svg');
});

test(
  '[CL-47] the cost of durability is measured with it and without, in one run: every step recorded, some, none',
  async () => {
    const { code, output } = await bench('p9', '--quick', '--out', folder);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('CPU of a patch') });
    const { runs, summaries } = JSON.parse(await readFile(path.join(folder, 'P9.json'), 'utf8')) as BenchResult;
    const [commit, snapshot, none] = ['commit', 'snapshot', 'none'].map((name) => {
      const valid = runs.findLast(({ subject, invalid }) => subject === name && invalid === null);
      return valid?.details as { records: number; releases: number };
    });
    expect(none?.records).toBe(0);
    expect(snapshot?.records).toBeGreaterThan(0);
    expect(commit?.records).toBeGreaterThan(snapshot?.records ?? Infinity);
    expect(none?.releases).toBeGreaterThan(0);
    expect(summaries.map(({ metric }) => metric.name)).toEqual(['cpuUs', 'delayP99Ms', 'delayP50Ms', 'delayMaxMs']);
  },
  RUN_LIMIT_MS,
);

test('[LT-4] a case that is not there, or a wrong option, is exit code 2 and says what there is', async () => {
  const unknown = await bench('P0');
  expect(unknown).toMatchObject({ code: 2, output: expect.stringContaining('P2') });
  expect(await bench('P2', '--pairs', 'many')).toMatchObject({ code: 2 });
  expect(await bench('P2', '--quickly')).toMatchObject({ code: 2 });
});

function bench(...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const file = path.join(ROOT, 'loadtest', 'bench', 'run.ts');
    execFile(process.execPath, [file, ...args], { cwd: ROOT, timeout: RUN_LIMIT_MS }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }),
    );
  });
}
