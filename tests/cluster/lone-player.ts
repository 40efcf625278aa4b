import type { Room } from '@colyseus/sdk';
import { CloseCode } from '../../protocol/close-codes.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Lobby, Player, type Seated } from './stock-players.ts';

type CountingRoom = Room<unknown, { readonly count: number }>;

interface MatchAnswer {
  readonly state: string;
  readonly reason: string | null;
  readonly result: unknown;
}

/** A guest with a stock client, alone in a match of a game in which one counts with the message `count`. */
export class LonePlayer {
  readonly player: Player;
  readonly lobbyId: string;
  readonly #seated: Seated;
  readonly matchId: string;

  private constructor(player: Player, lobbyId: string, match: { readonly matchId: string; readonly seated: Seated }) {
    this.player = player;
    this.lobbyId = lobbyId;
    this.matchId = match.matchId;
    this.#seated = match.seated;
  }

  /** From sign-in to the seat in a running match. */
  static async play(endpoint: string, game: string): Promise<LonePlayer> {
    const start = await LonePlayer.gather(endpoint, game);
    return await start();
  }

  /** As {@link play}, but for the start of the match, which comes with a call of what is resolved to. */
  static async gather(endpoint: string, game: string): Promise<() => Promise<LonePlayer>> {
    const player = await Player.signIn(endpoint, 'Guest');
    const { id: lobbyId } = await player.call<Lobby>('POST /lobbies', { game });
    return async () => new LonePlayer(player, lobbyId, await LonePlayer.#start(player, lobbyId));
  }

  /** Another match of the same lobby. */
  async again(): Promise<LonePlayer> {
    return new LonePlayer(this.player, this.lobbyId, await LonePlayer.#start(this.player, this.lobbyId));
  }

  static async #start(player: Player, lobbyId: string) {
    await player.call(`POST /lobbies/${lobbyId}/start`, { countdownMs: 0 });
    const inMatch = async () => (await player.call<Lobby>(`GET /lobbies/${lobbyId}`)).matchId;
    const matchId = await waitFor(inMatch, { what: 'a match', timeoutMs: 30_000 });
    // A process that has just joined the cluster is not known everywhere at once.
    const seated = await waitFor(() => player.takeSeat(matchId), { what: 'a seat', timeoutMs: 30_000, everyMs: 100 });
    const { room } = seated as unknown as { room: CountingRoom };
    await waitFor(() => Number.isInteger(room.state?.count), { what: 'the state', timeoutMs: 30_000 });
    return { matchId, seated };
  }

  get room(): CountingRoom {
    return this.#seated.room as unknown as CountingRoom;
  }

  get count(): number {
    return this.room.state.count;
  }

  /** The epoch that it was welcomed in last. */
  get epoch(): number {
    const welcome = this.#seated.messages.findLast(({ type }) => type === 'welcome');
    return (welcome as { readonly epoch?: number } | undefined)?.epoch ?? 0;
  }

  /** Final close codes. */
  get closedWith(): string | undefined {
    return this.#seated.events.findLast((event) => event.startsWith('leave'));
  }

  /** Counts once, when the match is there to take it. */
  async add(): Promise<void> {
    const before = this.count;
    await waitFor(
      async () => {
        // It may have been taken, and only its answer be lost.
        if (this.count > before) return true;
        return (await this.room.request('count', undefined, { timeout: 2_000 })) !== undefined;
      },
      { what: `${this.matchId} to go on`, timeoutMs: 60_000, everyMs: 50 },
    );
    await waitFor(() => this.count === before + 1, { what: 'the count', timeoutMs: 30_000 });
  }

  async lobby(): Promise<Lobby> {
    return await this.player.call<Lobby>(`GET /lobbies/${this.lobbyId}`);
  }

  async match(): Promise<MatchAnswer> {
    return await this.player.call<MatchAnswer>(`GET /matches/${this.matchId}`);
  }

  /** Resolves when the match was abandoned, and the client has learnt of it. */
  async ended(code: number = CloseCode.matchAbandoned, timeoutMs = 60_000): Promise<void> {
    const isClosed = () => this.closedWith === `leave ${code}`;
    await waitFor(isClosed, { what: `${this.matchId} to be closed with ${code}`, timeoutMs });
  }

  /** It doesn't come back when its process ends. */
  giveUp(): void {
    this.room.reconnection.enabled = false;
  }
}
