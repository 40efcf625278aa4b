import type { TeamInfo } from '../../protocol/games.ts';
import { ProblemError } from '../http/problem.ts';
import type { FullLobby } from './full-lobby.ts';
import { wrongState } from './lobby-access.ts';
import { alreadyInLobby } from './lobby-changes.ts';
import { teamHasRoom } from './lobby-rules.ts';

/** Somebody at the door of a lobby. */
export interface Joiner {
  readonly playerId: string;
  readonly barred: boolean;
  /** The lobby that the player is in, if any. */
  readonly otherLobbyId: string | null;
  /** null for no wish. */
  readonly team: TeamInfo | null;
}

/** Why somebody can't come in, whatever password comes along; null if nothing speaks against it. */
export function refusalBeforePassword(
  { lobby }: FullLobby,
  joiner: Joiner,
  { lateJoin }: { readonly lateJoin: boolean },
): ProblemError | null {
  if (joiner.barred) return new ProblemError('kicked', `The host has removed you from ${lobby.id}.`);
  if (joiner.otherLobbyId !== null) return alreadyInLobby(joiner.otherLobbyId);
  const isOpen = lobby.state === 'open' || (lobby.state === 'in-match' && lateJoin);
  if (!isOpen) return wrongState(lobby.state);
  return lobby.locked ? new ProblemError('lobby-locked', `${lobby.id} takes nobody at the moment.`) : null;
}

/** Why somebody with the right password can't come in; null if nothing speaks against it. */
export function refusalAfterPassword(full: FullLobby, { team }: Joiner): ProblemError | null {
  const { id, memberCount, maxPlayers } = full.lobby;
  if (memberCount >= maxPlayers) {
    return new ProblemError('lobby-full', `${id} has ${memberCount} of ${maxPlayers} players.`);
  }
  return team === null || teamHasRoom(full, team) ? null : teamFull(team);
}

export function teamFull({ name, maxPlayers }: TeamInfo): ProblemError {
  return new ProblemError('team-full', `${name} has ${maxPlayers} of ${maxPlayers} players.`);
}
