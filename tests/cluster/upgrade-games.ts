import { schema, t } from '@colyseus/schema';
import { z } from 'zod';
import { defineGame } from '../../rooms/kit/define-game.ts';
import { gameRoom } from '../../rooms/kit/index.ts';

/** What the next build adds to the state of one of the games: see `tests/support/next-build.ts`. */
const added = {};

/** The same for both games: one player, who counts. */
const alone = { players: { min: 1, max: 1 }, reconnectGraceMs: 600_000, messages: { count: z.undefined() } } as const;

export const kept = defineGame({
  name: 'kept',
  title: 'Kept',
  ...alone,
  state: schema({ count: t.uint16().default(0) }, 'KeptState'),
});

export class KeptRoom extends gameRoom(kept) {
  override readonly messages = this.handle({
    count: () => {
      this.state.count += 1;
    },
  });

  override onStart(): void {}
}

export const changed = defineGame({
  name: 'changed',
  title: 'Changed',
  ...alone,
  state: schema({ count: t.uint16().default(0), ...added }, 'ChangedState'),
});

export class ChangedRoom extends gameRoom(changed) {
  override readonly messages = this.handle({
    count: () => {
      this.state.count += 1;
    },
  });

  override onStart(): void {}
}
