import type { MatchResult } from '../../protocol/room-messages.ts';
import { type FaultListener, GameCalls } from './game-calls.ts';
import type { AnyGame } from './game-types.ts';
import type { HiddenState } from './hidden-state.ts';
import { KeptValues } from './kept.ts';
import type { HiddenSource, ReadMatch } from './match-recorder.ts';
import type { MatchInit } from './ports.ts';
import { MatchRandom } from './random.ts';
import { SeatTable } from './seat-table.ts';
import type { StepMessages } from './step-messages.ts';
import { TimerSet } from './timers.ts';

/** How long a player of a restored match counts as there: an outage is nobody's absence, but not to come back is. */
const RETURN_MS = 10_000;

export interface MatchMemoryParts {
  readonly game: AnyGame;
  readonly init: MatchInit;
  /** null: a new match. */
  readonly restored: ReadMatch | null;
  readonly messages: StepMessages;
  readonly onFault: FaultListener;
}

/** All that a match knows beside its state: it is recorded with it, and after a crash it is as it was. */
export class MatchMemory implements HiddenSource {
  tick: number;
  /** Match time of the last step. */
  nowMs: number;
  started: boolean;
  /** The game sleeps until something happens. */
  asleep: boolean;
  result: MatchResult | null;
  /** How often something happened that may have changed any of it but random numbers, timers, faults and kept values. */
  changes = 0;
  /** See `RETURN_MS`; no longer than the game's grace. */
  readonly returnMs: number;
  readonly seats: SeatTable;
  readonly timers: TimerSet;
  readonly kept: KeptValues;
  readonly random: MatchRandom;
  readonly calls: GameCalls;

  /** A restored one has the seats of its last record; others that `init` knows are to be added. */
  constructor({ game, init, restored, messages, onFault }: MatchMemoryParts) {
    const hidden = restored?.hidden;
    this.tick = restored?.tick ?? 0;
    this.nowMs = restored?.timeMs ?? 0;
    this.started = hidden?.started ?? false;
    this.asleep = hidden?.asleep ?? false;
    this.result = hidden?.result ?? null;
    this.calls = new GameCalls(hidden?.faults ?? 0, onFault);
    this.random = hidden === undefined ? MatchRandom.seeded(init.seed) : MatchRandom.resumed(hidden.random);
    this.timers = new TimerSet(() => this.nowMs, hidden?.timers);
    this.kept = new KeptValues(hidden?.kept);
    this.returnMs = Math.min(game.reconnectGraceMs, RETURN_MS);
    this.seats = new SeatTable(init.seats.slice(0, hidden?.seats.length), messages);
    if (hidden !== undefined) this.seats.restore(hidden.seats, this.nowMs + this.returnMs);
  }

  read(): HiddenState {
    return {
      started: this.started,
      random: this.random.state,
      timers: this.timers.toData(),
      kept: this.kept.toData(),
      seats: this.seats.toRecords(),
      result: this.result,
      faults: this.calls.faults,
      asleep: this.asleep,
    };
  }

  revision(): number {
    return this.changes + this.random.draws + this.timers.changes + this.calls.faults;
  }

  keeps(): boolean {
    return !this.kept.isEmpty;
  }
}
