import { Gyre, type Lobby, type Match, type MatchCloseReason } from '../../client-sdk/index.ts';
import type { Games } from '../../rooms/games.ts';
import { type Random, seededRandom } from '../random.ts';
import type { RecordedMatch, SeatFacts } from './facts.ts';
import type { SeatPlay, SwarmGame } from './game.ts';
import type { Meters } from './meters.ts';
import { SeatWire } from './seat-wire.ts';
import { wiretap, type Wiretap } from './wiretap.ts';

export interface PlayerOptions {
  readonly name: string;
  readonly endpoint: string;
  readonly game: SwarmGame;
  readonly seed: number;
  readonly meters: Meters;
}

/** A player's seat in a match that runs. */
export interface Seated {
  readonly match: Match;
  readonly play: SeatPlay;
}

const SEAT_LIMIT_MS = 30_000;
const HISTORY_PAGE = 100;

/** One person of the swarm: an SDK client like any other, whose sockets are read along. */
export class Player {
  readonly name: string;
  readonly random: Random;
  readonly #options: PlayerOptions;
  readonly #gyre: Gyre<Games>;
  readonly #tap: Wiretap;
  readonly #wires = new Map<string, SeatWire>();
  #lobby: Lobby | null = null;

  constructor(options: PlayerOptions) {
    this.name = options.name;
    this.random = seededRandom(options.seed);
    this.#options = options;
    this.#tap = wiretap((matchId) => this.#wireOf(matchId));
    this.#gyre = new Gyre<Games>({ endpoint: options.endpoint, storage: 'memory', WebSocket: this.#tap.WebSocket });
  }

  /** null before it has signed in. */
  get id(): string | null {
    return this.#gyre.player?.id ?? null;
  }

  get lobby(): Lobby {
    if (!this.#lobby) throw new Error(`${this.name} is in no lobby.`);
    return this.#lobby;
  }

  async signIn(): Promise<void> {
    await this.#gyre.signInAsGuest({ displayName: this.name });
  }

  async createLobby(): Promise<void> {
    const { name, players, lobby } = this.#options.game;
    this.#lobby = await this.#gyre.lobbies.create({ game: name, maxPlayers: players, private: true, ...lobby });
  }

  async joinLobby(code: string): Promise<void> {
    this.#lobby = await this.#gyre.lobbies.joinByCode(code);
  }

  /** Takes the seat in the lobby's next match and begins to play. */
  async takeSeat(): Promise<Seated> {
    const startMs = performance.now();
    const match = await this.lobby.nextMatch({ signal: AbortSignal.timeout(SEAT_LIMIT_MS) });
    this.#options.meters.seating.add(performance.now() - startMs);
    const play = this.#options.game.play(match as never, { random: this.random });
    return { match, play };
  }

  /** Waits for the match's end, at most so long, and says what this seat has seen of it. */
  async playOut({ match, play }: Seated, at: { readonly group: number; readonly round: number }): Promise<SeatFacts> {
    const end = await withinMs(match.closed, this.#options.game.matchLimitMs);
    play.stop();
    return {
      ...at,
      matchId: match.id,
      playerId: this.id as string,
      seatIndex: match.view.seatIndex,
      end,
      result: end === 'finished' ? await match.result : null,
      wire: this.#wireOf(match.id).facts,
    };
  }

  /** Breaks its connections to matches, as a bad network would. */
  loseConnection(): void {
    this.#tap.cut();
  }

  async history(): Promise<readonly RecordedMatch[]> {
    const found: RecordedMatch[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await this.#gyre.matches.history({ limit: HISTORY_PAGE }, cursor);
      found.push(
        ...page.items.map(({ id, state, reason, result, seats }) => ({
          id,
          state,
          reason,
          result,
          playerIds: seats.map(({ playerId }) => playerId ?? ''),
        })),
      );
      cursor = page.nextCursor;
    }
    return found;
  }

  async leave(): Promise<void> {
    const lobby = this.#lobby;
    this.#lobby = null;
    await lobby?.leave();
  }

  close(): void {
    this.#gyre.close();
  }

  #wireOf(matchId: string): SeatWire {
    const { game, meters } = this.#options;
    const wire = this.#wires.get(matchId) ?? new SeatWire({ tickRateHz: game.tickRateHz, meters });
    this.#wires.set(matchId, wire);
    return wire;
  }
}

/** null if it took longer. */
async function withinMs(closed: Promise<MatchCloseReason>, limitMs: number): Promise<MatchCloseReason | null> {
  const over = Promise.withResolvers<null>();
  const timer = setTimeout(() => over.resolve(null), limitMs);
  try {
    return await Promise.race([closed, over.promise]);
  } finally {
    clearTimeout(timer);
  }
}
