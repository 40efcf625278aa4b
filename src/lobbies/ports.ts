import type { Tx } from '../store/transaction.ts';
import type { LobbyRow } from './full-lobby.ts';

/** What lobbies need of matches. Implemented by `src/matches`; a lobby knows nothing else of a match. */

/** Takes a lobby from the end of its countdown, or from its instant start, to a match. */
export interface HandOff {
  /**
   * The lobby is to start. Runs the hand-off: in its first transaction it calls `LobbyMoves.toStarting`, which
   * judges the start once more, and writes the match's reservation. Returns at once; may be called again for the same
   * start, as after a restart.
   */
  begin(lobbyId: string): void;
}

/** A player who comes while the match is played. */
export interface LateJoiner {
  readonly playerId: string;
  readonly displayName: string;
  /** The team of the new seat, given who is in the match now; null for none. */
  readonly teamAmong: (present: readonly Seated[]) => string | null;
}

/** A place in a match that isn't given up. */
export interface Seated {
  readonly team: string | null;
}

/** What a lobby's change does to its match, in the same transaction. The lobby's row is locked. */
export interface MatchPort {
  /**
   * A member comes while the match (`lobby.matchId`) is played, and gets a seat of its own, which can be taken as soon as
   * this is committed. Call it before players are locked.
   * @returns the seat; null if the player has one
   * @throws ProblemError `lobby-full` if the match has had as many seats as any match may have
   */
  joinMatch(tx: Tx, matchId: string, joiner: LateJoiner): Promise<Seated | null>;
  /** The lobby became private, or is it no longer: matches of private lobbies can't be watched. */
  setPrivate(tx: Tx, matchId: string, isPrivate: boolean): Promise<void>;
  /** A member left the lobby during play: the seat is given up. Nothing happens if the player has no seat. */
  leaveMatch(tx: Tx, playerId: string, matchId: string): Promise<void>;
  /**
   * A member left while the match was being handed off: abandons the match (`lobby.matchId`) and drops its room. The
   * caller puts the lobby back to `open` itself.
   */
  failHandOff(tx: Tx, lobby: LobbyRow, reason: 'player-left'): Promise<void>;
}
