import { type Decoder, Reflection, type Schema } from '@colyseus/schema';
import { restoreState, StateEncoder } from '../../../rooms/kit/state-codec.ts';
import type { SchemaClass } from '../../../rooms/kit/schema-internals.ts';
import { canonical } from './canonical.ts';
import { FuzzClient } from './client.ts';
import { Mutator } from './mutations.ts';
import { Random } from './random.ts';
import { randomStateClass } from './shapes.ts';

export interface HistoryStats {
  ticks: number;
  restores: number;
  keptInstances: number;
}

const LAGS = [0, 0, 1, 2, 3, 4, 5, 6];

/** One room's life from a seed: random states, random mutations, restores, clients that lag, join and come back. */
export class History {
  readonly stats: HistoryStats = { ticks: 0, restores: 0, keptInstances: 0 };
  readonly #random: Random;
  readonly #stateClass: SchemaClass;
  readonly #mutator: Mutator;
  #state: Schema;
  #encoder: StateEncoder<Schema>;
  readonly #reflected: Decoder<Schema>;
  #clients: FuzzClient[];
  #full: Uint8Array;
  #fullNextRefId: number;
  #patches: Uint8Array[] = [];
  /** What happened since the last tick, for the message of a failure. */
  #done: string[] = [];

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#stateClass = randomStateClass(this.#random);
    this.#mutator = new Mutator(this.#random);
    this.#state = new this.#stateClass();
    this.#encoder = new StateEncoder(this.#state);
    this.#encoder.encodePatch();
    this.#full = this.#encoder.encodeFull();
    this.#fullNextRefId = this.#encoder.nextRefId;
    this.#reflected = Reflection.decode<Schema>(this.#encoder.handshake());
    this.#clients = LAGS.map((lag) => new FuzzClient(this.#reflected, this.#full, lag));
  }

  run(ticks: number): HistoryStats {
    for (let tick = 0; tick < ticks; tick++) {
      this.#tick();
      if (this.#random.chance(0.12)) this.#record();
      if (this.#random.chance(0.1)) this.#join();
      if (this.#random.chance(0.15)) this.#restore();
    }
    return this.stats;
  }

  #tick(): void {
    this.stats.ticks++;
    this.#done = [];
    const mutations = this.#random.pick([0, 1, 1, 2, 3, 5, 8]);
    for (let mutation = 0; mutation < mutations; mutation++) {
      this.#done.push(
        this.#random.chance(0.1) ? this.#mutator.relocate(this.#state) : this.#mutator.mutate(this.#state),
      );
    }
    const patch = this.#encoder.encodePatch();
    if (patch === null && mutations > 0) this.#checkFreshClient();
    if (patch === null) return;
    this.#patches.push(patch);
    for (const client of this.#clients) client.receive(patch);
    this.#checkOneClient();
    if (this.#random.chance(0.25)) this.#checkFreshClient();
  }

  #record(): void {
    this.#full = this.#encoder.encodeFull();
    this.#fullNextRefId = this.#encoder.nextRefId;
    this.#patches = [];
  }

  #join(): void {
    const client = new FuzzClient(this.#reflected, this.#encoder.encodeFull(), this.#random.int(0, 6));
    this.#assertSame(client.state, true, 'a client that joined');
    this.#clients.push(client);
    if (this.#clients.length > LAGS.length + 3) this.#clients.splice(this.#random.int(2, this.#clients.length - 1), 1);
  }

  #restore(): void {
    this.stats.restores++;
    const original = canonical(this.#state, { mapOrder: true, mapIndexes: true });
    const nextRefId = this.#encoder.nextRefId;
    const { state, encoder } = restoreState(this.#stateClass, {
      full: this.#full,
      patches: this.#patches,
      nextRefId: this.#fullNextRefId,
    });
    assertEqual(canonical(state, { mapOrder: true, mapIndexes: true }), original, 'the restored state');
    if (encoder.hasChanges) throw new Error('a restored state has changes pending');
    if (encoder.nextRefId > nextRefId)
      throw new Error(`nextRefId ${encoder.nextRefId} after a restore, ${nextRefId} before`);
    this.#state = state;
    this.#encoder = encoder;
    this.#mutator.forget();
    if (this.#random.chance(0.5)) this.#record();
    this.#reconnect();
  }

  #reconnect(): void {
    const full = this.#encoder.encodeFull();
    for (const client of this.#clients) {
      const { kept, lost, spurious } = client.reconnect(full);
      this.stats.keptInstances += kept;
      if (lost.length > 0) throw new Error(`a client ${client.lag} behind lost the instances ${lost.join(', ')}`);
      if (spurious.length > 0)
        throw new Error(`a client ${client.lag} behind saw adds or removals at ${spurious.join(', ')}`);
      this.#assertSame(client.state, false, `a client ${client.lag} behind, come back`);
    }
  }

  /** All that are up to date have decoded the same bytes; any one of them will do. */
  #checkOneClient(): void {
    const client = this.#random.pick(this.#clients.filter((each) => each.isUpToDate));
    this.#assertSame(client.state, false, 'a client after a patch');
  }

  #checkFreshClient(): void {
    const fresh = new FuzzClient(this.#reflected, this.#encoder.encodeFull(), 0);
    this.#assertSame(fresh.state, true, 'a fresh client');
  }

  #assertSame(decoded: Schema, mapOrder: boolean, who: string): void {
    assertEqual(
      canonical(decoded, { mapOrder }),
      canonical(this.#state, { mapOrder }),
      `${who} (${this.#done.join('; ')})`,
    );
  }
}

export function assertEqual(actual: string, expected: string, who: string): void {
  if (actual === expected) return;
  const actualLines = actual.split('\n');
  const expectedLines = expected.split('\n');
  const at = expectedLines.findIndex((line, index) => line !== actualLines[index]);
  throw new Error(
    `${who} differs at line ${at}:\n got ${actualLines.slice(Math.max(0, at - 6), at + 3).join('\n')}\n instead of ${expectedLines.slice(at, at + 3).join('\n')}`,
  );
}
