/** What requests and answers look like, for those operations that a client meets first. */
import type { Lobby, LobbyCreate, LobbyJoin, StartRequest } from '../../../protocol/lobbies.ts';
import type { SeatGrant, SeatRequest } from '../../../protocol/matches.ts';
import type { GuestSignIn, SignedIn } from '../../../protocol/players.ts';
import type { Page } from '../../../protocol/shapes.ts';

/** Of one operation; the answer stands at each of its successes. */
export interface OperationExample {
  readonly request?: unknown;
  readonly answer: unknown;
}

const ANN = 'p_4fT9xQ2LmZ8c';
const BOB = 'p_Jw71sVnE0yKd';
const CREATED_AT = '2026-03-01T18:00:00.000Z';

const member = (playerId: string, displayName: string) => ({
  playerId,
  displayName,
  ready: false,
  team: null,
  connected: true,
  joinedAt: CREATED_AT,
  data: { public: {}, members: {} },
});

const LISTED: Lobby = {
  id: 'l_b6Yc0RkHq3Xu',
  version: 1,
  game: 'my-game',
  name: 'Ann’s lobby',
  state: 'open',
  reason: null,
  locked: false,
  private: false,
  hasPassword: false,
  hostId: ANN,
  startMode: 'host',
  minPlayers: 2,
  maxPlayers: 4,
  memberCount: 1,
  openSlots: 3,
  teams: [],
  settings: {},
  data: { public: { level: 'beginners' } },
  countdownEndsAt: null,
  matchId: null,
  lastMatchId: null,
  createdAt: CREATED_AT,
  updatedAt: CREATED_AT,
};
const CREATED: Lobby = { ...LISTED, rev: 1, code: 'KQMXTR', members: [member(ANN, 'Ann')] };
const JOINED: Lobby = {
  ...CREATED,
  version: 2,
  memberCount: 2,
  openSlots: 2,
  members: [member(ANN, 'Ann'), member(BOB, 'Bob')],
};
const COUNTING: Lobby = { ...JOINED, version: 3, state: 'countdown', countdownEndsAt: '2026-03-01T18:00:08.000Z' };

const SIGNED_IN: SignedIn = {
  player: { id: ANN, displayName: 'Ann', kind: 'guest', createdAt: CREATED_AT, lobbyId: null, matchId: null },
  session: {
    accessToken: '<access token>',
    expiresInMs: 900_000,
    refreshToken: '<refresh token>',
    refreshExpiresInMs: 2_592_000_000,
  },
};
const SEAT: SeatGrant = {
  role: 'player',
  matchId: 'm_V5pG8dWzN1ta',
  game: 'my-game',
  seatIndex: 0,
  expiresInMs: 300_000,
  directAddress: null,
  colyseus: {
    name: 'my-game',
    roomId: 'm_V5pG8dWzN1ta',
    sessionId: '<session id>',
    processId: 'i_3nLr6UoTq9Bv',
    reconnectionToken: '<reconnection token>',
  },
};

/** By method and path, as in the table of routes. */
export const EXAMPLES: Readonly<Record<string, OperationExample>> = {
  'POST /v1/auth/guest': {
    request: { deviceKey: 'a-random-text-of-32-to-128-characters', displayName: 'Ann' } satisfies GuestSignIn,
    answer: SIGNED_IN,
  },
  'GET /v1/lobbies': { answer: { items: [LISTED], nextCursor: null } satisfies Page<Lobby> },
  'POST /v1/lobbies': {
    request: { game: 'my-game', maxPlayers: 4, data: { public: { level: 'beginners' } } } satisfies LobbyCreate,
    answer: CREATED,
  },
  'PUT /v1/lobbies/{id}/members/{playerId}': { request: { code: 'KQMXTR' } satisfies LobbyJoin, answer: JOINED },
  'POST /v1/lobbies/{id}/start': { request: { countdownMs: 3_000 } satisfies StartRequest, answer: COUNTING },
  'POST /v1/matches/{id}/seat': { request: { spectate: false } satisfies SeatRequest, answer: SEAT },
};
