// `npm run chaos`: see USAGE. Exit code 0: every promise was kept; 1: one was broken, or the campaign could not run, or under
// --strict a fault could not be tried; 2: a wrong argument.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describeMachine } from '../bench/machine.ts';
import { type ChaosArguments, readArguments, USAGE } from './arguments.ts';
import { runCampaign } from './campaign.ts';
import { writeDocs } from './docs-table.ts';
import { detailsOf, FAULT_KINDS, type FaultKind, type FaultPlace } from './faults.ts';
import { whyNoNetwork } from './network.ts';
import type { Subject } from './players/facts.ts';
import { chaosReport } from './report.ts';
import { type ChaosResult, isKept, type SubjectResult, subjectResultOf } from './result.ts';
import { scheduleOf } from './schedule.ts';
import { summaryOf } from './summary.ts';
import { startWorld } from './world.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const OUT = path.join(ROOT, 'artefacts', 'chaos');
const DOCS = path.join(ROOT, 'docs', 'chaos.md');
const SCRIBES = 4;
/** A start, an end, and for each fault what it takes at most: more is a defect. */
const DESK_WORK_MS = 240_000;
const FAULT_LIMIT_MS = 90_000;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Error('stopped')));

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  let wanted: ChaosArguments;
  try {
    wanted = readArguments(argv, OUT);
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  const command = ['npm run chaos --', ...argv].join(' ');
  console.log(`seed ${wanted.seed}: ${command}`);
  try {
    const result = await runAll(wanted, command);
    const file = await keep(result);
    if (wanted.docs) await writeDocs(DOCS, result);
    console.log(`${summaryOf(result)}\nreport: ${file}`);
    return isKept(result) ? 0 : 1;
  } catch (error) {
    console.error(stop.signal.aborted ? 'stopped' : error);
    return 1;
  }
}

async function runAll(wanted: ChaosArguments, command: string): Promise<ChaosResult> {
  const startedAt = new Date().toISOString();
  const whyNot = wanted.network ? whyNoNetwork() : 'left out by --no-network';
  const untried = whyNot === null || !wantsNetwork(wanted) ? [] : [`a cut network: ${whyNot}`];
  for (const what of untried) console.log(`NOT TRIED: ${what}`);
  const subjects: SubjectResult[] = [];
  for (const subject of wanted.subjects) subjects.push(await runOne(subject, wanted, { withNetwork: whyNot === null }));
  const machine = describeMachine(['@colyseus/core', '@colyseus/sdk', '@colyseus/redis-driver']);
  return { wanted, command, startedAt, machine, subjects, untried };
}

async function runOne(
  subject: Subject,
  wanted: ChaosArguments,
  { withNetwork }: { withNetwork: boolean },
): Promise<SubjectResult> {
  const { seed, faults, processes, only, longestMs, matches, sdkPlayers, plainPlayers, out } = wanted;
  const withRedis = processes > 1 || subject === 'colyseus';
  const places: FaultPlace[] = ['process', 'postgres'];
  if (withRedis) places.push('redis');
  if (withNetwork) places.push('network');
  // One schedule for all: of a peer, what it hasn't got can't be broken.
  const schedule = scheduleOf({ seed, faults, processes, places, only, longestMs }).filter(
    ({ kind }) => subject === 'gyre' || !kind.includes('postgres'),
  );
  const limitMs = DESK_WORK_MS + faults * FAULT_LIMIT_MS;
  await using world = await startWorld({ subject, processes, withRedis, withNetwork, out });
  const facts = await runCampaign(world, {
    schedule,
    players: { matches, sdkPlayers, plainPlayers, scribes: subject === 'gyre' ? SCRIBES : 0, seed },
    swarmGroups: subject === 'gyre' ? wanted.swarm / 2 : 0,
    limitMs,
    signal: AbortSignal.any([stop.signal, AbortSignal.timeout(limitMs)]),
    onProgress: (line) => console.log(`${subject} ${line}`),
  });
  return subjectResultOf(subject, facts);
}

function wantsNetwork({ only, processes }: ChaosArguments): boolean {
  const kinds = only ?? (Object.keys(FAULT_KINDS) as FaultKind[]);
  return processes > 1 && kinds.some((kind) => detailsOf(kind).place === 'network');
}

async function keep(result: ChaosResult): Promise<string> {
  const { out } = result.wanted;
  await mkdir(out, { recursive: true });
  await writeFile(path.join(out, 'result.json'), `${JSON.stringify(result)}\n`);
  const file = path.join(out, 'report.html');
  await writeFile(file, chaosReport(result));
  return file;
}
