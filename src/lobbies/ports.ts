import type { Tx } from '../store/transaction.ts';
import type { LobbyRow } from './full-lobby.ts';

/** What lobbies need of matches. Implemented by `src/matches`; a lobby knows nothing else of a match. */

/** Takes a lobby from the end of its countdown to a match. */
export interface HandOff {
  /**
   * The lobby's countdown is over. Runs the hand-off: in its first transaction it calls `LobbyMoves.toStarting`, which
   * judges the start once more, and writes the match's reservation. Returns at once; may be called again for the same
   * countdown, as after a restart.
   */
  begin(lobbyId: string): void;
}

/** What a lobby's change does to its match, in the same transaction. The lobby's row is locked. */
export interface MatchPort {
  /** A member left the lobby during play: the seat is given up. Nothing happens if the player has no seat. */
  leaveMatch(tx: Tx, playerId: string, matchId: string): Promise<void>;
  /**
   * A member left while the match was being handed off: abandons the match (`lobby.matchId`) and drops its room. The
   * caller puts the lobby back to `open` itself.
   */
  failHandOff(tx: Tx, lobby: LobbyRow, reason: 'player-left'): Promise<void>;
}
