import type { LobbyReason } from '../../protocol/states.ts';
import type { Tx } from '../store/transaction.ts';

/** What matches need of lobbies. Implemented by `src/lobbies`; each call locks the lobby's row first. */
export interface LobbyMoves {
  /**
   * The end of a countdown, or an `instant` start: judges the start once more and moves the lobby to `starting`, with
   * `matchId` to be played.
   * @returns who plays what; null if there is no start (the lobby is elsewhere, or was just put back to `open`)
   */
  toStarting(tx: Tx, lobbyId: string, matchId: string): Promise<Start | null>;
  /** `starting` → `in-match`. @returns false if the lobby isn't starting this match */
  toInMatch(tx: Tx, lobbyId: string, matchId: string): Promise<boolean>;
  /** `starting` → `open`, marks kept. Nothing happens to a lobby that isn't starting this match. */
  backToOpen(tx: Tx, lobbyId: string, matchId: string, reason: LobbyReason): Promise<void>;
  /** The match is over: `in-match` → `open`. Nothing happens to a lobby that isn't in this match. */
  afterMatch(tx: Tx, lobbyId: string, matchId: string, reason: 'match-abandoned' | null): Promise<void>;
}

/** What a match is made of. */
export interface Start {
  readonly game: string;
  readonly private: boolean;
  /** Defaults filled in. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Connected members in the order of their joining, teams spread: seat 0 comes first. */
  readonly players: readonly {
    readonly playerId: string;
    readonly displayName: string;
    readonly team: string | null;
  }[];
}

/** Who learns that a player's socket opened or closed. */
export interface PresencePort {
  socket(playerId: string, openSockets: 1 | -1): void;
}
