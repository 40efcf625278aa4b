/** A page of 20 lobbies as lists show them, for servers that have no lobbies. */

const PAGE_LENGTH = 20;
const AT = '2030-01-01T00:00:00.000Z';

const items = Array.from({ length: PAGE_LENGTH }, (_, i) => ({
  id: `l_01m83sz24v1zsqm3cfchkwb5${i + 10}`,
  version: 3,
  game: 'connect-four',
  name: `Lobby ${i + 1_000}`,
  state: 'open',
  reason: null,
  locked: false,
  private: false,
  hasPassword: false,
  hostId: `p_01m83sz24v1zsqm3cfchkwb5${i + 10}`,
  startMode: 'host',
  minPlayers: 2,
  maxPlayers: 2,
  memberCount: 1,
  openSlots: 1,
  teams: [],
  settings: { turnMs: 30_000 },
  data: { public: {} },
  countdownEndsAt: null,
  matchId: null,
  lastMatchId: null,
  createdAt: AT,
  updatedAt: AT,
}));

export const LOBBY_PAGE = JSON.stringify({ items, nextCursor: 'x'.repeat(95) });
