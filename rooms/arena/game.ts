import { schema, t } from '@colyseus/schema';
import { z } from 'zod';
import { defineGame } from '../kit/define-game.ts';
import { type MapName, MAPS } from './map-rules.ts';
import { AIM_STEPS, FULL_HP, TEAMS, TICK_RATE_HZ } from './rules.ts';

export const Fighter = schema(
  {
    /** Its middle, in units; see `UNITS_PER_PIXEL`. */
    x: t.uint16().default(0),
    y: t.uint16().default(0),
    /** Where it looks: 0–4,095 of a turn, 0 to the right, a quarter of it down. */
    aim: t.uint16().default(0),
    /** 0: it is down. */
    hp: t.uint8().default(FULL_HP),
    /** Match time in ms at which it appears again; 0 while it is up. */
    respawnsAtMs: t.uint32().default(0),
    /** Enemies that it has shot down. */
    score: t.uint16().default(0),
    deaths: t.uint16().default(0),
    /** `red` or `blue`; empty where everyone fights for themselves. */
    team: t.string().default(''),
    bot: t.boolean().default(false),
  },
  'Fighter',
);

const ArenaState = schema(
  {
    map: t.string().default(''),
    /** A person's by the seat's index; a bot's is `b0`, `b1` … */
    fighters: t.map(Fighter),
    /** By the team's name; empty where everyone fights for themselves. */
    teamScores: t.map('uint16'),
    /** Match time in ms. */
    roundEndsAtMs: t.uint32().default(0),
  },
  'ArenaState',
);

const aim = z
  .int()
  .min(0)
  .max(AIM_STEPS - 1);
const place = { x: z.int(), y: z.int() };
const mapNames = Object.keys(MAPS) as [MapName, ...MapName[]];

export const arena = defineGame({
  name: 'arena',
  title: 'Arena',
  players: { min: 2, max: 8 },
  state: ArenaState,
  settings: z.object({
    mode: z.enum(['ffa', 'teams']).default('ffa'),
    map: z.enum(mapNames).default('courtyard'),
    roundMs: z.int().min(1_000).max(900_000).default(180_000),
    /** With how many fighters bots fill up; 0: no bots. */
    botFill: z.int().min(0).max(8).default(4),
    /** How long there are too few people before they do. */
    botAfterMs: z.int().min(0).max(60_000).default(5_000),
  }),
  messages: {
    /** One step of 50 ms; what is pressed, and where the fighter looks. */
    move: z.object({ dx: z.number().min(-1).max(1), dy: z.number().min(-1).max(1), aim }),
    /** `seenMs`: the match time of what the shooter saw of the others. */
    fire: z.object({ aim, seenMs: z.number() }),
  },
  events: {
    /** Keys of fighters, as in the state. `hit`: who is hit; null if a wall is. */
    shot: z.object({ by: z.string(), ...place, toX: z.int(), toY: z.int(), hit: z.string().nullable() }),
    hit: z.object({ by: z.string(), of: z.string(), hp: z.int() }),
    down: z.object({ by: z.string(), of: z.string() }),
  },
  refusals: ['down', 'too-soon'],
  teams: TEAMS.map((name) => ({ name, maxPlayers: 4 })),
  lateJoin: true,
  spectators: true,
  startMode: 'instant',
  tickRateHz: TICK_RATE_HZ,
});
