import type { LobbyCloseReason, LobbySummary, MatchCloseReason } from '../../client-sdk/index.ts';

type LobbyReason = NonNullable<LobbySummary['reason']>;

/** Why a lobby is open again. */
export const LOBBY_REASON_WORDS: Readonly<Record<LobbyReason, string>> = {
  cancelled: 'The host stopped the countdown.',
  'player-left': 'The countdown stopped: a player left or lost the connection.',
  'player-not-ready': 'The countdown stopped: someone isn’t ready any more.',
  'no-capacity': 'The server has no room for another game right now. Try again in a moment.',
  'room-failed': 'The game couldn’t be set up. Please try again.',
  'seat-failed': 'A seat couldn’t be taken. Please try again.',
  'match-abandoned': 'The last game was ended without a result.',
};

/** Why one is out of a lobby; null: one knows. */
export const LOBBY_EXIT_WORDS: Readonly<Record<LobbyCloseReason, string | null>> = {
  left: null,
  kicked: 'The host removed you from the lobby.',
  closed: 'The lobby was closed.',
  expired: 'You were away for too long and lost your place in the lobby.',
  'signed-out': null,
  'client-closed': null,
};

/** Why a game is over for this player; null where the result says it. */
export const MATCH_CLOSE_WORDS: Readonly<Record<MatchCloseReason, string | null>> = {
  finished: null,
  abandoned: 'The game was ended without a result.',
  'incompatible-build': 'The server was updated, and this game can’t go on in the new version.',
  left: 'You have left the game.',
  'seat-given-up': 'You were away for too long and your seat was given up.',
  replaced: 'You are playing this game in another tab or on another device.',
  kicked: 'You were removed from the game.',
  banned: 'You are banned from this service.',
  'signed-out': 'You are signed out.',
  'bad-input': 'The server didn’t accept what this page sent.',
  'too-many-messages': 'This page sent too much at once.',
  'not-found': 'This game doesn’t exist any more.',
  closed: 'The connection was closed.',
};
