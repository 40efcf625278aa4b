import { describe, expect, test } from '@jest/globals';
import { CloseCode } from '../../protocol/close-codes.ts';
import { CODE, RawSocket } from '../../tests/support/raw-socket.ts';
import { RealtimeServer, type RealtimeServerOptions, type Seated } from '../../tests/support/realtime-server.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { ProblemError } from '../http/problem.ts';
import { openHub } from './hub.ts';
import type { HubAdmission, HubConnection, HubExit, HubService } from './ports.ts';

const RIGHT = { name: 'hub', roomId: 'hub', processId: 'p' };
const TOKEN = 'T'.repeat(43);

/** What a hub's service is told, and a few requests that it answers. */
class RememberedHub implements HubService {
  readonly connections: HubConnection[] = [];
  readonly exits: [sessionId: string, exit: HubExit][] = [];
  isAway = false;

  async admit(sessionId: string, token: string | null): Promise<HubAdmission | null> {
    if (this.isAway) throw new Error('the database is away');
    if (!sessionId.startsWith('session-of-') || (token !== null && token !== TOKEN)) return null;
    return { playerId: `p_${sessionId.slice(-3)}`, authSessionId: 's_1', reconnectionToken: TOKEN };
  }
  connected(connection: HubConnection): void {
    this.connections.push(connection);
    connection.send('hello', { protocol: 1, playerId: connection.playerId, serverTimeAt: '2030-01-01T00:00:00.000Z' });
    connection.send('lobby', { rev: 1, lobby: null, reason: null });
    connection.send('match', { rev: 1, match: null });
  }
  knows(name: string): boolean {
    return ['echo', 'refuse', 'break'].includes(name);
  }
  async request(_connection: HubConnection, name: string, payload: unknown): Promise<unknown> {
    if (name === 'refuse')
      throw new ProblemError('invalid-filter', 'there is no such field', {
        errors: [{ pointer: '#/where', code: 'unknown-field', detail: 'is unknown' }],
      });
    if (name === 'break') throw new Error('a secret of ours');
    return { items: [payload] };
  }
  disconnected({ sessionId }: HubConnection, exit: HubExit): void {
    this.exits.push([sessionId, exit]);
  }
}

async function start(options: RealtimeServerOptions = {}) {
  const server = await RealtimeServer.start(options);
  const service = new RememberedHub();
  const room = openHub({ service, log: server.log, directory: server.directory });
  const open = (who = 'ann'): Promise<Seated> => server.take({ ...RIGHT, sessionId: `session-of-${who}` });
  return {
    server,
    service,
    room,
    open,
    raw: (who = 'ann') => RawSocket.to(server.endpoint, { roomId: 'hub', sessionId: `session-of-${who}` }),
    async [Symbol.asyncDispose]() {
      room.disconnect();
      await server[Symbol.asyncDispose]();
    },
  };
}

const typesOf = ({ messages }: Seated) => messages.map(([type]) => type);

describe('a hub', () => {
  test('greets with hello, lobby and match on every connect and reconnect of a stock client [HB-1]', async () => {
    await using hub = await start();
    const ann = await hub.open();
    await waitFor(() => ann.messages.length === 3);
    expect(typesOf(ann)).toEqual(['hello', 'lobby', 'match']);
    expect(ann.messages[1]).toEqual(['lobby', { rev: 1, lobby: null, reason: null }]);
    [...hub.room.clients][0]?.ref.terminate();
    await waitFor(() => ann.messages.length === 6);
    expect(typesOf(ann).slice(3)).toEqual(['hello', 'lobby', 'match']);
    expect(hub.service.exits).toEqual([['session-of-ann', 'dropped']]);
  });

  test('sends away who never acknowledges that it is in, and nobody who has [HD-12]', async () => {
    await using hub = await start({ patience: { acknowledgeMs: 200 } });
    const [silent, ready] = [hub.raw('bob'), hub.raw('ann')];
    await waitFor(() => ready.codes.includes(CODE.join));
    ready.acknowledge();
    await waitFor(() => silent.closeCode !== null);
    expect([silent.closeCode, ready.closeCode]).toEqual([CloseCode.comeBack, null]);
    expect(hub.service.connections).toHaveLength(1);
    await waitFor(() => hub.service.exits.length === 1);
  });

  test('answers requests, and rejects with the problem', async () => {
    await using hub = await start();
    const ann = await hub.open();
    expect(await ann.room.request('echo', { a: 1 })).toEqual({ items: [{ a: 1 }] });
    await expect(ann.room.request('refuse')).rejects.toMatchObject({
      name: 'rejected',
      reason: {
        type: '/problems/invalid-filter',
        status: 400,
        code: 'invalid-filter',
        detail: 'there is no such field',
        retryable: false,
        requestId: expect.stringMatching(/^r_/),
        errors: [{ pointer: '#/where', code: 'unknown-field', detail: 'is unknown' }],
      },
    });
    await expect(ann.room.request('break')).rejects.toMatchObject({ reason: { status: 500, code: 'internal' } });
    await expect(ann.room.request('break')).rejects.not.toMatchObject({
      reason: { detail: expect.stringMatching(/secret/) },
    });
    expect(hub.server.log.complaints).toContain('a hub request threw: Error: a secret of ours');
  });

  test('closes whoever sends without asking, or asks for what it doesn’t know, with 4105', async () => {
    await using hub = await start();
    const sends: ((raw: RawSocket) => void)[] = [
      (raw) => raw.data('echo', {}),
      (raw) => raw.request(1, 'fly', {}),
      (raw) => raw.request(1, 'constructor', {}),
      (raw) => raw.request(1, 'echo', 'x'.repeat(9_000)),
      (raw) => raw.send(CODE.request, 1, Buffer.from('\xa4echo\xdf\xff', 'latin1')),
    ];
    const bob = await hub.open('bob');
    for (const send of sends) {
      const raw = hub.raw();
      await waitFor(() => raw.codes.includes(CODE.join));
      raw.acknowledge();
      send(raw);
      expect(await waitFor(() => raw.closeCode)).toBe(CloseCode.badInput);
    }
    expect(await bob.room.request('echo', 1)).toEqual({ items: [1] });
  });

  test('turns away unknown rights with 4109, and sends away to come back while they can’t be checked', async () => {
    await using hub = await start();
    const unknown = RawSocket.to(hub.server.endpoint, { roomId: 'hub', sessionId: 'nobody-knows-me' });
    expect(await waitFor(() => unknown.closeCode)).toBe(CloseCode.noSuchRight);
    hub.service.isAway = true;
    const known = hub.raw();
    expect(await waitFor(() => known.closeCode)).toBe(CloseCode.comeBack);
  });

  test('lets a newer socket of the same right take over; the old one’s end is no drop', async () => {
    await using hub = await start();
    const old = hub.raw();
    await waitFor(() => old.codes.includes(CODE.join));
    const newer = hub.raw();
    expect(await waitFor(() => old.closeCode)).toBe(CloseCode.replaced);
    await waitFor(() => newer.codes.includes(CODE.join) && hub.service.exits.length === 1);
    expect(hub.service.exits).toEqual([['session-of-ann', 'replaced']]);
    expect(newer.closeCode).toBeNull();
  });

  test('tells who leaves for good from who drops, and closes with the code of the service', async () => {
    await using hub = await start();
    const ann = await hub.open();
    expect(await ann.room.leave()).toBe(CloseCode.consented);
    const bob = await hub.open('bob');
    await waitFor(() => bob.messages.length === 3);
    hub.service.connections.at(-1)?.close(CloseCode.signedOut);
    await waitFor(() => bob.left[0] === CloseCode.signedOut);
    await waitFor(() => hub.service.exits.length === 2);
    expect(hub.service.exits).toEqual([
      ['session-of-ann', 'left'],
      ['session-of-bob', 'dropped'],
    ]);
  });

  test('is told to come back when the process stops [ST-8]', async () => {
    await using hub = await start();
    const raw = hub.raw();
    await waitFor(() => raw.codes.includes(CODE.join));
    hub.server.transport.shutdown();
    expect(await waitFor(() => raw.closeCode)).toBe(CloseCode.comeBack);
  });
});
