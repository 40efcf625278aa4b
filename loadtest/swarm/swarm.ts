import { setTimeout as pause } from 'node:timers/promises';
import { Child } from '../bench/child.ts';
import { Latencies } from '../latencies.ts';
import type { SwarmArguments } from './arguments.ts';
import type { CrewOptions } from './crew.ts';
import type { GeneratorFacts, Progress } from './facts.ts';
import { swarmGame } from './games.ts';
import type { OwnGyre } from './own-gyre.ts';
import { addUp } from './progress-line.ts';

/** A moment of the run, for the curves of the report. */
export interface Moment {
  readonly atMs: number;
  readonly progress: Progress;
  /** Of our own Gyre so far; null of another, and where the system doesn't tell. */
  readonly serverCpuMs: number | null;
}

export interface SwarmRun {
  readonly generators: readonly GeneratorFacts[];
  /** From the first match on, about one a second. */
  readonly moments: readonly Moment[];
  /** Whether everything was over within the bound. */
  readonly finished: boolean;
}

export interface SwarmOptions {
  readonly endpoint: string;
  readonly server: OwnGyre | null;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress, elapsedMs: number) => void;
}

const MOMENT_EVERY_MS = 1_000;
const GENERATOR = '../swarm/generator.ts';
/** What gathering takes, before the first match and after the last. */
const SLACK_MS = 60_000;
/** What signing in and looking up records take at most. */
const DESK_WORK_MS = 180_000;

/** Has the swarm play on a Gyre that runs, and collects what everybody saw. Nothing of it is left running. */
export async function runSwarm(wanted: SwarmArguments, options: SwarmOptions): Promise<SwarmRun> {
  const tooLong = AbortSignal.timeout(playLimitMs(wanted) + DESK_WORK_MS);
  const bounded = { ...options, signal: AbortSignal.any([options.signal, tooLong]) };
  const starting = crewsOf(wanted, options.endpoint).map((crew) => Child.start(GENERATOR, { options: crew }));
  try {
    return await unlessAborted(runGenerators(await Promise.all(starting), wanted, bounded), bounded.signal);
  } finally {
    const started = (await Promise.allSettled(starting)).flatMap((start) =>
      start.status === 'fulfilled' ? [start.value] : [],
    );
    await Promise.all(started.map((generator) => generator.stop()));
  }
}

async function runGenerators(
  generators: readonly Child[],
  wanted: SwarmArguments,
  options: SwarmOptions,
): Promise<SwarmRun> {
  await signInAll(generators, options);
  await Promise.all(generators.map((generator) => generator.ask('play')));
  const [{ moments, finished }] = await Promise.all([watch(generators, wanted, options), killAgain(wanted, options)]);
  const facts = await Promise.all(generators.map((generator) => generator.ask<GeneratorFacts>('facts')));
  return { generators: facts, moments, finished };
}

/** Kills our own Gyre as often as is wanted, while matches are begun. */
async function killAgain(
  { killEverySeconds, seconds }: SwarmArguments,
  { server, signal }: SwarmOptions,
): Promise<void> {
  if (server === null || killEverySeconds === null) return;
  const endMs = performance.now() + seconds * 1_000;
  while (performance.now() + killEverySeconds * 1_000 < endMs) {
    await pause(killEverySeconds * 1_000, undefined, { signal });
    await server.kill();
  }
}

/** Rejects as soon as the signal is aborted, whatever the promise does. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const stop = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** How long there may be play. */
function playLimitMs({ game, seconds, style }: SwarmArguments): number {
  return seconds * 1_000 + swarmGame(game).matchLimitMs(style) + SLACK_MS;
}

function crewsOf(wanted: SwarmArguments, endpoint: string): readonly CrewOptions[] {
  const groupCount = wanted.players / swarmGame(wanted.game).players;
  return Array.from({ length: wanted.generators }, (_, generator): CrewOptions => ({
    endpoint,
    game: wanted.game,
    groups: Array.from({ length: groupCount }, (__, group) => group).filter(
      (group) => group % wanted.generators === generator,
    ),
    seed: wanted.seed,
    style: wanted.style,
    watchers: shareOf(wanted.watchers, generator, wanted.generators),
    playMs: wanted.seconds * 1_000,
    loseEveryMs: wanted.loseEverySeconds === null ? null : wanted.loseEverySeconds * 1_000,
  }));
}

/** As evenly as can be. */
function shareOf(all: number, index: number, count: number): number {
  return Math.floor((all * (index + 1)) / count) - Math.floor((all * index) / count);
}

async function signInAll(generators: readonly Child[], { onProgress, signal }: SwarmOptions): Promise<void> {
  const startMs = performance.now();
  const all = Promise.all(generators.map((generator) => generator.ask('signIn')));
  // The wait for the next look ends early when all are in.
  const looks = async (): Promise<boolean> => {
    signal.throwIfAborted();
    onProgress(await progressOf(generators), performance.now() - startMs);
    return await Promise.race([all.then(() => false), pause(MOMENT_EVERY_MS, true, { signal })]);
  };
  while (await looks());
}

async function watch(
  generators: readonly Child[],
  wanted: SwarmArguments,
  { server, signal, onProgress }: SwarmOptions,
): Promise<Pick<SwarmRun, 'moments' | 'finished'>> {
  const limitMs = playLimitMs(wanted);
  const startMs = performance.now();
  const moments: Moment[] = [];
  for (;;) {
    const progress = await progressOf(generators);
    const atMs = performance.now() - startMs;
    moments.push({ atMs, progress, serverCpuMs: server?.cpuMs ?? null });
    onProgress(progress, atMs);
    if (progress.done || atMs > limitMs) return { moments, finished: progress.done };
    await pause(MOMENT_EVERY_MS, undefined, { signal });
  }
}

async function progressOf(generators: readonly Child[]): Promise<Progress> {
  return addUp(await Promise.all(generators.map((generator) => generator.ask<Progress>('progress'))));
}

/** One of the generators' measurements, of all of them together. */
export function latenciesOf(
  generators: readonly GeneratorFacts[],
  which: 'patchIntervals' | 'patchLateness' | 'inputToAck' | 'away' | 'seating' | 'lag',
): Latencies {
  const all = new Latencies();
  for (const generator of generators) all.merge(generator[which]);
  return all;
}
