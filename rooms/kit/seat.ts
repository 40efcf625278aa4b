import type { AnyGame, EventName, EventPayload } from './game-types.ts';
import type { SeatInit } from './ports.ts';

/** What a seat asks of its room. */
export interface SeatBackend {
  isConnected(index: number): boolean;
  hasLeft(index: number): boolean;
  /** @param to indexes of the seats that it goes to */
  send(to: readonly number[], type: string, payload: unknown): void;
}

/** A player's place in a match, as the game's author sees it. Known to all by its index. */
export class Seat<Game extends AnyGame = AnyGame> {
  readonly index: number;
  /** null for a bot. */
  readonly player: { readonly id: string; readonly displayName: string } | null;
  readonly displayName: string;
  readonly team: string | null;
  readonly isBot: boolean;
  readonly #backend: SeatBackend;

  constructor(init: SeatInit, backend: SeatBackend) {
    this.index = init.index;
    this.player = init.playerId === null ? null : Object.freeze({ id: init.playerId, displayName: init.displayName });
    this.displayName = init.displayName;
    this.team = init.team;
    this.isBot = init.isBot;
    this.#backend = backend;
  }

  /** Whether its player is there; bots always are. An outage of the server does not count as absence. */
  get connected(): boolean {
    return this.#backend.isConnected(this.index);
  }

  /** Whether it was given up for good: left on purpose, never taken, or away for longer than the game's grace. */
  get left(): boolean {
    return this.#backend.hasLeft(this.index);
  }

  /** Sends an event of the contract to this seat's player, with the tick that it happens in. */
  send<Name extends EventName<Game>>(name: Name, payload: EventPayload<Game, Name>): void {
    this.#backend.send([this.index], name, payload);
  }

  /** As `seat.send`, to several seats of one match. */
  static sendTo<Game extends AnyGame, Name extends EventName<Game>>(
    seats: readonly Seat<Game>[],
    name: Name,
    payload: EventPayload<Game, Name>,
  ): void {
    const [first] = seats;
    if (first === undefined) return;
    const to = seats.map(({ index }) => index);
    first.#backend.send(to, name, payload);
  }
}
