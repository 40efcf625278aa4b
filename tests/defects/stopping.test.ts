import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { CloseCode } from '../../protocol/close-codes.ts';
import { games } from '../../rooms/games.ts';
import { rooms } from '../../rooms/index.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/ops/logging.ts';
import { LocalRoomHost } from '../../src/realtime/local-room-host.ts';
import { startGyre } from '../../src/start-gyre.ts';
import { playConnectFour } from '../cluster/stock-players.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { waitFor } from '../support/wait-for.ts';

// The stock SDK tells of its reconnections on the console.
for (const method of ['info', 'warn', 'error'] as const) jest.spyOn(console, method).mockImplementation(() => {});

const SECRET = 'a secret of tests, which is long enough for anyone';

test('[HD-11] a room that hangs while it is parked does not hold up a stop: not ready at once, sockets told to come back, an end in time', async () => {
  await using database = await createTestDatabase();
  const dataDir = await mkdtemp(path.join(tmpdir(), 'gyre-stopping-'));
  const env = { PORT: '0', HOST: '127.0.0.1', DATABASE_URL: database.url, GYRE_DATA_DIR: dataDir };
  const config = { ...readConfig({ ...env, GYRE_SECRET: SECRET, GYRE_RATE_LIMITS: 'off' }), secret: SECRET };
  const gyre = await startGyre({
    games,
    rooms,
    config,
    log: createLogger('silent'),
    build: 'test',
    onFenced: () => {},
  });
  const endpoint = `http://127.0.0.1:${gyre.port}`;
  const { seats } = await playConnectFour({ endpoint, beforeEnd: [] });
  for (const { room } of seats) room.reconnection.enabled = false;
  expect((await fetch(`${endpoint}/readyz`)).status).toBe(200);

  const parking = jest.spyOn(LocalRoomHost.prototype, 'park').mockReturnValue(new Promise(() => {}));
  const stopped = gyre.stop();
  for (const where of ['/readyz', '/v1/games']) {
    const answer = await fetch(endpoint + where);
    expect([where, answer.status, await answer.json()]).toMatchObject([where, 503, { code: 'draining' }]);
  }
  expect(await stopped).toEqual(['parking the matches']);
  await waitFor(() => seats.every(({ events }) => events.length > 0));
  expect(seats.map(({ events }) => events[0])).toEqual(seats.map(() => `drop ${CloseCode.comeBack}`));
  await expect(fetch(`${endpoint}/livez`)).rejects.toThrow('fetch failed');
  parking.mockRestore();
  await rm(dataDir, { recursive: true, force: true });
}, 30_000);
