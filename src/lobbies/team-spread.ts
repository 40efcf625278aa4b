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

/** The team of a player who comes later: the one that is wished for if it has room, else the smallest. */
export function lateTeam(
  present: readonly { readonly team: string | null }[],
  { wish, teams }: { readonly wish: string | null; readonly teams: readonly TeamInfo[] },
): string | null {
  const sizes = new Map(teams.map(({ name }) => [name, present.filter(({ team }) => team === name).length]));
  const wished = teams.find(({ name }) => name === wish);
  if (wished !== undefined && (sizes.get(wished.name) ?? 0) < wished.maxPlayers) return wished.name;
  return smallest(teams, sizes);
}

function smallest(teams: readonly TeamInfo[], sizes: ReadonlyMap<string, number>): string | null {
  let found: string | null = null;
  for (const { name, maxPlayers } of teams) {
    const size = sizes.get(name) ?? 0;
    if (size < maxPlayers && (found === null || size < (sizes.get(found) ?? 0))) found = name;
  }
  return found;
}
