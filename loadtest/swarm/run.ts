// `npm run swarm`: see USAGE. Exit code 0: every promise was kept; 1: one was broken, or the swarm could not run;
// 2: a wrong argument.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describeMachine } from '../bench/machine.ts';
import { readArguments, type SwarmArguments, USAGE } from './arguments.ts';
import { OwnGyre } from './own-gyre.ts';
import { describe, ProgressLine } from './progress-line.ts';
import { swarmReport } from './report.ts';
import { isKept, resultOf, type SwarmResult } from './result.ts';
import { runSwarm } from './swarm.ts';
import { summaryOf } from './summary.ts';

const OUT = path.resolve(import.meta.dirname, '..', '..', 'artefacts', 'swarm');

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Error('stopped')));

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  let wanted: SwarmArguments;
  try {
    wanted = readArguments(argv, OUT);
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  try {
    const result = await play(wanted);
    const file = await keep(result);
    console.log(`${summaryOf(result)}\nreport: ${file}`);
    return isKept(result) ? 0 : 1;
  } catch (error) {
    console.error(stop.signal.aborted ? 'stopped' : error);
    return 1;
  }
}

async function play(wanted: SwarmArguments): Promise<SwarmResult> {
  const line = new ProgressLine();
  const startedAt = new Date().toISOString();
  const server = wanted.endpoint === null ? await OwnGyre.start(path.join(wanted.out, 'server.log')) : null;
  try {
    const run = await runSwarm(wanted, {
      endpoint: wanted.endpoint ?? (server as OwnGyre).endpoint,
      server,
      signal: stop.signal,
      onProgress: (progress, elapsedMs) =>
        line.show(describe(progress, { people: wanted.players + wanted.watchers, elapsedMs })),
    });
    return resultOf(run, {
      wanted,
      command: ['npm run swarm --', ...process.argv.slice(2)].join(' '),
      startedAt,
      machine: describeMachine(['@colyseus/core', '@colyseus/schema', 'ws']),
      server,
    });
  } finally {
    line.end();
    await server?.stop();
  }
}

async function keep(result: SwarmResult): Promise<string> {
  const { out } = result.wanted;
  await mkdir(out, { recursive: true });
  await writeFile(path.join(out, 'result.json'), `${JSON.stringify(result)}\n`);
  const file = path.join(out, 'report.html');
  await writeFile(file, swarmReport(result));
  return file;
}
