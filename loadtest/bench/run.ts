// `npm run bench -- [ids…] [--pairs 5] [--quick] [--seed 1] [--out folder]`. Exit code 0: everything was measured,
// goals reached or not; 1: something could not be; 2: a wrong argument.
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { figure } from '../html.ts';
import type { BenchCase } from './harness.ts';
import { describeMachine } from './machine.ts';
import { keepResult } from './result.ts';
import { runCase, type Run } from './runner.ts';
import { oursOf, summarise, type MetricSummary } from './summary.ts';

const DEFAULT_PAIRS = 5;
const OUT = path.resolve(import.meta.dirname, '..', '..', 'artefacts', 'bench');

interface Arguments {
  readonly ids: readonly string[];
  readonly pairs: number;
  readonly quick: boolean;
  readonly seed: number;
  readonly out: string;
}

const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Error('stopped')));
process.once('SIGTERM', () => stop.abort(new Error('stopped')));

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!stop.signal.aborted) throw error;
  process.exitCode = 1;
}

async function main(argv: readonly string[]): Promise<number> {
  const known = await knownIds();
  let wanted: Arguments;
  try {
    wanted = readArguments(argv, known);
  } catch (error) {
    console.error(
      `${(error as Error).message}\nusage: npm run bench -- [${known.join(' ')}] [--pairs 5] [--quick] [--seed 1] [--out folder]`,
    );
    return 2;
  }
  let measured = true;
  for (const id of wanted.ids) measured = (await runAndKeep(await load(id), wanted)) && measured;
  return measured ? 0 : 1;
}

function readArguments(argv: readonly string[], known: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      pairs: { type: 'string' },
      seed: { type: 'string', default: '1' },
      quick: { type: 'boolean', default: false },
      out: { type: 'string', default: OUT },
    },
  });
  const ids = positionals.map((id) => id.toUpperCase());
  const unknown = ids.filter((id) => !known.includes(id));
  if (unknown.length > 0) throw new Error(`There is no ${unknown.join(', ')}.`);
  const pairs = Number(values.pairs ?? (values.quick ? 1 : DEFAULT_PAIRS));
  const seed = Number(values.seed);
  if (!Number.isInteger(pairs) || pairs < 1) throw new Error('--pairs must be a whole number from 1 on.');
  if (!Number.isInteger(seed)) throw new Error('--seed must be a whole number.');
  return { ids: ids.length > 0 ? ids : known, pairs, seed, quick: values.quick, out: path.resolve(values.out) };
}

async function knownIds(): Promise<string[]> {
  const numbers = (await readdir(import.meta.dirname)).flatMap((name) => /^p(\d+)\.ts$/.exec(name)?.[1] ?? []);
  return numbers.toSorted((a, b) => Number(a) - Number(b)).map((number) => `P${number}`);
}

async function load(id: string): Promise<BenchCase> {
  const { bench } = (await import(`./${id.toLowerCase()}.ts`)) as { bench: BenchCase };
  oursOf(bench);
  return bench;
}

/** Resolves with whether every metric has a value of ours. */
async function runAndKeep(bench: BenchCase, { pairs, quick, seed, out }: Arguments): Promise<boolean> {
  const machine = describeMachine(bench.packages);
  console.log(
    `\n${bench.id} ${bench.title}\n${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, seed ${seed}`,
  );
  const runs = await runCase(bench, { pairs, quick, seed, signal: stop.signal, onSample: printRun });
  const summaries = summarise(bench, runs);
  const { run: _, ...described } = bench;
  const command = ['npm run bench --', ...process.argv.slice(2)].join(' ');
  const file = await keepResult(out, {
    bench: described,
    command,
    measuredAt: new Date().toISOString(),
    quick,
    seed,
    machine,
    summaries,
    runs,
  });
  summaries.forEach((summary) => printSummary(summary, oursOf(bench)));
  console.log(`  report: ${file}`);
  return summaries.every(({ values }) => values[oursOf(bench)] !== undefined);
}

function printRun({ pair, subject, values, invalid, tookMs }: Run): void {
  const figures = Object.entries(values).map(([name, value]) => `${name} ${figure(value)}`);
  const said = invalid === null ? figures.join(', ') : `does not count: ${invalid}`;
  console.log(`  pair ${pair + 1}, ${subject}: ${said} (${figure(tookMs / 1000)} s)`);
}

function printSummary({ metric, values, ratios, judged, met }: MetricSummary, ours: string): void {
  const own = values[ours];
  if (!own) return console.log(`  ${metric.title}: not measured`);
  console.log(`  ${metric.title}: ${figure(own.median)} ${metric.unit} (${figure(own.min)} – ${figure(own.max)})`);
  for (const [name, ratio] of Object.entries(ratios)) {
    console.log(
      `    ${figure(ratio.median)} × ${name} (${figure(ratio.min)} – ${figure(ratio.max)}, ${ratio.count} pairs)`,
    );
  }
  if (metric.goal && judged !== null) {
    console.log(
      `    goal ≤ ${metric.goal.atMost}${metric.goal.over ? ` × ${metric.goal.over}` : ''}: ${met ? 'reached' : 'not reached'}`,
    );
  }
}
