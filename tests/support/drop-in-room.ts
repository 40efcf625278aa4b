import { gameRoom } from '../../rooms/kit/index.ts';
import { dropIn } from './games.ts';

/** Points by seat, which also come to those who join while it is played. */
export class DropInRoom extends gameRoom(dropIn) {
  override readonly messages = this.handle({
    score: (scorer) => {
      const points = (this.state.points[scorer.index] ?? 0) + 1;
      this.state.points[scorer.index] = points;
      if (points >= this.settings.goal) {
        this.finish({ placements: [[scorer], this.seats.filter((seat) => seat !== scorer)] });
      }
    },
  });

  override onStart(): void {
    for (const _seat of this.seats) this.state.points.push(0);
  }

  override onSeatAdded(): void {
    this.state.points.push(0);
  }
}
