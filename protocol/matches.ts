import { z } from 'zod';
import { DurationMs, Id, JsonObject, Timestamp } from './shapes.ts';
import { ABANDON_REASONS, MATCH_STATES } from './states.ts';

export const MatchSeat = z.object({
  index: z.int().nonnegative(),
  playerId: Id.nullable(),
  displayName: z.string(),
  team: z.string().nullable(),
  isBot: z.boolean(),
});
export type MatchSeat = z.infer<typeof MatchSeat>;

export const Result = z
  .object({
    placements: z.array(
      z.object({
        seatIndex: z.int().nonnegative(),
        playerId: Id.nullable(),
        place: z.int().positive(),
        score: z.number().nullable(),
      }),
    ),
    data: JsonObject,
  })
  .meta({ id: 'MatchResult' });

export const Match = z
  .object({
    id: Id,
    version: z.int().positive(),
    game: z.string(),
    lobbyId: Id.nullable(),
    state: z.enum(MATCH_STATES),
    /** When abandoned; else null. */
    reason: z.enum(ABANDON_REASONS).nullable(),
    settings: JsonObject,
    seats: z.array(MatchSeat),
    startedAt: Timestamp.nullable(),
    finishedAt: Timestamp.nullable(),
    result: Result.nullable(),
  })
  .meta({ id: 'Match' });
export type Match = z.infer<typeof Match>;

export const SeatRequest = z.strictObject({ spectate: z.boolean().nullish() });
export type SeatRequest = z.infer<typeof SeatRequest>;

/** A right to a seat or hub. `colyseus` goes as it is into a stock SDK's `consumeSeatReservation`. */
export const SeatGrant = z
  .object({
    role: z.enum(['player', 'spectator', 'hub']),
    matchId: Id.nullable(),
    game: z.string().nullable(),
    seatIndex: z.int().nonnegative().nullable(),
    expiresInMs: DurationMs,
    directAddress: z.string().nullable(),
    colyseus: z.object({
      name: z.string(),
      roomId: z.string(),
      sessionId: z.string(),
      processId: z.string(),
      reconnectionToken: z.string().optional(),
    }),
  })
  .meta({ id: 'SeatGrant' });
export type SeatGrant = z.infer<typeof SeatGrant>;
