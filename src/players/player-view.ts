import type { Player, PublicPlayer } from '../../protocol/players.ts';
import type { PlacedPlayer, PlayerRow } from './player-store.ts';

/** What a player sees of itself. */
export function ownView({ player, lobbyId, matchId }: PlacedPlayer): Player {
  const { id, displayName, kind, createdAt } = player;
  return { id, displayName, kind, createdAt: createdAt.toISOString(), lobbyId, matchId };
}

/** What others see of a player. */
export function publicView({ id, displayName }: PlayerRow): PublicPlayer {
  return { id, displayName };
}
