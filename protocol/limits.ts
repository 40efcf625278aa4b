/** Numbers of the wire contract. This file imports nothing, so that load scripts can read it by its path. */

/** Version of the wire contract, sent as `X-Gyre-Protocol` and in `hello` and `welcome`. */
export const PROTOCOL_VERSION = 1;

/** Ids of every kind: opaque, time-ordered, with a prefix for the kind. */
export const ID_PATTERN = '^[A-Za-z0-9_-]{8,36}$';
/** Reconnection tokens, as stock SDKs put them into a URL without escaping. */
export const RECONNECTION_TOKEN_PATTERN = '^[A-Za-z0-9_-]{43,128}$';

export const MAX_BODY_BYTES = 64 * 1024;
export const MAX_ROOM_MESSAGE_BYTES = 8 * 1024;
export const MAX_ROOM_MESSAGES_PER_SECOND = 60;
/** Replies a seat keeps in the commit record, to answer a repeated input. */
export const REPLIES_KEPT_PER_SEAT = 32;

export const PAGE_LIMIT_DEFAULT = 20;
export const PAGE_LIMIT_MAX = 100;
export const MAX_IN_VALUES = 20;

export const DISPLAY_NAME_MAX = 24;
export const LOBBY_NAME_MAX = 40;
export const LOBBY_PASSWORD_MAX = 64;
export const LOBBY_CODE_LENGTH = 6;
/** Letters of a lobby code: A–Z without the lookalikes I and O. */
export const LOBBY_CODE_LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
export const LOBBY_DATA_MAX_BYTES = 4 * 1024;
export const CHAT_TEXT_MAX = 500;

export const COUNTDOWN_DEFAULT_MS = 3_000;
export const COUNTDOWN_MAX_MS = 10_000;

export const ACCESS_TOKEN_MS = 15 * 60_000;
export const REFRESH_TOKEN_MS = 30 * 24 * 3_600_000;
/** How long the last refresh token may be presented again after its rotation. */
export const REFRESH_GRACE_MS = 30_000;

/** A seat or hub right that was handed out is good for this long until it is first used. */
export const SEAT_RIGHT_MS = 60_000;
/** A seat of an opened match that nobody takes in this time is given up. */
export const SEAT_TAKE_MS = 30_000;
export const RECONNECT_GRACE_DEFAULT_MS = 60_000;
/** Seats that a match may have had in all: who leaves and joins again gets another. */
export const MATCH_SEATS_MAX = 250;
/** Of them, those that one player may have had: leaving and joining again for ever would take them all. */
export const PLAYER_SEATS_MAX = 10;

/** Without an open socket, a player counts as connected for this long after the last sign of life. */
export const CONNECTED_AFTER_SIGN_MS = 15_000;
/** A member without a sign of life is removed after this long, while another is connected. */
export const MEMBER_EXPIRES_MS = 60_000;
export const LOBBY_HIDDEN_AFTER_MS = 30_000;
export const LOBBY_EXPIRES_MS = 10 * 60_000;

export const IDEMPOTENCY_KEPT_MS = 24 * 3_600_000;
export const IDEMPOTENCY_KEY_PATTERN = '^[\\x21-\\x7e]{1,64}$';

/** A request limit: `burst` at once, refilled at `count` in `perMs`. */
export interface RateLimit {
  readonly count: number;
  readonly perMs: number;
  readonly burst: number;
}

/** Limits per player; per address the same, times {@link ADDRESS_LIMIT_FACTOR}. */
export const RATE_LIMITS = {
  list: { count: 1, perMs: 1_000, burst: 5 },
  create: { count: 2, perMs: 6_000, burst: 2 },
  join: { count: 1, perMs: 1_000, burst: 5 },
  update: { count: 5, perMs: 5_000, burst: 5 },
  wrongSecret: { count: 5, perMs: 60_000, burst: 5 },
} as const satisfies Record<string, RateLimit>;
export type RateLimitName = keyof typeof RATE_LIMITS;
export const ADDRESS_LIMIT_FACTOR = 30;

/** Watched lobby pages are pushed at most this often, per connection. */
export const LOBBIES_PUSH_PER_SECOND = 4;
