// Gyre as it ships, on its embedded PostgreSQL, with lobbies that are there already.
import path from 'node:path';
import { games } from '../../../rooms/games.ts';
import { rooms } from '../../../rooms/index.ts';
import { systemClock } from '../../../src/clock.ts';
import { readConfig } from '../../../src/config.ts';
import { AccessTokens } from '../../../src/http/access-tokens.ts';
import type { LobbyRow } from '../../../src/lobbies/full-lobby.ts';
import { startDatabase } from '../../../src/open-database.ts';
import { createLogger } from '../../../src/ops/logging.ts';
import { startGyre } from '../../../src/start-gyre.ts';
import { newId } from '../../../src/store/ids.ts';
import { lobbies, lobbyMembers, players, sessions } from '../../../src/store/schema.ts';
import { childOptions, serveParent } from '../child-side.ts';
import type { LobbiesToOpen, Signed } from '../lobby-load.ts';

const SECRET = 'a secret of comparisons, which is long enough to be taken';
const ROWS_AT_A_TIME = 1_000;

const { dataDir, open, signed } = childOptions() as LobbiesToOpen;
const env = { HOST: '127.0.0.1', PORT: '0', GYRE_SECRET: SECRET, GYRE_RATE_LIMITS: 'off', GYRE_LOG_LEVEL: 'warn' };
const log = createLogger('warn');
const config = { ...readConfig({ ...env, GYRE_DATA_DIR: path.join(dataDir, 'database') }), secret: SECRET };
const database = await startDatabase(config, log);
const hosts = Array.from({ length: open }, () => ({ id: newId('p'), sessionId: newId('s'), lobbyId: newId('l') }));
const others = Array.from({ length: signed }, () => ({ id: newId('p'), sessionId: newId('s') }));
await addPlayers([...hosts, ...others]);
await addLobbies();

const gyre = await startGyre({
  games,
  rooms,
  config: {
    ...readConfig({ ...env, GYRE_DATA_DIR: path.join(dataDir, 'matches'), DATABASE_URL: database.url }),
    secret: SECRET,
  },
  log,
  build: 'bench',
  onFenced: () => process.exit(1),
});
const tokens = new AccessTokens(SECRET, systemClock);

serveParent({
  ready: { port: gyre.port },
  asks: {
    /** Players without a lobby, and hosts of the newest lobbies. */
    signed: (count: number): Signed => ({
      players: others.map((other) => tokens.issue(other)),
      hosts: hosts.slice(-count).map((host) => ({ token: tokens.issue(host), lobbyId: host.lobbyId })),
    }),
    /** As another process would: Gyre isn't told. */
    rename: async ({ lobbyId, name }: { lobbyId: string; name: string }) => {
      await database.pool.query('update lobbies set name = $1, version = version + 1 where id = $2', [name, lobbyId]);
    },
  },
  onStop: async () => {
    await gyre.stop();
    await database.stop();
  },
});

async function addPlayers(all: readonly { readonly id: string; readonly sessionId: string }[]): Promise<void> {
  for (const some of inPieces(all)) {
    await database.db
      .insert(players)
      .values(some.map(({ id }) => ({ id, kind: 'guest' as const, displayName: 'Host' })));
    await database.db.insert(sessions).values(some.map(({ id, sessionId }) => ({ id: sessionId, playerId: id })));
  }
}

async function addLobbies(): Promise<void> {
  for (const some of inPieces(hosts)) {
    await database.db.insert(lobbies).values(some.map(({ id, lobbyId }, i) => lobbyOf(id, lobbyId, i)));
    await database.db.insert(lobbyMembers).values(some.map(({ id, lobbyId }) => ({ playerId: id, lobbyId })));
  }
}

function lobbyOf(hostId: string, id: string, index: number): typeof lobbies.$inferInsert {
  const game = 'connect-four';
  const places = { minPlayers: 2, maxPlayers: 2, memberCount: 1 };
  const data: Pick<LobbyRow, 'settings' | 'dataPublic' | 'dataMembers'> = {
    settings: { turnMs: 30_000 },
    dataPublic: {},
    dataMembers: {},
  };
  return { id, hostId, game, name: `Lobby ${index}`, code: newId('l'), startMode: 'host', ...places, ...data };
}

function* inPieces<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let from = 0; from < rows.length; from += ROWS_AT_A_TIME) yield rows.slice(from, from + ROWS_AT_A_TIME);
}
