import { schema, t } from '@colyseus/schema';
import { z } from 'zod';
import { defineGame } from '../../rooms/kit/define-game.ts';
import { gameRoom } from '../../rooms/kit/index.ts';

/** A game that throws, in every way and place that an author's code can. */
export const trap = defineGame({
  name: 'trap',
  title: 'Trap',
  players: { min: 1, max: 4 },
  state: schema({ heard: t.uint32().default(0) }, 'TrapState'),
  messages: { now: z.undefined(), later: z.undefined(), soon: z.undefined() },
  settings: z.object({}),
});

export class TrapRoom extends gameRoom(trap) {
  readonly #alarm = this.timer('alarm', () => {
    throw new Error('in a timer');
  });

  override readonly messages = this.handle({
    now: () => {
      throw new Error('in a handler');
    },
    // What TypeScript would not let an author write, but JavaScript does.
    later: (async () => {
      await Promise.resolve();
      throw new Error('later');
    }) as () => void,
    soon: () => {
      this.#alarm.start(1);
      return undefined;
    },
  });

  override onStart(): void {}

  override onSeatDropped(): void {
    throw new Error('when a seat is dropped');
  }
}
