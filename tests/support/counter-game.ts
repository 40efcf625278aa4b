import { schema, t } from '@colyseus/schema';
import { z } from 'zod';
import { defineGame } from '../../rooms/kit/define-game.ts';
import { gameRoom, refuse } from '../../rooms/kit/index.ts';

const CounterState = schema({ total: t.uint32(), perSeat: t.array('uint32'), notes: t.map('string') }, 'CounterState');

/** The smallest game that uses everything a room can do: for tests of what is around rooms. */
export const counter = defineGame({
  name: 'counter',
  title: 'Counter',
  players: { min: 1, max: 8 },
  state: CounterState,
  messages: {
    add: z.object({ by: z.int().min(1).max(1_000) }),
    /** Sets `notes[key]`; sizes up to what fits into a message. */
    note: z.object({ key: z.string(), text: z.string() }),
    /** Everyone hears it, and its sender gets an echo of its own. */
    shout: z.object({ text: z.string() }),
    end: z.undefined(),
    /** The handler throws. */
    throw: z.undefined(),
    /** Counts one, and sends everyone what MessagePack has no form for. */
    babble: z.undefined(),
  },
  events: {
    heard: z.object({ seat: z.int(), text: z.string() }),
    echo: z.object({ text: z.unknown() }),
    back: z.object({ seat: z.int() }),
  },
  refusals: ['too-much'],
  reconnectGraceMs: 10_000,
});

export class CounterRoom extends gameRoom(counter) {
  override readonly messages = this.handle({
    add: (seat, { by }) => {
      if (by > 100) return refuse('too-much');
      this.state.total += by;
      this.state.perSeat[seat.index] = (this.state.perSeat[seat.index] ?? 0) + by;
      return undefined;
    },
    note: (_seat, { key, text }) => {
      this.state.notes.set(key, text);
    },
    shout: (seat, { text }) => {
      this.broadcast('heard', { seat: seat.index, text });
      seat.send('echo', { text });
    },
    end: (seat) => this.finish({ placements: [[seat], this.seats.filter((other) => other !== seat)] }),
    throw: () => {
      throw new Error('this game throws');
    },
    babble: (seat) => {
      this.state.total += 1;
      this.broadcast('echo', { text: 2n ** 70n });
      seat.send('echo', { text: 'after it' });
    },
  });

  override onStart(): void {
    this.state.total = 0;
    for (const _seat of this.seats) this.state.perSeat.push(0);
  }

  override onSeatReturned(seat: (typeof this.seats)[number]): void {
    seat.send('back', { seat: seat.index });
  }
}
