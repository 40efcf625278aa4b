/** "Starting it" of the wire contract: what the environment changes, seen from outside. */
import { expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { rooms } from '../../rooms/index.ts';
import { games } from '../../rooms/games.ts';
import { GyreProcess } from '../support/gyre-process.ts';
import { checkAnswer } from './support/answers.ts';
import { expectOk, WireClient } from './support/client.ts';
import { grantOf, hubGrantOf } from './support/player.ts';
import { type Guest, Wire } from './support/wire.ts';

const ALLOWED = 'https://play.example';
const OTHER = 'https://evil.example';

test('[RQ-9] GYRE_ORIGINS narrows who may call and connect; no Origin is always accepted', async () => {
  await using wire = await Wire.open({ games, rooms, env: { GYRE_ORIGINS: `${ALLOWED},https://two.example` } });
  const { url } = wire.gyre;
  const call = async (origin: string | null, path = '/v1/games') =>
    await fetch(url + path, { headers: origin === null ? {} : { Origin: origin } });
  for (const path of ['/v1/games', '/v1/players/me', '/v1/nowhere']) {
    const allowed = await call(ALLOWED, path);
    expect(allowed.headers.get('Access-Control-Allow-Origin')).toBe(ALLOWED);
    expect(allowed.headers.get('Access-Control-Allow-Credentials')).toBeNull();
    expect(allowed.headers.get('Vary')?.toLowerCase()).toContain('origin');
  }
  const other = await call(OTHER);
  expect([null, ALLOWED]).toContain(other.headers.get('Access-Control-Allow-Origin'));
  expect((await call(null)).status).toBe(200);
  const { session } = (await (await fetch(`${url}/v1/auth/guest`, { method: 'POST' })).json()) as Guest['signedIn'];
  const hub = await fetch(`${url}/v1/hub`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${session.accessToken}` },
  });
  const { colyseus } = (await hub.json()) as { colyseus: { processId: string; roomId: string; sessionId: string } };
  const connect = async (origin: string | undefined) => {
    const address = `${wire.gyre.endpoint}/${colyseus.processId}/${colyseus.roomId}?sessionId=${colyseus.sessionId}`;
    const socket = new WebSocket(address, origin === undefined ? {} : { origin });
    const ended = new Promise<string>((resolve) => {
      socket.on('message', () => resolve('open'));
      socket.on('error', () => resolve('refused'));
    });
    const how = await ended;
    socket.terminate();
    return how;
  };
  expect(await connect(OTHER)).toBe('refused');
  expect(await connect(ALLOWED)).toBe('open');
});

test('GYRE_DIRECT_ADDRESS stands in the rights that are handed out', async () => {
  await using wire = await Wire.open({ env: { GYRE_DIRECT_ADDRESS: 'play.example.com/p/a-0' } });
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  const { matchId } = await wire.duel(ann, bob);
  for (const grant of [await grantOf(ann, matchId), await hubGrantOf(ann)]) {
    expect(grant.directAddress).toBe('play.example.com/p/a-0');
    expect(grant.colyseus).not.toHaveProperty('publicAddress');
  }
});

test('[ST-1] a process of its own is ready when /readyz says so, and serves page, SDK and REST on one port', async () => {
  await using gyre = await GyreProcess.start({ entry: 'src/main.ts' });
  const anyone = new WireClient(gyre.endpoint);
  for (const path of [
    '/',
    '/livez',
    '/readyz',
    '/docs',
    '/v1/games',
    '/v1/openapi.json',
    '/sdk/',
    '/problems/kicked',
  ]) {
    const { status } = await anyone.get(path);
    expect([path, status]).toEqual([path, 200]);
  }
  const page = await anyone.get('/');
  expect(page.headers.get('Content-Type')).toMatch(/^text\/html/);
  expect(expectOk(await anyone.post<Guest['signedIn']>('/v1/auth/guest'), 201).player.id).toMatch(/^p_/);
  const missing = await fetch(`${gyre.endpoint}/no-such-file.js`);
  const body: unknown = await missing.json();
  checkAnswer({ status: missing.status, headers: missing.headers, text: '', body, code: null }, '*');
  expect(missing.status).toBe(404);
});

test.each<[string, Record<string, string>]>([
  ['PORT', { PORT: 'many' }],
  ['GYRE_SECRET', { NODE_ENV: 'production', GYRE_SECRET: '', GYRE_RATE_LIMITS: 'on' }],
  ['GYRE_RATE_LIMITS', { NODE_ENV: 'production', GYRE_RATE_LIMITS: 'off' }],
])('[ST-3, ST-7] a wrong %s is refused by name (%j)', async (name, env) => {
  await expect(GyreProcess.start({ entry: 'src/main.ts', env })).rejects.toThrow(
    new RegExp(`ended with 1:[^]*${name}`),
  );
});
