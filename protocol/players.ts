import { z } from 'zod';
import { DisplayName, DurationMs, Id, Timestamp } from './shapes.ts';

/** The caller's own player. */
export const Player = z
  .object({
    id: Id,
    displayName: z.string(),
    kind: z.enum(['guest']),
    createdAt: Timestamp,
    lobbyId: Id.nullable(),
    /** null until the match is playing. */
    matchId: Id.nullable(),
  })
  .meta({ id: 'Player' });
export type Player = z.infer<typeof Player>;

/** What others see of a player. */
export const PublicPlayer = z.object({ id: Id, displayName: z.string() }).meta({ id: 'PublicPlayer' });
export type PublicPlayer = z.infer<typeof PublicPlayer>;

export const Session = z
  .object({
    accessToken: z.string(),
    expiresInMs: DurationMs,
    refreshToken: z.string(),
    refreshExpiresInMs: DurationMs,
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof Session>;

export const SignedIn = z.object({ player: Player, session: Session }).meta({ id: 'SignedIn' });
export type SignedIn = z.infer<typeof SignedIn>;

export const GuestSignIn = z.strictObject({
  deviceKey: z.string().min(32).max(128).nullish(),
  displayName: DisplayName.nullish(),
});
export type GuestSignIn = z.infer<typeof GuestSignIn>;

export const RefreshRequest = z.strictObject({ refreshToken: z.string().min(1).max(512) });
export type RefreshRequest = z.infer<typeof RefreshRequest>;

export const PlayerPatch = z.strictObject({ displayName: DisplayName.optional() });
export type PlayerPatch = z.infer<typeof PlayerPatch>;
