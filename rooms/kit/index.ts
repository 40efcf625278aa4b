/** What a room's author imports. */
export { type AnyRoomClass, type AnyRooms, GameRoom, gameRoom, type RoomClass, type RoomsFor } from './game-room.ts';
export type { Finish } from './finish.ts';
export type { Kept } from './kept.ts';
export { refuse, type Refused } from './refusal.ts';
export { Seat } from './seat.ts';
export type { GameTimer } from './timers.ts';
