import { Latencies } from '../latencies.ts';
import { openLoop } from '../open-loop.ts';
import { seedFor } from '../random.ts';
import { allOf, Turnstile } from './at-once.ts';
import { Client, type ClientOptions } from './client.ts';
import type { Failure, GeneratorFacts, PlayerFacts, Progress, WatchFacts } from './facts.ts';
import type { Style, SwarmGame } from './game.ts';
import { swarmGame, type SwarmGameName } from './games.ts';
import { Group } from './group.ts';
import { Meters } from './meters.ts';
import { Player } from './player.ts';
import { watchMatches } from './watcher.ts';

/** What a generator of the swarm is to do. */
export interface CrewOptions {
  readonly endpoint: string;
  readonly game: SwarmGameName;
  /** Numbers of its groups in the whole swarm: from them and the seed follows all that its players choose. */
  readonly groups: readonly number[];
  readonly seed: number;
  readonly style: Style;
  /** How many watch matches, besides the players. */
  readonly watchers: number;
  /** How long matches are begun. */
  readonly playMs: number;
  /** Each player loses its connection about this often; null: never. */
  readonly loseEveryMs: number | null;
}

/** As many at a time: what is measured is play, not a storm of sign-ins. */
const SIGN_INS_AT_ONCE = 20;
const GROUPS_THAT_GATHER_AT_ONCE = 5;
const HISTORIES_AT_ONCE = 10;
const LAG_PROBE_MS = 10;

/** The groups of one generator. */
export class Crew {
  readonly #options: CrewOptions;
  readonly #game: SwarmGame;
  readonly #meters = new Meters();
  readonly #players: readonly (readonly Player[])[];
  readonly #groups: readonly Group[];
  readonly #watchers: readonly Client[];
  readonly #watched: WatchFacts[] = [];
  readonly #timeIsUp = new AbortController();
  readonly #gathering = new Turnstile(GROUPS_THAT_GATHER_AT_ONCE);
  readonly #failures: Failure[] = [];
  #lag = new Latencies();
  #signedIn = 0;
  #done = false;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#game = swarmGame(options.game);
    this.#players = options.groups.map((group) =>
      Array.from(
        { length: this.#game.players },
        (_, seat) => new Player(this.#clientOptions('Bot', group * this.#game.players + seat)),
      ),
    );
    this.#watchers = Array.from(
      { length: options.watchers },
      // Numbers of their own: below zero, and apart for each generator by its first group.
      (_, at) => new Client(this.#clientOptions('Watcher', -1 - at - (options.groups[0] ?? 0) * options.watchers)),
    );
    this.#groups = options.groups.map(
      (index, at) =>
        new Group({
          index,
          game: this.#game,
          players: this.#players[at] ?? [],
          isPrivate: options.watchers === 0,
          gathering: this.#gathering,
          signal: this.#timeIsUp.signal,
        }),
    );
  }

  async signIn(): Promise<void> {
    await allOf([...this.#players.flat(), ...this.#watchers], SIGN_INS_AT_ONCE, async (player) => {
      try {
        await player.signIn();
        this.#signedIn += 1;
      } catch (error) {
        this.#failures.push({ promise: 'seated', what: `${player.name} could not sign in: ${String(error)}` });
      }
    });
  }

  /** Begins to play; {@link progress} says when it is over. */
  play(): void {
    const { playMs } = this.#options;
    setTimeout(() => this.endPlay(), playMs).unref();
    void this.#playOut();
  }

  /** No further match is begun: before the time, if it hasn't come yet. */
  endPlay(): void {
    this.#timeIsUp.abort();
  }

  async #playOut(): Promise<void> {
    const over = new AbortController();
    const probe = openLoop({ everyMs: LAG_PROBE_MS, signal: over.signal }, () => undefined);
    const stopLosing = this.#loseConnections();
    const watching = Promise.all(this.#watchers.map((watcher) => this.#watch(watcher, over.signal)));
    await Promise.all(this.#groups.map((group) => group.run()));
    stopLosing();
    over.abort();
    await watching;
    this.#lag = await probe;
    this.#done = true;
  }

  progress(): Progress {
    const sum = (of: (group: Group) => number): number => this.#groups.reduce((total, group) => total + of(group), 0);
    return {
      signedIn: this.#signedIn,
      playing: sum(({ playing }) => playing),
      matchesBegun: sum(({ matchesBegun }) => matchesBegun),
      matchesEnded: sum(({ matchesEnded }) => matchesEnded),
      inputs: this.#meters.inputs,
      patches: this.#meters.patches,
      losses: this.#meters.losses,
      failures: this.#failures.length + sum(({ failures }) => failures.length),
      cpuMs: cpuMs(),
      done: this.#done,
    };
  }

  /** To be asked once, at the end: it looks up what is on record, and closes all clients. */
  async facts(): Promise<GeneratorFacts> {
    const players: PlayerFacts[] = [];
    await allOf(this.#players.flat(), HISTORIES_AT_ONCE, async (player) => {
      players.push({ name: player.name, playerId: player.id, history: await this.#historyOf(player) });
      player.close();
    });
    const { patchIntervals, patchLateness, inputToAck, away, seating } = this.#meters;
    return {
      players,
      seats: this.#groups.flatMap(({ seats }) => seats),
      watched: this.#watched,
      failures: [...this.#failures, ...this.#groups.flatMap(({ failures }) => failures)],
      patchIntervals: patchIntervals.toJSON(),
      patchLateness: patchLateness.toJSON(),
      inputToAck: inputToAck.toJSON(),
      away: away.toJSON(),
      seating: seating.toJSON(),
      lag: this.#lag.toJSON(),
    };
  }

  #clientOptions(kind: string, index: number): ClientOptions {
    const { endpoint, seed, style } = this.#options;
    const name = `${kind} ${Math.abs(index + 1)}`;
    return { name, endpoint, game: this.#game, style, seed: seedFor(seed, index), meters: this.#meters };
  }

  async #watch(client: Client, signal: AbortSignal): Promise<void> {
    try {
      this.#watched.push(...(await watchMatches({ client, game: this.#game, signal })));
    } catch (error) {
      this.#failures.push({ promise: 'seated', what: `${client.name} could not watch: ${String(error)}` });
    }
    client.close();
  }

  async #historyOf(player: Player): Promise<PlayerFacts['history']> {
    if (player.id === null) return null;
    try {
      return await player.history();
    } catch (error) {
      this.#failures.push({ promise: 'results', what: `${player.name}'s history could not be had: ${String(error)}` });
      return null;
    }
  }

  #loseConnections(): () => void {
    const { loseEveryMs } = this.#options;
    if (loseEveryMs === null) return () => undefined;
    const timers = new Map<Client, NodeJS.Timeout>();
    const loseLater = (client: Client): void => {
      const lose = (): void => {
        client.loseConnection();
        loseLater(client);
      };
      timers.set(client, setTimeout(lose, client.nextLossMs(loseEveryMs)));
    };
    for (const client of [...this.#players.flat(), ...this.#watchers]) loseLater(client);
    return () => timers.forEach((timer) => clearTimeout(timer));
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
