import type { Match } from '../../protocol/matches.ts';
import type { MatchRow } from './match-store.ts';

/** A match as its players, and whoever may watch it, see it. */
export function matchView(match: MatchRow): Match {
  const { id, version, game, lobbyId, state, settings } = match;
  return {
    id,
    version,
    game,
    lobbyId,
    state,
    reason: state === 'abandoned' ? match.reason : null,
    settings,
    seats: match.seats.map(({ index, playerId, displayName, team, isBot }) => ({
      index,
      playerId,
      displayName,
      team,
      isBot,
    })),
    startedAt: match.startedAt?.toISOString() ?? null,
    finishedAt: match.finishedAt?.toISOString() ?? null,
    result: state === 'finished' ? resultView(match) : null,
  };
}

function resultView({ result }: MatchRow): Match['result'] {
  return result && { placements: result.placements.map((placement) => ({ ...placement })), data: { ...result.data } };
}
