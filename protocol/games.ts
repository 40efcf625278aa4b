import { z } from 'zod';
import { JsonObject } from './shapes.ts';
import { START_MODES } from './states.ts';

export const TeamInfo = z.object({ name: z.string(), maxPlayers: z.int().positive() });
export type TeamInfo = z.infer<typeof TeamInfo>;

/** A game, as `GET /v1/games` describes it. */
export const GameInfo = z
  .object({
    name: z.string(),
    title: z.string(),
    minPlayers: z.int().positive(),
    maxPlayers: z.int().positive(),
    teams: z.array(TeamInfo),
    startMode: z.enum(START_MODES),
    lateJoin: z.boolean(),
    spectators: z.boolean(),
    /** Keys under `data.public` that the lobby list can be filtered by. */
    lobbyKeys: z.array(z.string()),
    settingsSchema: JsonObject,
    defaultSettings: JsonObject,
  })
  .meta({ id: 'Game' });
export type GameInfo = z.infer<typeof GameInfo>;
