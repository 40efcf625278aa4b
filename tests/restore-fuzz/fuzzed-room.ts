import type { Schema } from '@colyseus/schema';
import { z } from 'zod';
import { defineGame, type Durability } from '../../rooms/kit/define-game.ts';
import type { AnyRoomClass } from '../../rooms/kit/game-room.ts';
import { gameRoom } from '../../rooms/kit/index.ts';
import type { SchemaClass } from '../../rooms/kit/schema-internals.ts';

/** A room of any state, in which each message changes something; it keeps a value beside its state, too. */
export function fuzzedRoom(
  stateClass: SchemaClass,
  durability: Durability,
  change: (state: Schema) => void,
): AnyRoomClass {
  const game = defineGame({
    name: 'fuzzed',
    title: 'Fuzzed',
    players: { min: 1, max: 1 },
    state: stateClass as never,
    messages: { change: z.undefined() },
    durability,
  });
  return class extends gameRoom(game) {
    readonly #changes = this.keep('changes', { count: 0 });
    override readonly messages = this.handle({
      change: () => {
        this.#changes.value.count += 1;
        this.random();
        change(this.state as Schema);
      },
    });
    override onStart(): void {}
  };
}
