import { type Decoder, Reflection, type Schema } from '@colyseus/schema';
import type { Durability } from '../../rooms/kit/define-game.ts';
import type { AnyRoomClass } from '../../rooms/kit/game-room.ts';
import { unpackHidden } from '../../rooms/kit/hidden-state.ts';
import { MatchCore } from '../../rooms/kit/match-core.ts';
import type { CommitRecord, MatchInit, StepOutput } from '../../rooms/kit/ports.ts';
import { refIdOf } from '../../rooms/kit/schema-internals.ts';
import { NewestMatches } from '../../src/cluster/match-chains.ts';
import { canonical } from '../support/state-fuzz/canonical.ts';
import { FuzzClient } from '../support/state-fuzz/client.ts';
import { assertEqual } from '../support/state-fuzz/history.ts';
import { everything, Mutator } from '../support/state-fuzz/mutations.ts';
import { Random } from '../support/state-fuzz/random.ts';
import { randomStateClass } from '../support/state-fuzz/shapes.ts';
import { fuzzedRoom } from './fuzzed-room.ts';
import { RecordedLife } from './recorded-life.ts';

export interface LifeStats {
  steps: number;
  restores: number;
  /** Of them, to a state that clients had seen more than. */
  takenBack: number;
  /** Clients that came back to a restored match. */
  returns: number;
  keptInstances: number;
}

const INIT: MatchInit = {
  matchId: 'm_fuzzed01',
  settings: {},
  seats: [{ index: 0, playerId: 'p_fuzzed01', displayName: 'Ann', team: null, isBot: false }],
  seed: 1,
};
/** How many patches clients are behind. */
const LAGS = [0, 1, 3, 6];
const STEP_MS = 50;
/** Of a second of steps, the most that a snapshot is behind. */
const MOST_UNRECORDED = 20;

/**
 * A match from a seed, on the road that a recovery takes: random changes go through its core into records, these through
 * the format of the log into chains, and what is read of them becomes the next core. Deaths come at any moment, in the
 * middle of an append and of a recovery, too. Clients lag, join, and come back at once or some steps later.
 */
export class Life {
  readonly stats: LifeStats = { steps: 0, restores: 0, takenBack: 0, returns: 0, keptInstances: 0 };
  readonly #random: Random;
  readonly #mutator: Mutator;
  readonly #room: AnyRoomClass;
  readonly #durability: Durability;
  /** Of a death after a step: histories with few deaths get far, those with many are often in the middle of one. */
  readonly #mortality: number;
  #core: MatchCore;
  readonly #reflected: Decoder<Schema>;
  #clients: FuzzClient[] = [];
  /** Clients that have not come back to this life. */
  readonly #away = new Set<FuzzClient>();
  #logs: RecordedLife[] = [];
  #epoch = 1;
  #nowMs = 0;
  #sinceFull = 0;
  /** What the match is taken back to, if that isn't as it is. */
  #recorded: string | null = null;
  /** Which instance each id has been given to, ever; null: to one of a life before. */
  readonly #owners = new Map<number, object | null>();

  constructor(seed: number, durability: Durability) {
    this.#random = new Random(seed);
    this.#durability = durability;
    this.#mortality = this.#random.pick([0.06, 0.12, 0.3]);
    const stateClass = randomStateClass(this.#random);
    this.#mutator = new Mutator(this.#random);
    this.#room = fuzzedRoom(stateClass, durability, (state) => this.#change(state));
    this.#core = MatchCore.create(this.#room, INIT, rethrow);
    this.#beginLog();
    this.#core.start();
    this.#core.seatConnected(0, 1);
    this.#step();
    this.#reflected = Reflection.decode<Schema>(this.#core.handshake());
    this.#clients = LAGS.map((lag) => this.#newClient(lag));
  }

  run(steps: number): LifeStats {
    for (let step = 0; step < steps; step += 1) {
      this.#step();
      for (const client of this.#away) if (this.#random.chance(0.5)) this.#return(client);
      if (this.#random.chance(0.05)) this.#join();
      if (this.#random.chance(this.#mortality)) this.#die();
    }
    for (const client of this.#away) this.#return(client);
    return this.stats;
  }

  #change(state: Schema): void {
    const mutations = this.#random.pick([0, 1, 1, 2, 3, 5, 8]);
    for (let mutation = 0; mutation < mutations; mutation += 1) {
      if (this.#random.chance(0.1)) this.#mutator.relocate(state);
      else this.#mutator.mutate(state);
    }
  }

  #step(): void {
    const { patch, record } = this.#takeStep();
    if (record !== null) this.#append(record);
    if (patch !== null) for (const client of this.#clients) if (!this.#away.has(client)) client.receive(patch);
    this.#noteOwners();
    if (this.#sinceFull >= MOST_UNRECORDED || this.#random.chance(0.12)) this.#append(this.#core.full());
    else if (this.#random.chance(0.2)) this.#checkClient();
  }

  #takeStep(): StepOutput {
    this.stats.steps += 1;
    this.#sinceFull += 1;
    this.#nowMs += STEP_MS;
    this.#core.receive(0, [this.#core.seat(0).lastSeq + 1, 'change', null]);
    const output = this.#core.step(this.#nowMs);
    if (output === null || output.failed) throw new Error('a step was not taken');
    return output;
  }

  #append(record: CommitRecord): void {
    if (record.kind === 'full') this.#sinceFull = 0;
    this.#logs.at(-1)?.append(this.#toLog(record), this.#nowMs, this.#random.chance(0.05));
    if (this.#durability === 'snapshot') this.#recorded = this.#textOf(this.#core);
  }

  #beginLog(): void {
    this.#logs.push(new RecordedLife());
    this.#append(this.#core.full());
  }

  #toLog(record: CommitRecord) {
    return { ...record, matchId: INIT.matchId, epoch: this.#epoch };
  }

  #die(): void {
    // In the middle of an append, whose step nobody has seen.
    if (this.#durability === 'commit' && this.#random.chance(0.3)) {
      this.#recorded = this.#textOf(this.#core);
      const { record } = this.#takeStep();
      if (record !== null) this.#logs.at(-1)?.tear(this.#toLog(record), this.#nowMs, this.#random.next());
      else this.#recorded = null;
    }
    // As seen: nothing of a step that was not let out.
    const expected = this.#recorded ?? this.#textOf(this.#core);
    if (expected !== this.#textOf(this.#core)) this.stats.takenBack += 1;
    for (const client of this.#clients) this.#away.add(client);
    this.#restore(expected);
    // Whoever takes over dies as well, before its log has the match.
    if (this.#random.chance(0.15)) this.#restore(expected);
    this.#recorded = null;
    this.#beginLog();
    // The log before is let go of only then.
    this.#logs = this.#logs.slice(-1);
  }

  #restore(expected: string): void {
    this.stats.restores += 1;
    this.#epoch += 1;
    const newest = new NewestMatches();
    for (const log of this.#logs) newest.add(log.chains());
    const recorded = newest.matches.get(INIT.matchId);
    if (recorded === undefined) throw new Error('the match is in no log');
    this.#core = MatchCore.restore(this.#room, INIT, recorded, rethrow);
    this.#mutator.forget();
    assertEqual(this.#textOf(this.#core), expected, 'the restored match');
    for (const refId of this.#owners.keys()) this.#owners.set(refId, null);
    for (const ref of everything(this.#core.state)) this.#owners.set(refIdOf(ref) as number, ref);
  }

  /** An id that anybody may know must never mean another instance. */
  #noteOwners(): void {
    for (const ref of everything(this.#core.state)) {
      const refId = refIdOf(ref) as number;
      const owner = this.#owners.get(refId);
      if (owner !== undefined && owner !== ref) throw new Error(`id ${refId} was given to a second instance`);
      this.#owners.set(refId, ref);
    }
  }

  #newClient(lag: number): FuzzClient {
    return new FuzzClient(this.#reflected, this.#core.fullState(), lag);
  }

  #join(): void {
    const client = this.#newClient(this.#random.int(0, 6));
    this.#assertSame(client, true, 'a client that joined');
    this.#clients.push(client);
    if (this.#clients.length <= LAGS.length + 3) return;
    for (const gone of this.#clients.splice(this.#random.int(2, this.#clients.length - 1), 1)) this.#away.delete(gone);
  }

  #return(client: FuzzClient): void {
    this.#away.delete(client);
    this.stats.returns += 1;
    const { kept, lost, spurious } = client.reconnect(this.#core.fullState());
    this.stats.keptInstances += kept;
    const who = `a client ${client.lag} behind, come back,`;
    if (lost.length > 0) throw new Error(`${who} lost the instances ${lost.join(', ')}`);
    if (spurious.length > 0) throw new Error(`${who} saw adds or removals at ${spurious.join(', ')}`);
    this.#assertSame(client, false, who);
  }

  /** All that are up to date have decoded the same bytes; any one of them will do. */
  #checkClient(): void {
    const client = this.#clients.find((each) => !this.#away.has(each) && each.isUpToDate);
    if (client !== undefined) this.#assertSame(client, false, 'a client after a patch');
  }

  #assertSame({ state }: FuzzClient, mapOrder: boolean, who: string): void {
    assertEqual(canonical(state, { mapOrder }), canonical(this.#core.state, { mapOrder }), who);
  }

  /** All that a restore has to bring back. */
  #textOf(core: MatchCore): string {
    const { generation, lastSeq } = core.seat(0);
    const { random, kept } = unpackHidden(core.full().hidden as Uint8Array);
    const hidden = JSON.stringify({ tick: core.tick, generation, lastSeq, random, kept });
    return `${hidden}\n${canonical(core.state, { mapOrder: true, mapIndexes: true })}`;
  }
}

function rethrow(error: unknown): never {
  throw error;
}
