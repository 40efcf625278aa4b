import type { TeamInfo } from '../../protocol/games.ts';

interface Player {
  readonly playerId: string;
  readonly team: string | null;
}

/**
 * Gives each player without a team the team with the fewest players, the first named one of several, so that teams are
 * as even as the others' choices allow. Returns the team by player; null if the game has none or all are full.
 */
export function spreadTeams(
  players: readonly Player[],
  teams: readonly TeamInfo[],
): ReadonlyMap<string, string | null> {
  const sizes = new Map(teams.map((team) => [team.name, 0]));
  const assigned = new Map<string, string | null>();
  const assign = (playerId: string, team: string | null) => {
    assigned.set(playerId, team);
    if (team !== null) sizes.set(team, (sizes.get(team) ?? 0) + 1);
  };
  for (const { playerId, team } of players) if (team !== null && sizes.has(team)) assign(playerId, team);
  for (const { playerId } of players) {
    if (!assigned.has(playerId)) assign(playerId, smallest(teams, sizes));
  }
  return assigned;
}

function smallest(teams: readonly TeamInfo[], sizes: ReadonlyMap<string, number>): string | null {
  let found: string | null = null;
  for (const { name, maxPlayers } of teams) {
    const size = sizes.get(name) ?? 0;
    if (size < maxPlayers && (found === null || size < (sizes.get(found) ?? 0))) found = name;
  }
  return found;
}
