/** The shapes of the contract, written down once more: exactly these fields, of these formats. */
import { expect } from '@jest/globals';

export const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
export const id = (prefix: string): RegExp => new RegExp(`^${prefix}_[A-Za-z0-9_-]{6,34}$`);

const time = expect.stringMatching(TIME);
const whole = expect.any(Number);
const text = expect.any(String);
const flag = expect.any(Boolean);

const SCOPES = { public: expect.any(Object), members: expect.any(Object) };
const PUBLIC_SCOPE = { public: expect.any(Object) };

/** Who looks at a lobby. */
export type Viewer = 'member' | 'outsider' | 'list';

const LOBBY = {
  id: expect.stringMatching(id('l')),
  version: whole,
  game: text,
  name: text,
  state: expect.stringMatching(/^(open|countdown|starting|in-match|closed)$/),
  locked: flag,
  private: flag,
  hasPassword: flag,
  hostId: expect.stringMatching(id('p')),
  startMode: expect.stringMatching(/^(host|all-ready|instant)$/),
  minPlayers: whole,
  maxPlayers: whole,
  memberCount: whole,
  openSlots: whole,
  teams: expect.any(Array),
  settings: expect.any(Object),
  createdAt: time,
  updatedAt: time,
};
const LOBBY_REASON = /^(cancelled|player-left|player-not-ready|no-capacity|room-failed|seat-failed|match-abandoned)$/;

/** Fails unless `value` is a lobby with all that `viewer` may see, and nothing else. */
export function expectLobby(value: unknown, viewer: Viewer): void {
  const { reason, countdownEndsAt, matchId, lastMatchId, members, ...rest } = value as Record<string, unknown>;
  const isMember = viewer === 'member';
  expect(rest).toEqual({
    ...LOBBY,
    data: isMember ? SCOPES : PUBLIC_SCOPE,
    ...(isMember && { rev: whole, code: expect.stringMatching(/^[A-Z]{6}$/) }),
  });
  expectNullOr(reason, LOBBY_REASON);
  expectNullOr(countdownEndsAt, TIME);
  for (const match of [matchId, lastMatchId]) expectNullOr(match, id('m'));
  if (viewer === 'list') expect(members).toBeUndefined();
  else for (const member of members as unknown[]) expectMember(member, isMember);
}

function expectMember(value: unknown, seesMembersData: boolean): void {
  const { team, ...rest } = value as Record<string, unknown>;
  expectNullOr(team, /./);
  expect(rest).toEqual({
    playerId: expect.stringMatching(id('p')),
    displayName: text,
    ready: flag,
    connected: flag,
    joinedAt: time,
    data: seesMembersData ? SCOPES : PUBLIC_SCOPE,
  });
}

/** Fails unless `value` is a match with exactly the fields of the contract. */
export function expectMatch(value: unknown): void {
  const { reason, lobbyId, startedAt, finishedAt, result, seats, ...rest } = value as Record<string, unknown>;
  expect(rest).toEqual({
    id: expect.stringMatching(id('m')),
    version: whole,
    game: text,
    state: expect.stringMatching(/^(reserved|playing|finished|abandoned)$/),
    settings: expect.any(Object),
  });
  expectNullOr(reason, /^(deploy|incompatible-build|crashed|ended-by-operator)$/);
  expectNullOr(lobbyId, id('l'));
  for (const time of [startedAt, finishedAt]) expectNullOr(time, TIME);
  for (const seat of seats as Record<string, unknown>[]) {
    expect(Object.keys(seat).toSorted()).toEqual(['displayName', 'index', 'isBot', 'playerId', 'team']);
  }
  if (result !== null) expectResult(result);
}

/** A field that is always there: of this format, or null. */
function expectNullOr(value: unknown, pattern: RegExp): void {
  if (value !== null) expect(value).toEqual(expect.stringMatching(pattern));
}

/** Fails unless `value` is a result with exactly the fields of the contract. */
export function expectResult(value: unknown): void {
  const { placements, data, ...rest } = value as Record<string, unknown>;
  expect(rest).toEqual({});
  expect(data).toEqual(expect.any(Object));
  for (const placement of placements as Record<string, unknown>[]) {
    expect(Object.keys(placement).toSorted()).toEqual(['place', 'playerId', 'score', 'seatIndex']);
  }
}

/** Fails unless `value` is a seat's or hub's right of the contract, with a token only if `taken`. */
export function expectGrant(value: unknown, taken: boolean): void {
  const { directAddress, matchId, game, seatIndex, colyseus, ...rest } = value as Record<string, unknown>;
  expect(rest).toEqual({ role: expect.stringMatching(/^(player|spectator|hub)$/), expiresInMs: 60_000 });
  expectNullOr(directAddress, /^[^/]+(\/.*)?$/);
  if (rest.role === 'hub') expect([matchId, game, seatIndex]).toEqual([null, null, null]);
  else expect([matchId, game]).toEqual([expect.stringMatching(id('m')), text]);
  expect(colyseus).toEqual({
    name: text,
    roomId: text,
    sessionId: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
    processId: expect.stringMatching(/^[A-Za-z0-9_-]+$/),
    ...(taken && { reconnectionToken: expect.stringMatching(/^[A-Za-z0-9_-]{43,128}$/) }),
  });
}
