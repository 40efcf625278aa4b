/** Games that only tests know. */
import { schema, t } from '@colyseus/schema';
import { z } from 'zod';
import { defineGame } from '../../rooms/kit/define-game.ts';

const TeamRaceState = schema({ distance: t.array('uint16') }, 'TeamRaceState');

/** Two to eight players in two teams of four, with settings of several kinds and keys that lists are filtered by. */
export const teamRace = defineGame({
  name: 'team-race',
  title: 'Team Race',
  players: { min: 2, max: 8 },
  state: TeamRaceState,
  settings: z.object({
    laps: z.int().min(1).max(99).default(3),
    track: z.object({ name: z.string().max(40).default('oval'), night: z.boolean().default(false) }).prefault({}),
    items: z.array(z.string().max(20)).max(5).default(['banana']),
  }),
  messages: { step: z.undefined() },
  teams: [
    { name: 'red', maxPlayers: 4 },
    { name: 'blue', maxPlayers: 4 },
  ],
  lobbyKeys: ['map', 'level'],
});

const DropInState = schema({ points: t.array('uint16') }, 'DropInState');

/** Begins with its lobby, takes players as they come, and can be watched. Whoever scores often enough ends it. */
export const dropIn = defineGame({
  name: 'drop-in',
  title: 'Drop In',
  players: { min: 2, max: 8 },
  state: DropInState,
  settings: z.object({ goal: z.int().min(1).max(1_000).default(1_000) }),
  messages: { score: z.undefined() },
  teams: [
    { name: 'red', maxPlayers: 4 },
    { name: 'blue', maxPlayers: 4 },
  ],
  lobbyKeys: ['map'],
  startMode: 'instant',
  lateJoin: true,
  spectators: true,
});
