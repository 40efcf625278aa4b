// Gyre as it ships, on its embedded PostgreSQL, with lobbies that are there already.
import path from 'node:path';
import { games } from '../../../rooms/games.ts';
import { rooms } from '../../../rooms/index.ts';
import { systemClock } from '../../../src/clock.ts';
import { readConfig } from '../../../src/config.ts';
import { AccessTokens } from '../../../src/http/access-tokens.ts';
import { startDatabase } from '../../../src/open-database.ts';
import { createLogger } from '../../../src/ops/logging.ts';
import { startGyre } from '../../../src/start-gyre.ts';
import { newId } from '../../../src/store/ids.ts';
import { childOptions, serveParent } from '../child-side.ts';
import type { LobbiesToOpen, Signed } from '../lobby-load.ts';

const SECRET = 'a secret of comparisons, which is long enough to be taken';

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

/** In one statement each: the query builder would take longer than all that is measured. */
async function addPlayers(all: readonly { readonly id: string; readonly sessionId: string }[]): Promise<void> {
  const ids = all.map(({ id }) => id);
  const playerRows = `insert into players (id, kind, display_name) select id, 'guest', 'Host' from unnest($1::text[]) id`;
  await database.pool.query(playerRows, [ids]);
  const sessionRows = 'insert into sessions (id, player_id) select * from unnest($1::text[], $2::text[])';
  await database.pool.query(sessionRows, [all.map(({ sessionId }) => sessionId), ids]);
}

async function addLobbies(): Promise<void> {
  const [ids, hostIds] = [hosts.map(({ lobbyId }) => lobbyId), hosts.map(({ id }) => id)];
  await database.pool.query(
    `insert into lobbies (id, code, host_id, game, name, start_mode, min_players, max_players, member_count, settings,
       data_public, data_members)
     select id, id, host_id, 'connect-four', 'Lobby', 'host', 2, 2, 1, '{"turnMs": 30000}', '{}', '{}'
     from unnest($1::text[], $2::text[]) lobby (id, host_id)`,
    [ids, hostIds],
  );
  const memberRows = 'insert into lobby_members (lobby_id, player_id) select * from unnest($1::text[], $2::text[])';
  await database.pool.query(memberRows, [ids, hostIds]);
  // As autovacuum would, a minute later.
  await database.pool.query('analyze');
}
