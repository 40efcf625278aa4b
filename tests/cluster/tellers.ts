/** Players of `tally` who never stop talking: each says 1, 2, 3 … once. */
import { Client, type Room } from '@colyseus/sdk';
import { type AnyMatch, Gyre } from '../../client-sdk/index.ts';
import { waitFor } from '../support/wait-for.ts';
import type { tally } from '../support/tally-game.ts';
import { Player } from './stock-players.ts';

type TallyGames = { readonly tally: typeof tally };
export type TallyMatch = AnyMatch<TallyGames>;
export type TallyState = TallyMatch['state'];

/** Less than the 60 a second that a seat may say. */
const EVERY_MS = 25;

/** What all of them are asked in the end. */
export interface Teller {
  readonly seatIndex: number;
  /** How much it has said. */
  readonly said: number;
  readonly state: TallyState;
  stop(): void;
  close(): void;
}

/** With our SDK: what it says is numbered, and now and then it asks for a reply. */
export class SdkTeller implements Teller {
  readonly gyre: Gyre<TallyGames>;
  readonly match: TallyMatch;
  said = 0;
  asked = 0;
  answered = 0;
  readonly epochs: number[] = [];
  /** Steps that it saw undone. */
  undone = 0;
  #steps = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(gyre: Gyre<TallyGames>, match: TallyMatch) {
    this.gyre = gyre;
    this.match = match;
    match.subscribe(({ epoch }) => {
      if (epoch !== null && this.epochs.at(-1) !== epoch) this.epochs.push(epoch);
    });
    match.onPatch(({ steps }) => {
      if (steps < this.#steps) this.undone += 1;
      this.#steps = steps;
    });
  }

  static async play(
    endpoint: string,
    lobbyId: string | null = null,
    WebSocketClass: new (url: string) => WebSocket = WebSocket,
  ): Promise<SdkTeller> {
    const gyre = new Gyre<TallyGames>({ endpoint, storage: 'memory', WebSocket: WebSocketClass });
    await gyre.signInAsGuest();
    if (lobbyId === null) return new SdkTeller(gyre, await gyre.play('tally'));
    const lobby = await gyre.lobbies.join(lobbyId);
    return new SdkTeller(gyre, await lobby.nextMatch());
  }

  static async watch(endpoint: string, matchId: string): Promise<SdkTeller> {
    const gyre = new Gyre<TallyGames>({ endpoint, storage: 'memory' });
    await gyre.signInAsGuest();
    return new SdkTeller(gyre, await gyre.matches.watch(matchId));
  }

  get seatIndex(): number {
    return this.match.view.seatIndex ?? -1;
  }
  get state(): TallyState {
    return this.match.state;
  }

  talk(): this {
    this.#timer = setInterval(() => {
      this.said += 1;
      if (this.said % 10 !== 0) return this.match.send('say', { n: this.said });
      this.asked += 1;
      void this.match.request('say', { n: this.said }).then(
        () => (this.answered += 1),
        () => undefined,
      );
    }, EVERY_MS);
    return this;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  close(): void {
    this.stop();
    this.gyre.close();
  }
}

/** With the stock SDK: its messages have no number, and nobody sends them again. */
export class StockTeller implements Teller {
  readonly seatIndex: number;
  readonly room: Room<unknown, TallyState>;
  /** `drop`, `reconnect`, `leave` with their close codes, as they come. */
  readonly events: string[] = [];
  said = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(seatIndex: number, room: Room<unknown, TallyState>) {
    this.seatIndex = seatIndex;
    this.room = room;
    const { reconnection } = room;
    // Patience, and room for what is said meanwhile on a slow machine.
    Object.assign(reconnection, { minUptime: 0, maxRetries: 1_000, maxDelay: 100, maxEnqueuedMessages: 1_000 });
    room.onDrop((code) => this.events.push(`drop ${code}`));
    room.onReconnect(() => this.events.push('reconnect'));
    room.onLeave((code) => this.events.push(`leave ${code}`));
    room.onMessage('*', () => undefined);
  }

  static async join(endpoint: string, lobbyId: string): Promise<StockTeller> {
    const player = await Player.signIn(endpoint, 'Stock');
    await player.call(`PUT /lobbies/${lobbyId}/members/me`, {});
    const matchId = await waitFor(
      async () => (await player.call<{ matchId: string | null }>(`GET /lobbies/${lobbyId}`)).matchId,
    );
    return await StockTeller.#enter(endpoint, player, { matchId, spectate: false });
  }

  static async watch(endpoint: string, matchId: string): Promise<StockTeller> {
    return await StockTeller.#enter(endpoint, await Player.signIn(endpoint, 'Watcher'), { matchId, spectate: true });
  }

  static async #enter(
    endpoint: string,
    player: Player,
    { matchId, spectate }: { matchId: string; spectate: boolean },
  ): Promise<StockTeller> {
    const grant = await player.call<{ seatIndex: number | null; colyseus: never }>(
      `POST /matches/${matchId}/seat`,
      spectate ? { spectate } : {},
    );
    const room = await new Client(endpoint).consumeSeatReservation(grant.colyseus);
    return new StockTeller(grant.seatIndex ?? -1, room as unknown as Room<unknown, TallyState>);
  }

  get state(): TallyState {
    return this.room.state;
  }

  /** What it was dropped or closed with. */
  get closings(): readonly string[] {
    return this.events.filter((event) => event !== 'reconnect');
  }

  talk(): this {
    this.#timer = setInterval(() => {
      this.said += 1;
      this.room.send('say', { n: this.said });
    }, EVERY_MS);
    return this;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  close(): void {
    this.stop();
    this.room.reconnection.enabled = false;
    this.room.connection.close();
  }
}

/** Waits until everything that was said is consumed. @returns of each teller what is missing or too much; empty if all is as it should be */
export async function faultsOf(tellers: readonly Teller[], shown: TallyState): Promise<readonly string[]> {
  for (const teller of tellers) teller.stop();
  const faultOf = ({ seatIndex, said }: Teller): string[] => {
    const { count, sum } = shown.tallies[seatIndex] ?? { count: -1, sum: -1 };
    const isRight = count === said && sum === (said * (said + 1)) / 2;
    return isRight ? [] : [`seat ${seatIndex} said ${said}, counted ${count}, sum ${sum - (said * (said + 1)) / 2}`];
  };
  const faults = () => tellers.flatMap(faultOf);
  await waitFor(() => faults().length === 0, { timeoutMs: 30_000 }).catch(() => undefined);
  return faults();
}
