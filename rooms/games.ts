import { arena } from './arena/game.ts';
import { connectFour } from './connect-four/game.ts';
import { relay } from './relay/game.ts';

/** The games, as the world may know them: clients import the type of this registry. */
export const games = { arena, 'connect-four': connectFour, relay } as const;
export type Games = typeof games;
