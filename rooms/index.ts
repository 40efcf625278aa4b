import { ArenaRoom } from './arena/room.ts';
import { ConnectFourRoom } from './connect-four/room.ts';
import type { Games } from './games.ts';
import type { RoomsFor } from './kit/index.ts';
import { RelayRoom } from './relay/room.ts';

/** Who runs each game: server only. */
export const rooms = { arena: ArenaRoom, 'connect-four': ConnectFourRoom, relay: RelayRoom } satisfies RoomsFor<Games>;
