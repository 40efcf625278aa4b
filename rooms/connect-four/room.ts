import { gameRoom, refuse, type Seat } from '../kit/index.ts';
import { connectFour } from './game.ts';
import { COLUMNS, isFull, isWin, landingCell, ROWS } from './rules.ts';

type Player = Seat<typeof connectFour>;

/** Two players, one board. Whoever lets the turn clock run out, resigns or leaves has lost. */
export class ConnectFourRoom extends gameRoom(connectFour) {
  readonly #turnClock = this.timer('turn', () => this.#win(this.#other(this.state.turn)));

  override readonly messages = this.handle({
    drop: (player, { column }) => {
      if (player.index !== this.state.turn) return refuse('not-your-turn');
      const cell = landingCell(this.state.cells, column);
      if (cell === null) return refuse('column-full');
      this.state.cells[cell] = player.index + 1;
      if (isWin(this.state.cells, cell)) return this.#win(player);
      if (isFull(this.state.cells)) return this.finish({ placements: [this.seats] });
      return this.#giveTurn(1 - player.index);
    },
    resign: (player) => this.#win(this.#other(player.index)),
  });

  override onStart(): void {
    for (let cell = 0; cell < COLUMNS * ROWS; cell += 1) this.state.cells.push(0);
    this.#giveTurn(this.random() < 0.5 ? 0 : 1);
  }

  override onSeatLeft(player: Player): void {
    this.#win(this.#other(player.index));
  }

  #giveTurn(index: number): void {
    this.state.turn = index;
    this.state.turnEndsAtMs = this.#turnClock.start(this.settings.turnMs);
  }

  #win(player: Player): void {
    this.finish({ placements: [[player], [this.#other(player.index)]] });
  }

  #other(index: number): Player {
    const player = this.seats[1 - index];
    if (player === undefined) throw new Error('Connect four has two seats.');
    return player;
  }
}
