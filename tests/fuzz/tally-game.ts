import { schema, t } from '@colyseus/schema';
import { z } from 'zod';
import { defineGame } from '../../rooms/kit/define-game.ts';
import { gameRoom, refuse } from '../../rooms/kit/index.ts';

const TallyState = schema({ sums: t.array('uint32'), notes: t.map('string') }, 'TallyState');

/** Whom seats beyond these may not disturb: they alone end the match. */
export const HONEST_SEATS = 2;
/** What one `add` may add; more is refused. */
export const MAX_ADDED = 100;

/** A game in which everyone counts for themselves, so that it can be told whether each move counted once. */
export const tally = defineGame({
  name: 'tally',
  title: 'Tally',
  players: { min: 1, max: 8 },
  state: TallyState,
  messages: {
    add: z.object({ by: z.int().min(1).max(1_000) }),
    note: z.object({ key: z.enum(['a', 'b', 'c', 'd']), text: z.string().max(500) }),
    shout: z.object({ text: z.string().max(200) }),
    end: z.undefined(),
  },
  events: { heard: z.object({ seat: z.int(), text: z.string() }) },
  refusals: ['too-much', 'not-yours'],
  reconnectGraceMs: 20_000,
});

export class TallyRoom extends gameRoom(tally) {
  override readonly messages = this.handle({
    add: (seat, { by }) => {
      if (by > MAX_ADDED) return refuse('too-much');
      this.state.sums[seat.index] = (this.state.sums[seat.index] ?? 0) + by;
      return undefined;
    },
    note: (_seat, { key, text }) => {
      this.state.notes.set(key, text);
    },
    shout: (seat, { text }) => this.broadcast('heard', { seat: seat.index, text }),
    end: (seat) => {
      if (seat.index >= HONEST_SEATS) return refuse('not-yours');
      this.finish({ placements: [[seat], this.seats.filter((other) => other !== seat)] });
      return undefined;
    },
  });

  override onStart(): void {
    for (const _seat of this.seats) this.state.sums.push(0);
  }
}
