import { WebSocketTransport } from '@colyseus/ws-transport';
import { expect, test } from '@jest/globals';

// The contract with the insides of Colyseus' transport. When an upgrade breaks it, read its WebSocketTransport.ts again
// before anything else: docs say nothing about them.
test('Colyseus’ transport still has the parts that ours is made of', () => {
  const transport = new WebSocketTransport({ noServer: true });
  const own = transport as unknown as Record<string, unknown>;
  expect(own.wss).toMatchObject({ clients: expect.any(Set), options: { noServer: true } });
});
