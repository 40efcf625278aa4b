import type { LobbyState } from '../../protocol/states.ts';
import { requireVersion } from '../http/if-match.ts';
import { ProblemError } from '../http/problem.ts';
import type { Tx } from '../store/transaction.ts';
import { type FullLobby, type Member, memberOf } from './full-lobby.ts';
import { clocksStandStill, isHidden } from './lobby-rules.ts';
import { lockLobby } from './lobby-store.ts';

/** Who may do what, refused in the contract's order: 404, not-member, not-host, 412, then the rule's own. */

/** Who wants something of which lobby. */
export interface LobbyCall {
  readonly lobbyId: string;
  readonly playerId: string;
  /** Version in `If-Match`; null for none. */
  readonly ifMatch: number | null;
}

export function lobbyNotFound(lobbyId: string): ProblemError {
  return new ProblemError('not-found', `There is no lobby ${lobbyId} for you.`);
}

/** Private lobbies, and those without anybody there, exist for their members only. */
export function isVisible(full: FullLobby, playerId: string, now: Date): boolean {
  if (memberOf(full, playerId) !== undefined) return true;
  return !full.lobby.private && !isHidden(full.lobby, now);
}

/** Locks the lobby of a call. @throws ProblemError `not-found` if there is none for the caller */
export async function lockVisible(tx: Tx, { lobbyId, playerId }: LobbyCall, now: Date): Promise<FullLobby> {
  const full = await lockLobby(tx, lobbyId);
  if (full === null || !isVisible(full, playerId, now)) throw lobbyNotFound(lobbyId);
  return full;
}

export function requireMember(full: FullLobby, { playerId, ifMatch }: LobbyCall): Member {
  const member = memberOf(full, playerId);
  if (member === undefined) throw new ProblemError('not-member', `You are not in ${full.lobby.id}.`);
  requireVersion(ifMatch, full.lobby.version);
  return member;
}

export function requireHost(full: FullLobby, call: LobbyCall): Member {
  const member = requireMember(full, { ...call, ifMatch: null });
  if (full.lobby.hostId !== call.playerId) throw new ProblemError('not-host', `The host is ${full.lobby.hostId}.`);
  requireVersion(call.ifMatch, full.lobby.version);
  return member;
}

/** A target of the call that isn't in the lobby. */
export function memberNotFound(lobbyId: string, playerId: string): ProblemError {
  return new ProblemError('not-found', `${playerId} is not in ${lobbyId}.`);
}

export function wrongState(state: LobbyState, detail: string = `The lobby is ${state}.`): ProblemError {
  return new ProblemError('wrong-state', detail, { extensions: { state } });
}

/** While a match is being handed off or played, only what doesn't touch it may change. */
export function requireNoMatch({ lobby }: FullLobby): void {
  if (clocksStandStill(lobby)) throw wrongState(lobby.state);
}
