import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { seedFor } from '../random.ts';
import { Child } from './child.ts';
import type { BenchCase, Sample, Subject } from './harness.ts';

const SAMPLE_LIMIT_MS = 120_000;
/** As many pairs may fail, of each that is asked for, before the case is given up. */
const TRIES_PER_PAIR = 2;

export interface RunOptions {
  /** Valid pairs to measure. */
  readonly pairs: number;
  readonly quick: boolean;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Told after each sample. */
  onSample(run: Run): void;
}

/** One sample, as it is kept in the JSON. */
export interface Run {
  readonly pair: number;
  readonly subject: string;
  readonly seed: number;
  readonly startedAt: string;
  readonly tookMs: number;
  /** Of the whole machine when it began: who else was at work. */
  readonly loadAverage: number;
  readonly values: Sample['values'];
  /** Why it doesn't count; null if it does. */
  readonly invalid: string | null;
  readonly details: NonNullable<Sample['details']>;
}

/**
 * Measures all subjects of a case in turns, A B B A, until enough pairs are valid: what the machine does meanwhile then
 * falls on all of them alike. (A pair holds every subject, however many there are.)
 */
export async function runCase(bench: BenchCase, options: RunOptions): Promise<readonly Run[]> {
  const runs: Run[] = [];
  let valid = 0;
  for (let pair = 0; valid < options.pairs && pair < options.pairs * TRIES_PER_PAIR; pair += 1) {
    let pairIsValid = true;
    for (const subject of pair % 2 === 0 ? bench.subjects : bench.subjects.toReversed()) {
      options.signal.throwIfAborted();
      const run = await measure(bench, subject, { ...options, pair, seed: seedFor(options.seed, pair) });
      runs.push(run);
      options.onSample(run);
      pairIsValid &&= run.invalid === null;
    }
    if (pairIsValid) valid += 1;
  }
  return runs;
}

async function measure(bench: BenchCase, subject: Subject, options: RunOptions & { pair: number }): Promise<Run> {
  const startedAt = new Date();
  const [loadAverage = 0] = os.loadavg();
  const sample = await sampleOrFailure(bench, subject, options);
  return {
    pair: options.pair,
    subject: subject.name,
    seed: options.seed,
    startedAt: startedAt.toISOString(),
    tookMs: Date.now() - startedAt.getTime(),
    loadAverage,
    values: sample.values,
    invalid: sample.invalid ?? null,
    details: sample.details ?? {},
  };
}

/** A failed sample is one that says nothing; the others go on. */
async function sampleOrFailure(bench: BenchCase, subject: Subject, options: RunOptions): Promise<Sample> {
  try {
    return await boundedSample(bench, subject, options);
  } catch (error) {
    options.signal.throwIfAborted();
    return { values: {}, invalid: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function boundedSample(bench: BenchCase, subject: Subject, { quick, seed, signal }: RunOptions): Promise<Sample> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gyre-bench-'));
  const children: Child[] = [];
  const limitMs = bench.sampleLimitMs ?? SAMPLE_LIMIT_MS;
  const ended = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const start = async (...file: Parameters<typeof Child.start>): Promise<Child> => {
    const child = await Child.start(...file);
    children.push(child);
    // It may have taken longer to start than the sample had.
    if (ended.aborted) child.kill();
    return child;
  };
  const tooLong = new Promise<never>((_, reject) => {
    ended.addEventListener('abort', () => reject(new Error(`It took more than ${limitMs} ms, or was stopped.`)));
  });
  // The limit passes for a sample that is done, too.
  tooLong.catch(() => undefined);
  try {
    return await Promise.race([bench.run(subject, { quick, seed, signal: ended, folder, start }), tooLong]);
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    await rm(folder, { recursive: true, force: true });
  }
}
