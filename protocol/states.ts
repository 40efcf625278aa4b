/** Closed sets of the contract. An illegal move between states is 409 `wrong-state`. */
export const LOBBY_STATES = ['open', 'countdown', 'starting', 'in-match', 'closed'] as const;
export type LobbyState = (typeof LOBBY_STATES)[number];

/** Why a lobby last fell back to `open`. */
export const LOBBY_REASONS = [
  'cancelled',
  'player-left',
  'player-not-ready',
  'no-capacity',
  'room-failed',
  'seat-failed',
  'match-abandoned',
] as const;
export type LobbyReason = (typeof LOBBY_REASONS)[number];

export const START_MODES = ['host', 'all-ready', 'instant'] as const;
export type StartMode = (typeof START_MODES)[number];

export const MATCH_STATES = ['reserved', 'playing', 'finished', 'abandoned'] as const;
export type MatchState = (typeof MATCH_STATES)[number];

export const ABANDON_REASONS = ['deploy', 'incompatible-build', 'crashed', 'ended-by-operator'] as const;
export type AbandonReason = (typeof ABANDON_REASONS)[number];

/** Why a player is no longer in the lobby, in the hub's `lobby` message. */
export const LOBBY_EXIT_REASONS = ['left', 'kicked', 'closed', 'expired'] as const;
export type LobbyExitReason = (typeof LOBBY_EXIT_REASONS)[number];
