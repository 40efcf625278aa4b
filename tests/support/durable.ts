import type { Durability } from '../../rooms/kit/define-game.ts';
import type { AnyRoomClass } from '../../rooms/kit/game-room.ts';

/** The same room, its game of another durability. */
export function durable<Room extends AnyRoomClass>(room: Room, durability: Durability): Room {
  const Base: AnyRoomClass = room;
  return class extends Base {
    static override readonly game = { ...room.game, durability };
  } as Room;
}
