import { gameRoom, type Seat } from '../../rooms/kit/index.ts';
import { teamRace } from './games.ts';

type Runner = Seat<typeof teamRace>;

/** Each step is one field; the first runner to do a hundred a lap wins. */
export class TeamRaceRoom extends gameRoom(teamRace) {
  override readonly messages = this.handle({
    step: (runner) => {
      const distance = (this.state.distance[runner.index] ?? 0) + 1;
      this.state.distance[runner.index] = distance;
      if (distance >= this.settings.laps * 100) this.#win(runner);
    },
  });

  override onStart(): void {
    for (const _seat of this.seats) this.state.distance.push(0);
  }

  #win(winner: Runner): void {
    this.finish({ placements: [[winner], this.seats.filter((seat) => seat !== winner)] });
  }
}
