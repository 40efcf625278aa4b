import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, jest, test } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { waitFor } from '../../tests/support/wait-for.ts';
import { GyreWebSocket } from './gyre-web-socket.ts';
import { frameOf } from './web-socket-frame.ts';

// The contract with `ws`: frames are written past it, onto the connection that it writes on itself. When an upgrade breaks one
// of these, read its Sender and its `WebSocket.close` again.

/** Both ends of a WebSocket, and all that the client was told, in order. */
async function open() {
  const sockets = new WebSocketServer({ noServer: true, WebSocket: GyreWebSocket });
  const http = createServer();
  const arrived = new Promise<{ server: GyreWebSocket; connection: Socket }>((resolve) => {
    http.on('upgrade', (request, connection: Socket, head) => {
      sockets.handleUpgrade(request, connection, head, (server) => {
        server.useConnection(connection);
        resolve({ server, connection });
      });
    });
  });
  await new Promise<void>((listening) => {
    http.listen(0, '127.0.0.1', listening);
  });
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  const heard: string[] = [];
  client.on('message', (data: Buffer) => heard.push(data.length > 100 ? `${data.length}` : data.toString()));
  client.on('ping', (data) => heard.push(`ping ${data.toString()}`));
  client.on('close', (code) => heard.push(`close ${code}`));
  await once(client, 'open');
  return {
    ...(await arrived),
    client,
    heard,
    [Symbol.asyncDispose]: async (): Promise<void> => {
      client.terminate();
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

const text = (said: string) => frameOf(Buffer.from(said));

test('frames of all lengths come as the messages that they hold', async () => {
  await using both = await open();
  const lengths = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000];
  const got: Buffer[] = [];
  both.client.on('message', (data: Buffer) => got.push(data));
  for (const length of lengths) both.server.sendFrame(frameOf(Buffer.alloc(length, length)));
  await waitFor(() => got.length === lengths.length);
  expect(got.every((message, index) => message.equals(Buffer.alloc(lengths[index] ?? -1, lengths[index])))).toBe(true);
});

test('frames keep their order among pings, one by one and together, small and large', async () => {
  await using both = await open();
  const { server, heard } = both;
  server.sendFrame(text('1'));
  server.ping(Buffer.from('2'));
  server.sendFrames([text('3'), text('4')]);
  server.sendFrame(text('5'));
  server.sendFrames([text('6'), frameOf(Buffer.alloc(40_000)), text('7')]);
  server.ping(Buffer.from('8'));
  server.sendFrames([]);
  server.sendFrame(text('9'));
  await waitFor(() => heard.length === 10);
  expect(heard).toEqual(['1', 'ping 2', '3', '4', '5', '6', '40000', '7', 'ping 8', '9']);
});

test('nothing is sent once the closing has begun, by whichever side', async () => {
  await using ours = await open();
  ours.server.sendFrame(text('before'));
  ours.server.close(4010);
  ours.server.sendFrame(text('after'));
  ours.server.sendFrames([text('after'), text('that')]);
  await waitFor(() => ours.heard.includes('close 4010'));
  expect(ours.heard).toEqual(['before', 'close 4010']);

  await using theirs = await open();
  const closed = once(theirs.server, 'close');
  theirs.client.close(4000);
  await closed;
  expect(() => theirs.server.sendFrame(text('after'))).not.toThrow();
  await waitFor(() => theirs.heard.length > 0);
  expect(theirs.heard).toEqual(['close 4000']);
});

test('what waits for a slow reader is counted', async () => {
  await using both = await open();
  const { server, client } = both;
  client.pause();
  const frame = frameOf(Buffer.alloc(1024 * 1024));
  // The kernel takes some megabytes before anything waits with us.
  await waitFor(() => {
    server.sendFrame(frame);
    return server.waitingBytes > frame.length;
  });
  const before = server.waitingBytes;
  server.ping(Buffer.alloc(100));
  expect(server.waitingBytes).toBeGreaterThanOrEqual(before + 100);
  expect(server.waitingBytes).toBe(server.bufferedAmount);
  client.resume();
  await waitFor(() => server.waitingBytes === 0);
});

test('a frame that the kernel takes only in part comes whole, and in order with what follows', async () => {
  await using both = await open();
  const { server, client } = both;
  const got: string[] = [];
  client.on('message', (data: Buffer) => got.push(`${data.readUInt32BE(0)} ${data.length}`));
  const sent: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    client.pause();
    // Sizes that end anywhere in what is left of the kernel's room, until something waits with us.
    while (server.waitingBytes === 0) {
      const message = Buffer.alloc(50_000 + ((sent.length * 7_919) % 100_000));
      message.writeUInt32BE(sent.length, 0);
      sent.push(`${sent.length} ${message.length}`);
      server.sendFrame(frameOf(message));
    }
    client.resume();
    await waitFor(() => got.length === sent.length);
  }
  expect(got).toEqual(sent);
});

test('what `ws` writes itself is the closing frame alone', async () => {
  await using both = await open();
  const { connection, server, client, heard } = both;
  const written = jest.spyOn(connection, 'write');
  client.ping('are you there?');
  server.pong(Buffer.from('yes'));
  server.ping();
  server.sendFrame(text('1'));
  await waitFor(() => heard.length === 2);
  expect(written).not.toHaveBeenCalled();
  expect(() => server.send()).toThrow('sendFrame');
  server.close(4010);
  await waitFor(() => heard.includes('close 4010'));
  expect(written).toHaveBeenCalled();
});

test('a plain connection is written by its descriptor, which Node still has; nothing of it passes the stream', async () => {
  await using both = await open();
  const { connection, server, heard } = both;
  const before = connection.bytesWritten;
  server.sendFrame(text('1'));
  await waitFor(() => heard.length === 1);
  expect(connection.bytesWritten).toBe(before);
});

test('a connection that is gone is never written by the descriptor that it had, not even in the same moment', async () => {
  await using both = await open();
  const { connection, server } = both;
  const { outlet } = server;
  expect(outlet?.writeDirectly(text('here'))).toBe(true);
  connection.destroy();
  expect([server.readyState, outlet?.writeDirectly(text('lost'))]).toEqual([WebSocket.OPEN, false]);
  server.sendFrame(text('lost'));
  await waitFor(() => server.readyState === server.CLOSED);
  expect(both.heard).toEqual(expect.not.arrayContaining(['lost']));
});

test('a connection whose other side has ended is not written to any more', async () => {
  await using both = await open();
  const { connection, server } = both;
  const wrote: unknown[] = [];
  connection.once('end', () => wrote.push(server.outlet?.writeDirectly(text('late'))));
  (both.client as unknown as { _socket: Socket })._socket.end();
  await waitFor(() => wrote.length === 1);
  expect(wrote).toEqual([false]);
});

test('no compression is agreed on: it would keep frames back', async () => {
  await using both = await open();
  expect([both.server.extensions, both.client.extensions]).toEqual(['', '']);
});
