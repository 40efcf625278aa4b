import { schema, t } from '@colyseus/schema';
import { z } from 'zod';
import { defineGame } from '../../rooms/kit/define-game.ts';
import { gameRoom, type Seat } from '../../rooms/kit/index.ts';

/** Walkers on a line, who come while others walk: the smallest game on a grid that takes late joiners and spectators. */
export const walk = defineGame({
  name: 'walk',
  title: 'Walk',
  players: { min: 1, max: 8 },
  state: schema({ steps: t.uint32().default(0), at: t.map('int32'), note: t.string().default('') }, 'WalkState'),
  messages: { go: z.object({ by: z.int() }), rest: z.undefined(), wave: z.undefined(), end: z.undefined() },
  events: { waved: z.object({ seat: z.int() }) },
  lateJoin: true,
  spectators: true,
  tickRateHz: 20,
  reconnectGraceMs: 1_000,
});

export class WalkRoom extends gameRoom(walk) {
  readonly #alarm = this.timer('alarm', () => (this.state.note += 'rang '));
  readonly #resting = this.keep('resting', false);

  override readonly messages = this.handle({
    go: (seat, { by }) => {
      this.state.at.set(String(seat.index), (this.state.at.get(String(seat.index)) ?? 0) + by);
      this.#resting.value = false;
    },
    /** Nothing moves, and in a second an alarm rings. */
    rest: () => {
      this.#resting.value = true;
      this.#alarm.start(1_000);
    },
    wave: (seat) => this.broadcast('waved', { seat: seat.index }),
    end: () => this.finish({ placements: [this.seats] }),
  });

  override onStart(): void {
    for (const seat of this.seats) this.#enter(seat);
  }

  override onStep(): void {
    this.state.steps += 1;
    if (this.#resting.value) this.sleep();
  }

  override onSeatAdded(seat: Seat<typeof walk>): void {
    this.state.note += `added ${seat.index} of ${this.seats.length} `;
    this.#enter(seat);
  }

  override onSeatLeft(seat: Seat<typeof walk>): void {
    this.state.note += `left ${seat.index} `;
    this.state.at.delete(String(seat.index));
  }

  #enter(seat: Seat<typeof walk>): void {
    this.state.at.set(String(seat.index), 0);
  }
}
