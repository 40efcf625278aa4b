import { ConnectFourRoom } from './connect-four/room.ts';
import type { Games } from './games.ts';
import type { RoomsFor } from './kit/index.ts';

/** Who runs each game: server only. */
export const rooms = { 'connect-four': ConnectFourRoom } satisfies RoomsFor<Games>;
