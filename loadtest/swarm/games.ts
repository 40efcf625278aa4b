import type { SwarmGame } from './game.ts';
import { arena } from './games/arena.ts';
import { connectFour } from './games/connect-four.ts';

/** The games that the swarm can play. */
export const swarmGames = { arena, 'connect-four': connectFour } as const;
export type SwarmGameName = keyof typeof swarmGames;

export function swarmGame(name: SwarmGameName): SwarmGame {
  return swarmGames[name];
}
