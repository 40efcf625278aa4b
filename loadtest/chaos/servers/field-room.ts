import { gameRoom } from '../../../rooms/kit/index.ts';
import { BEAT_EVERY_TICKS } from '../beacon-rules.ts';
import { field } from './field-game.ts';
import { newOwnerMark, placeSeats, say, stepField } from './field-steps.ts';

export class FieldRoom extends gameRoom(field) {
  // On purpose not recorded: a room that was restored is another owner, and says so with its first step.
  readonly #owner = newOwnerMark();

  override readonly messages = this.handle({
    say: (seat, { number }) => say(this.state, seat.index, number),
    end: () => {
      const ranked = this.seats.toSorted((a, b) => this.#countOf(b.index) - this.#countOf(a.index));
      this.finish({
        placements: ranked.map((seat) => [seat]),
        scores: Object.fromEntries(ranked.map(({ index }) => [index, this.#countOf(index)])),
      });
    },
  });

  override onStart(): void {
    placeSeats(this.state, this.seats.length);
  }

  override onStep(): void {
    stepField(this.state, this.#owner);
    if (this.state.tick % BEAT_EVERY_TICKS === 0) this.broadcast('beat', { tick: this.state.tick });
  }

  #countOf(seat: number): number {
    return this.state.tallies[seat]?.count ?? 0;
  }
}
