import { schema, t } from '@colyseus/schema';
import { z } from 'zod';
import { defineGame } from '../../rooms/kit/define-game.ts';
import { gameRoom } from '../../rooms/kit/index.ts';

/** What a seat has said. */
const Tally = schema({ count: t.uint32(), sum: t.uint32() }, 'Tally');
const TallyState = schema({ tallies: t.array(Tally), steps: t.uint32() }, 'TallyState');

/** Steps at a fixed rate, and counts what each seat says: of 1, 2, 3 … said once each, count and sum tell whether one is missing or came twice. */
export const tally = defineGame({
  name: 'tally',
  title: 'Tally',
  players: { min: 1, max: 8 },
  state: TallyState,
  settings: z.object({ goal: z.int().default(0) }),
  messages: { say: z.object({ n: z.int().min(1) }), end: z.undefined() },
  tickRateHz: 20,
  startMode: 'instant',
  lateJoin: true,
  spectators: true,
});

export class TallyRoom extends gameRoom(tally) {
  override readonly messages = this.handle({
    say: (seat, { n }) => {
      const own = this.state.tallies[seat.index];
      if (own === undefined) return;
      own.count += 1;
      own.sum += n;
    },
    end: (seat) => this.finish({ placements: [[seat], this.seats.filter((other) => other !== seat)] }),
  });

  override onStart(): void {
    for (const _seat of this.seats) this.#open();
  }

  override onSeatAdded(): void {
    this.#open();
  }

  override onStep(): void {
    this.state.steps += 1;
  }

  #open(): void {
    this.state.tallies.push(new Tally({ count: 0, sum: 0 }));
  }
}
