import type { Match } from '../../../client-sdk/index.ts';
import type { Games } from '../../../rooms/games.ts';
import { COLUMNS, isWin, landingCell } from '../../../rooms/connect-four/rules.ts';
import type { Random } from '../../random.ts';
import type { SeatPlay, SwarmGame } from '../game.ts';

type ConnectFour = Games['connect-four'];

/** Of all moves, so many are made out of turn: refusals must work as well. */
const RUDENESS = 0.05;
const MAX_THINK_MS = 150;

/** Two players who take a win when they see one, and otherwise drop somewhere. */
export const connectFour: SwarmGame<'connect-four'> = {
  name: 'connect-four',
  players: 2,
  tickRateHz: null,
  lobby: () => ({ settings: { turnMs: 60_000 } }),
  matchLimitMs: () => 60_000,
  play: (match, { random, maxThinkMs = MAX_THINK_MS }) => new Board(match, random, maxThinkMs),
  audit: (plays) => {
    const boards = plays.filter((play) => play instanceof Board);
    const discs = Math.max(...boards.map((board) => board.discs));
    const accepted = boards.reduce((sum, board) => sum + board.accepted, 0);
    const unknown = boards.reduce((sum, board) => sum + board.unknown, 0);
    if (discs >= accepted && discs <= accepted + unknown) return null;
    return `${accepted} drops were accepted, ${unknown} got no answer, and ${discs} discs lie on the board`;
  },
};

class Board implements SeatPlay {
  /** Drops that the room said it had taken. */
  accepted = 0;
  /** Drops whose answer the end of the match was quicker than. */
  unknown = 0;
  discs = 0;
  readonly #match: Match<ConnectFour>;
  readonly #random: Random;
  readonly #maxThinkMs: number;
  readonly #stops: (() => void)[] = [];
  #thinking: NodeJS.Timeout | null = null;

  constructor(match: Match<ConnectFour>, random: Random, maxThinkMs: number) {
    this.#match = match;
    this.#random = random;
    this.#maxThinkMs = maxThinkMs;
    this.#stops.push(match.onPatch((state) => this.#look(state)));
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    if (this.#thinking !== null) clearTimeout(this.#thinking);
  }

  #look({ cells, turn }: Match<ConnectFour>['state']): void {
    this.discs = [...cells].filter((cell) => cell !== 0).length;
    const mine = turn === this.#match.view.seatIndex;
    if (this.#thinking !== null || !(mine || this.#random() < RUDENESS)) return;
    this.#thinking = setTimeout(() => void this.#drop(), this.#random() * this.#maxThinkMs);
  }

  async #drop(): Promise<void> {
    try {
      const reply = await this.#match.request('drop', { column: this.#column() });
      if (reply.ok) this.accepted += 1;
    } catch {
      // The match ended first; what became of the drop, only the board can tell.
      this.unknown += 1;
    }
    this.#thinking = null;
    if (this.#match.view.closeReason === null) this.#look(this.#match.state);
  }

  #column(): number {
    const { cells } = this.#match.state;
    const open = Array.from({ length: COLUMNS }, (_, column) => column).filter(
      (column) => landingCell(cells, column) !== null,
    );
    return open.find((column) => this.#wins(column)) ?? open[Math.floor(this.#random() * open.length)] ?? 0;
  }

  #wins(column: number): boolean {
    const cells = [...this.#match.state.cells];
    const cell = landingCell(cells, column);
    if (cell === null) return false;
    cells[cell] = (this.#match.view.seatIndex ?? 0) + 1;
    return isWin(cells, cell);
  }
}
