import type { Machine } from '../bench/machine.ts';
import type { LatencyData, Latencies } from '../latencies.ts';
import type { SwarmArguments } from './arguments.ts';
import { check, type Verdict } from './checker.ts';
import type { SeatFacts } from './facts.ts';
import type { PredictionFacts } from './game.ts';
import { swarmGame } from './games.ts';
import type { OwnGyre } from './own-gyre.ts';
import { latenciesOf, type Moment, type SwarmRun } from './swarm.ts';

/** Quantiles in ms. */
export interface LatencyFigures {
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly data: LatencyData;
}

export interface SwarmResult {
  readonly wanted: SwarmArguments;
  readonly command: string;
  readonly startedAt: string;
  readonly machine: Machine;
  readonly verdicts: readonly Verdict[];
  /** What takes nothing from the verdict, but belongs to it. */
  readonly remarks: readonly string[];
  readonly totals: Totals;
  readonly patchIntervals: LatencyFigures;
  readonly patchLateness: LatencyFigures;
  readonly inputToAck: LatencyFigures;
  readonly away: LatencyFigures;
  readonly seating: LatencyFigures;
  readonly lag: LatencyFigures;
  /** CPU of all generators together while matches were on, in cores. */
  readonly generatorCores: number;
  /** Null of another Gyre than our own, and where the system doesn't tell. */
  readonly server: ServerFigures | null;
  readonly moments: readonly Moment[];
}

export interface Totals {
  readonly players: number;
  readonly matches: number;
  readonly seats: number;
  readonly inputs: number;
  readonly refusals: number;
  readonly patches: number;
  readonly losses: number;
  /** Matches that somebody watched, each time counted. */
  readonly watched: number;
  readonly prediction: PredictionFacts;
  /** Steps of the grid without a patch, as a share of all steps that were seen; null without a grid. */
  readonly silentStepShare: number | null;
  /** The most players in matches at one moment. */
  readonly mostPlaying: number;
}

export interface ServerFigures {
  /** While matches were on: CPU of the process ÷ time, in cores. */
  readonly cores: number;
  readonly pssBytes: number;
  /** How often it was killed and started again. */
  readonly kills: number;
}

/** A late generator blames the service for its own delay: beyond this, or a step of the room, it is told. */
const TOLERABLE_LAG_MS = 50;

export function resultOf(
  run: SwarmRun,
  about: Pick<SwarmResult, 'wanted' | 'command' | 'startedAt' | 'machine'> & { readonly server: OwnGyre | null },
): SwarmResult {
  const { generators, moments } = run;
  const { server, ...described } = about;
  const lag = figuresOf(latenciesOf(generators, 'lag'));
  return {
    ...described,
    verdicts: withLeftovers(check(generators), run.finished),
    remarks: remarksOf(lag, server?.errorsLogged ?? 0),
    totals: totalsOf(run, about.wanted),
    patchIntervals: figuresOf(latenciesOf(generators, 'patchIntervals')),
    patchLateness: figuresOf(latenciesOf(generators, 'patchLateness')),
    inputToAck: figuresOf(latenciesOf(generators, 'inputToAck')),
    away: figuresOf(latenciesOf(generators, 'away')),
    seating: figuresOf(latenciesOf(generators, 'seating')),
    lag,
    generatorCores: coresOf(moments, ({ progress }) => progress.cpuMs),
    server: serverFigures(server, moments),
    moments,
  };
}

export function isKept({ verdicts }: Pick<SwarmResult, 'verdicts'>): boolean {
  return verdicts.every(({ broken }) => broken.length === 0);
}

function withLeftovers(verdicts: readonly Verdict[], finished: boolean): readonly Verdict[] {
  if (finished) return verdicts;
  return verdicts.map((verdict) =>
    verdict.promise === 'kept'
      ? { ...verdict, broken: [...verdict.broken, 'some matches were not over when the swarm could wait no longer'] }
      : verdict,
  );
}

function remarksOf({ p99Ms }: LatencyFigures, errorsLogged: number): string[] {
  const late = `The generators were late by ${Math.round(p99Ms)} ms (p99): the latencies are theirs as much as the server's.`;
  const errors = `The server logged ${errorsLogged} errors: see server.log beside this report.`;
  return [...(p99Ms > TOLERABLE_LAG_MS ? [late] : []), ...(errorsLogged > 0 ? [errors] : [])];
}

function serverFigures(server: OwnGyre | null, moments: readonly Moment[]): ServerFigures | null {
  const pssBytes = server?.pssBytes ?? null;
  return pssBytes === null
    ? null
    : { cores: coresOf(moments, ({ serverCpuMs }) => serverCpuMs ?? 0), pssBytes, kills: server?.kills ?? 0 };
}

function totalsOf({ generators, moments }: SwarmRun, { game }: SwarmArguments): Totals {
  const seats = generators.flatMap((generator) => generator.seats);
  const sum = (of: (wire: SeatFacts['wire']) => number): number =>
    seats.reduce((total, { wire }) => total + of(wire), 0);
  const patches = sum((wire) => wire.patches);
  const silentSteps = sum((wire) => wire.silentSteps);
  return {
    players: generators.reduce((total, generator) => total + generator.players.length, 0),
    matches: new Set(seats.map(({ matchId }) => matchId)).size,
    seats: seats.length,
    inputs: sum((wire) => wire.sent),
    refusals: sum((wire) => wire.refusals),
    patches,
    losses: sum((wire) => wire.losses),
    watched: generators.reduce((total, { watched }) => total + watched.length, 0),
    prediction: {
      compared: seats.reduce((total, { prediction }) => total + prediction.compared, 0),
      corrections: seats.reduce((total, { prediction }) => total + prediction.corrections, 0),
    },
    silentStepShare: swarmGame(game).tickRateHz === null ? null : silentSteps / Math.max(1, silentSteps + patches),
    mostPlaying: Math.max(0, ...moments.map(({ progress }) => progress.playing)),
  };
}

function coresOf(moments: readonly Moment[], cpuMsAt: (moment: Moment) => number): number {
  const [first, last] = [moments[0], moments.at(-1)];
  if (!first || !last || last.atMs === first.atMs) return 0;
  return (cpuMsAt(last) - cpuMsAt(first)) / (last.atMs - first.atMs);
}

function figuresOf(latencies: Latencies): LatencyFigures {
  return {
    count: latencies.count,
    p50Ms: latencies.quantileMs(0.5),
    p95Ms: latencies.quantileMs(0.95),
    p99Ms: latencies.quantileMs(0.99),
    maxMs: latencies.maxMs,
    data: latencies.toJSON(),
  };
}
