import { GyreError, type Lobby, type LobbyOptions, type Match, type MatchCloseReason } from '../../client-sdk/index.ts';
import { Client, type ClientOptions } from './client.ts';
import type { RecordedMatch, SeatFacts } from './facts.ts';
import type { SeatPlay } from './game.ts';
import { patiently } from './patience.ts';

/** A player's seat in a match that runs. */
export interface Seated {
  readonly player: Player;
  readonly match: Match;
  readonly play: SeatPlay;
}

const SEAT_LIMIT_MS = 30_000;
const HISTORY_PAGE = 100;

/** One who plays. */
export class Player extends Client {
  readonly #options: ClientOptions;
  #lobby: Lobby | null = null;

  constructor(options: ClientOptions) {
    super(options);
    this.#options = options;
  }

  get lobby(): Lobby {
    if (!this.#lobby) throw new Error(`${this.name} is in no lobby.`);
    return this.#lobby;
  }

  async createLobby(options: LobbyOptions): Promise<void> {
    const { game, style } = this.#options;
    const { name, players } = game;
    const lobby = { game: name, maxPlayers: players, ...(game.lobby(style) as LobbyOptions), ...options };
    // Which game it is, its types and its options say together; of any game the compiler can't tell.
    this.#lobby = await this.gyre.lobbies.create(lobby as never);
  }

  async joinLobby(code: string): Promise<void> {
    this.#lobby = await patiently(() => this.gyre.lobbies.joinByCode(code));
  }

  async setReady(): Promise<void> {
    await patiently(() => this.lobby.setReady());
  }

  /** As the host. */
  async startMatch(): Promise<void> {
    await patiently(async () => {
      try {
        await this.lobby.start({ countdownMs: 0 });
      } catch (error) {
        // A start whose answer was lost has happened all the same.
        if (!GyreError.is(error, 'wrong-state')) throw error;
      }
    });
  }

  /** As the host: starts again if the service couldn't. Returns a function that ends it. */
  insistOnStart(): () => void {
    return this.lobby.subscribe(({ state, reason }) => {
      // If this is in vain as well, somebody waits for a seat in vain, and that is told.
      if (state === 'open' && reason !== null) this.startMatch().catch(() => undefined);
    });
  }

  /** Takes the seat in the lobby's next match and begins to play. */
  async takeSeat(): Promise<Seated> {
    const { game, meters, style } = this.#options;
    const startMs = performance.now();
    const match = await this.lobby.nextMatch({ signal: AbortSignal.timeout(SEAT_LIMIT_MS) });
    meters.seating.add(performance.now() - startMs);
    const { predict, maxThinkMs } = style;
    return { player: this, match, play: game.play(match as never, { random: this.random, predict, maxThinkMs }) };
  }

  /** Waits for the match's end, within the game's limit, and says what this seat has seen of it. */
  async playOut({ match, play }: Seated, at: { readonly group: number; readonly round: number }): Promise<SeatFacts> {
    const { game, style } = this.#options;
    const end = await withinMs(match.closed, game.matchLimitMs(style));
    play.stop();
    const { compared = 0, corrections = 0 } = play.prediction ?? {};
    return {
      ...at,
      matchId: match.id,
      playerId: this.id as string,
      seatIndex: match.view.seatIndex,
      end,
      // Without one the record alone tells, which is looked up anyway.
      result: end === 'finished' ? await match.result.catch(() => null) : null,
      wire: this.wireOf(match.id).facts,
      prediction: { compared, corrections },
    };
  }

  async history(): Promise<readonly RecordedMatch[]> {
    const found: RecordedMatch[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const at = cursor;
      const page = await patiently(() => this.gyre.matches.history({ limit: HISTORY_PAGE }, at));
      found.push(...page.items.map(({ id, state, reason, result }) => ({ id, state, reason, result })));
      cursor = page.nextCursor;
    }
    return found;
  }

  async leave(): Promise<void> {
    const lobby = this.#lobby;
    this.#lobby = null;
    await patiently(async () => await lobby?.leave());
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
