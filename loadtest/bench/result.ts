import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BenchCase } from './harness.ts';
import type { Machine } from './machine.ts';
import { benchReport } from './report.ts';
import type { Run } from './runner.ts';
import type { MetricSummary } from './summary.ts';

/** All that is kept of a measured case, in `<id>.json`. */
export interface BenchResult {
  readonly bench: Omit<BenchCase, 'run'>;
  readonly command: string;
  readonly measuredAt: string;
  readonly quick: boolean;
  readonly seed: number;
  readonly machine: Machine;
  readonly summaries: readonly MetricSummary[];
  readonly runs: readonly Run[];
}

/** Writes the result and, from all results that are there by now, one page. Resolves with the page's path. */
export async function keepResult(folder: string, result: BenchResult): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, `${result.bench.id}.json`), `${JSON.stringify(result, null, 2)}\n`);
  const names = (await readdir(folder)).filter((name) => /^P\d+\.json$/.test(name));
  const results = await Promise.all(
    names
      .toSorted((a, b) => Number.parseInt(a.slice(1), 10) - Number.parseInt(b.slice(1), 10))
      .map(async (name) => JSON.parse(await readFile(path.join(folder, name), 'utf8')) as BenchResult),
  );
  const file = path.join(folder, 'report.html');
  await writeFile(file, benchReport(results));
  return file;
}
