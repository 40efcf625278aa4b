/** Two processes on one database, as far as REST and lobbies go. */
import { eq } from 'drizzle-orm';
import type { ClusterView } from '../../src/cluster/cluster-view.ts';
import { LocalBus } from '../../src/cluster/local-bus.ts';
import type { Bus, Nudges } from '../../src/cluster/ports.ts';
import { createLogger } from '../../src/ops/logging.ts';
import { newId } from '../../src/store/ids.ts';
import { processes } from '../../src/store/schema.ts';
import type { RateLimits } from '../../src/http/rate-limits.ts';
import { type HttpServiceOptions, MovableClock } from './http-service.ts';
import { LobbyBed } from './lobby-bed.ts';
import { createTestDatabase, type TestDatabase } from './postgres.ts';

export interface TwinBedsOptions {
  readonly config?: NonNullable<HttpServiceOptions['config']>;
  /** Of each process; left out: there are none. */
  readonly limits?: () => RateLimits;
}

type Listener = () => void;

/** A bus between processes of a test that can be cut off from the others. */
export class TwinBus implements Bus {
  readonly #own = new LocalBus(createLogger('silent'));
  readonly #all: Set<TwinBus>;
  readonly #returned = new Set<Listener>();
  #cut = false;

  /** @param all the buses of all processes; this one is added */
  constructor(all: Set<TwinBus>) {
    this.#all = all.add(this);
  }

  publish<Topic extends keyof Nudges>(topic: Topic, nudge: Nudges[Topic]): void {
    for (const bus of this.#all) if (bus === this || !(this.#cut || bus.#cut)) bus.#own.publish(topic, nudge);
  }

  subscribe<Topic extends keyof Nudges>(topic: Topic, listener: (nudge: Nudges[Topic]) => void): () => void {
    return this.#own.subscribe(topic, listener);
  }

  onReturn(listener: Listener): () => void {
    this.#returned.add(listener);
    return () => this.#returned.delete(listener);
  }

  /** Nothing comes from others or reaches them, and nobody knows. */
  cut(): void {
    this.#cut = true;
  }

  mend(): void {
    this.#cut = false;
    for (const listener of this.#returned) listener();
  }
}

/** Who lives, as all of them know at once. The longest-living is the first. */
class TwinViews {
  readonly #living = new Map<string, Set<(incarnation: string) => void>>();

  boot(): ClusterView {
    const incarnation = newId('i');
    const listeners = new Set<(incarnation: string) => void>();
    this.#living.set(incarnation, listeners);
    return {
      incarnation,
      others: () => [...this.#living.keys()].filter((other) => other !== incarnation),
      isFirst: () => [...this.#living.keys()][0] === incarnation,
      onGone: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
  }

  end(incarnation: string): void {
    this.#living.delete(incarnation);
    for (const listeners of this.#living.values()) for (const listener of listeners) listener(incarnation);
  }
}

/** One of the processes. */
export interface Twin {
  readonly bed: LobbyBed;
  readonly bus: TwinBus;
  readonly view: ClusterView;
}

export class TwinBeds implements AsyncDisposable {
  readonly clock = new MovableClock();
  readonly #views = new TwinViews();
  readonly #buses = new Set<TwinBus>();
  readonly #twins: Twin[] = [];
  readonly #dead = new Set<Twin>();
  readonly #options: TwinBedsOptions;
  readonly #database: TestDatabase;

  private constructor(database: TestDatabase, options: TwinBedsOptions) {
    this.#database = database;
    this.#options = options;
  }

  static async open(options: TwinBedsOptions = {}): Promise<TwinBeds> {
    const beds = new TwinBeds(await createTestDatabase(), options);
    await beds.boot();
    await beds.boot();
    return beds;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { bed } of this.#twins) await bed[Symbol.asyncDispose]();
    await this.#database[Symbol.asyncDispose]();
  }

  /** The one that has lived longest. */
  get one(): LobbyBed {
    return this.twin(0).bed;
  }

  get two(): LobbyBed {
    return this.twin(1).bed;
  }

  /** By the order of their boots. */
  twin(index: number): Twin {
    const twin = this.#twins[index];
    if (twin === undefined) throw new Error(`no process ${index}`);
    return twin;
  }

  /** Starts one more process. */
  async boot(): Promise<LobbyBed> {
    const { config, limits } = this.#options;
    const [view, bus] = [this.#views.boot(), new TwinBus(this.#buses)];
    const shared = { bus, clock: this.clock, cluster: view, ...(limits && { limits: limits() }) };
    const bed = await LobbyBed.open({ databaseUrl: this.#database.url, shared, ...(config && { config }) });
    await bed.lobbies.presence.start();
    this.#twins.push({ bed, bus, view });
    return bed;
  }

  /** Everyone learns of the death of a process, which does nothing any more. */
  async kill(index: number): Promise<void> {
    const twin = this.twin(index);
    const { bus, view } = twin;
    this.#dead.add(twin);
    bus.cut();
    await stopAsIfKilled(twin);
    await twin.bed.http.db.update(processes).set({ state: 'dead' }).where(eq(processes.incarnation, view.incarnation));
    this.#views.end(view.incarnation);
  }

  /** Time passes for all processes, and each judges presence once. */
  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    for (const twin of this.#twins) if (!this.#dead.has(twin)) await twin.bed.lobbies.presence.sweep();
  }
}

/** Once it isn't the first, it writes nothing more as it stops. */
async function stopAsIfKilled({ view, bed: { lobbies, handOffs } }: Twin): Promise<void> {
  Object.assign(view, { isFirst: () => false });
  await lobbies.countdowns.stop();
  await handOffs.stop();
  await lobbies.presence.stop();
}
