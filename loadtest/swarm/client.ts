import { Gyre } from '../../client-sdk/index.ts';
import type { Games } from '../../rooms/games.ts';
import { type Random, seededRandom } from '../random.ts';
import type { Style, SwarmGame } from './game.ts';
import type { Meters } from './meters.ts';
import { SeatWire } from './seat-wire.ts';
import { wiretap, type Wiretap } from './wiretap.ts';

export interface ClientOptions {
  readonly name: string;
  readonly endpoint: string;
  readonly game: SwarmGame;
  readonly style: Style;
  readonly seed: number;
  readonly meters: Meters;
}

/** One person of the swarm: an SDK client like any other, whose sockets are read along. */
export class Client {
  readonly name: string;
  readonly random: Random;
  readonly gyre: Gyre<Games>;
  readonly #options: ClientOptions;
  /** Apart from that of play, so that a bad network doesn't change what is played. */
  readonly #lossRandom: Random;
  readonly #tap: Wiretap;
  readonly #wires = new Map<string, SeatWire>();

  constructor(options: ClientOptions) {
    const { endpoint, seed, style } = options;
    this.name = options.name;
    this.random = seededRandom(seed);
    this.#options = options;
    this.#lossRandom = seededRandom(~seed);
    this.#tap = wiretap((matchId) => this.wireOf(matchId));
    this.gyre = new Gyre<Games>({
      endpoint,
      storage: 'memory',
      WebSocket: this.#tap.WebSocket,
      ...(style.network && { simulate: { ...style.network, seed } }),
    });
  }

  /** null before it has signed in. */
  get id(): string | null {
    return this.gyre.player?.id ?? null;
  }

  async signIn(): Promise<void> {
    await this.gyre.signInAsGuest({ displayName: this.name });
  }

  /** What its sockets to a match have shown. */
  wireOf(matchId: string): SeatWire {
    const { game, meters } = this.#options;
    const wire = this.#wires.get(matchId) ?? new SeatWire({ tickRateHz: game.tickRateHz, meters });
    this.#wires.set(matchId, wire);
    return wire;
  }

  /** Breaks its connections to matches, as a bad network would. */
  loseConnection(): void {
    this.#tap.cut();
  }

  /** When it next loses its connection if that comes about every so often: without a memory, as chance is. */
  nextLossMs(everyMs: number): number {
    return -Math.log(1 - this.#lossRandom()) * everyMs;
  }

  close(): void {
    this.gyre.close();
  }
}
