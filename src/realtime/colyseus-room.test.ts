import { LocalDriver, LocalPresence, matchMaker, Room } from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { expect, test } from '@jest/globals';
import { RealtimeServer } from '../../tests/support/realtime-server.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { ROOM_INTERNALS } from './colyseus-room.ts';

// The contract with Colyseus' insides. When an upgrade breaks one of these, read its Room.ts, MatchMaker.ts and
// WebSocketTransport.ts again before anything else: docs say nothing about them.

test.each(ROOM_INTERNALS)('Colyseus’ Room still has the method %s, to be overridden', (name) => {
  const prototype = Room.prototype as unknown as Record<string, unknown>;
  expect(typeof prototype[name]).toBe('function');
});

test('Colyseus’ transport still has the parts that ours is made of', () => {
  const transport = new WebSocketTransport({ noServer: true });
  const own = transport as unknown as Record<string, unknown>;
  expect(typeof own.onConnection).toBe('function');
  expect(typeof own.autoTerminateUnresponsiveClients).toBe('function');
  expect(own.wss).toMatchObject({ clients: expect.any(Set), options: { noServer: true } });
});

test('Colyseus still makes a room with a preset id by __init, and disposes of an empty one by disconnect', async () => {
  await matchMaker.setup(new LocalPresence(), new LocalDriver());
  const calls: string[] = [];
  class Plain extends Room {
    constructor() {
      super();
      const own = this as unknown as Record<string, (...args: unknown[]) => unknown>;
      for (const name of ROOM_INTERNALS) {
        const original = own[name]?.bind(this);
        own[name] = (...args) => {
          calls.push(name);
          return original?.(...args);
        };
      }
    }
  }
  matchMaker.defineRoomType('plain', Plain);
  const { roomId } = await matchMaker.handleCreateRoom('plain', {}, undefined, 'm_preset_id');
  expect(roomId).toBe('m_preset_id');
  const room = matchMaker.getLocalRoomById(roomId);
  expect(calls).toEqual(['__init']);
  await room.disconnect();
  expect(matchMaker.getLocalRoomById(roomId)).toBeUndefined();
});

test('a hundred idle rooms own no timer [RM-8]', async () => {
  await using server = await RealtimeServer.start();
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  for (let i = 0; i < 100; i += 1) await server.match();
  // The scheduler, the log and Colyseus' statistics have one each, for all rooms.
  await waitFor(() => timers() < 10, { what: 'quiet' });
  expect(server.host.roomCount).toBe(100);
});
