import { schema, t } from '@colyseus/schema';
import { z } from 'zod';
import { defineGame } from '../../rooms/kit/define-game.ts';
import { gameRoom } from '../../rooms/kit/index.ts';

/** The same for both games: one player, who counts. */
const alone = { players: { min: 1, max: 1 }, reconnectGraceMs: 600_000 } as const;

export const tally = defineGame({
  name: 'tally',
  title: 'Tally',
  ...alone,
  state: schema({ count: t.uint16().default(0) }, 'TallyState'),
  messages: { count: z.undefined() },
});

export class TallyRoom extends gameRoom(tally) {
  override readonly messages = this.handle({
    count: () => {
      this.state.count += 1;
    },
  });

  override onStart(): void {}
}

/** Counts as well, and does what it is told to. */
export const poison = defineGame({
  name: 'poison',
  title: 'Poison',
  ...alone,
  state: schema({ count: t.uint16().default(0), mode: t.string().default('') }, 'PoisonState'),
  tickRateHz: 10,
  messages: {
    count: z.undefined(),
    throw: z.undefined(),
    loop: z.undefined(),
    /** From the next restore on it never comes back. */
    hang: z.undefined(),
    /** At once, and after each restore. */
    eat: z.undefined(),
  },
});

export class PoisonRoom extends gameRoom(poison) {
  readonly #mode = this.state.mode === 'hang' ? forever() : 'fine';
  #eats = false;

  override readonly messages = this.handle({
    count: () => {
      this.state.count += 1;
    },
    throw: () => {
      throw new Error(`this game throws, and is ${this.#mode} otherwise`);
    },
    loop: () => forever(),
    hang: () => {
      this.state.mode = 'hang';
    },
    eat: () => {
      this.state.mode = 'eat';
    },
  });

  override onStart(): void {}

  override onStep(): void {
    if (this.state.mode !== 'eat' || this.#eats) return;
    this.#eats = true;
    eat([]);
  }
}

function forever(): never {
  for (;;);
}

/** Not in a step, so that no watchdog can tell who it was. */
function eat(eaten: number[][]): void {
  eaten.push(Array<number>(1_000_000).fill(0.5));
  setImmediate(eat, eaten);
}
