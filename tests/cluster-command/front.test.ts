import { once } from 'node:events';
import { createServer as createHttpServer, get } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { Front, type FrontTarget } from '../../scripts/cluster/front.ts';
import { freePorts } from '../../scripts/cluster/free-ports.ts';
import { waitFor } from '../support/wait-for.ts';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each[Symbol.asyncDispose]();
});

/** A server that says its name to whoever asks, and echoes on WebSockets. */
async function target(name: string): Promise<FrontTarget & { isReady: boolean; readonly stop: () => Promise<void> }> {
  const server = createHttpServer((_req, res) => res.end(name));
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) =>
    socket.on('message', (text) => socket.send(`${name} heard ${(text as Buffer).toString()}`)),
  );
  const stop = async () => {
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    if (server.listening) await once(server.close(), 'close');
  };
  open.push({ [Symbol.asyncDispose]: stop });
  return { port: await listening(server), isReady: true, stop };
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function frontOf(targets: readonly FrontTarget[]): Promise<Front> {
  const front = await Front.listen({ port: 0, host: '127.0.0.1', targets: () => targets });
  open.push(front);
  return front;
}

/** Who answers on a new connection. */
async function ask({ port }: Front): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  get({ port, host: '127.0.0.1', agent: false }, (res) => {
    res
      .setEncoding('utf8')
      .toArray()
      .then((parts) => resolve(parts.join('')), reject);
  }).on('error', reject);
  return await promise;
}

test('[CL-54] connections go to the processes in turn', async () => {
  const front = await frontOf([await target('a'), await target('b'), await target('c')]);
  const answers: string[] = [];
  for (let n = 0; n < 6; n += 1) answers.push(await ask(front));
  expect(answers.join('')).toBe('abcabc');
});

test('[CL-54] a process that refuses is passed by, and no connection is lost', async () => {
  const [a, b] = [await target('a'), await target('b')];
  const front = await frontOf([a, b]);
  await a.stop();
  for (let n = 0; n < 4; n += 1) expect(await ask(front)).toBe('b');
});

test('[CL-54] one that is not ready is asked last', async () => {
  const [a, b] = [await target('a'), await target('b')];
  const front = await frontOf([a, b]);
  a.isReady = false;
  for (let n = 0; n < 3; n += 1) expect(await ask(front)).toBe('b');
  await b.stop();
  expect(await ask(front)).toBe('a');
});

test('[CL-54] where nobody takes a connection it is closed at once', async () => {
  const [port = 0] = await freePorts(1);
  const front = await frontOf([{ port, isReady: true }]);
  await expect(ask(front)).rejects.toThrow(/ECONNRESET|hang up/);
  await expect(ask(await frontOf([]))).rejects.toThrow(/ECONNRESET|hang up/);
});

test('[CL-54] WebSockets go through, and end when their process does', async () => {
  const [a, b] = [await target('a'), await target('b')];
  const front = await frontOf([a, b]);
  const socket = new WebSocket(`ws://127.0.0.1:${front.port}/any`);
  await once(socket, 'open');
  socket.send('hello');
  expect(String((await once(socket, 'message'))[0])).toBe('a heard hello');
  expect(front.openTo(a.port)).toBe(1);
  await a.stop();
  expect((await once(socket, 'close'))[0]).toBe(1006);
  await waitFor(() => front.openTo(a.port) === 0, { what: 'the end of the connection' });
});

/** A raw server that hands over its connections. */
async function rawTarget(): Promise<{ readonly target: FrontTarget; readonly accept: () => Promise<Socket> }> {
  const server = createServer({ allowHalfOpen: true });
  const all: Socket[] = [];
  const accepted: Socket[] = [];
  server.on('connection', (socket) => {
    all.push(socket);
    accepted.push(socket.on('error', () => undefined));
  });
  open.push({
    [Symbol.asyncDispose]: async () => {
      for (const socket of all) socket.destroy();
      await once(server.close(), 'close');
    },
  });
  const port = await listening(server);
  return {
    target: { port, isReady: true },
    accept: () => waitFor(() => accepted.shift(), { what: 'a connection' }),
  };
}

async function client({ port }: Front): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => undefined);
  open.push({ [Symbol.asyncDispose]: async () => void socket.destroy() });
  await once(socket, 'connect');
  return socket;
}

test('[CL-54] an end that has said everything still hears the other', async () => {
  const { target: one, accept } = await rawTarget();
  const front = await frontOf([one]);
  const near = await client(front);
  near.end('all that I say');
  const far = await accept();
  expect((await far.setEncoding('utf8').toArray()).join('')).toBe('all that I say');
  far.end('the answer, after your goodbye');
  expect((await near.setEncoding('utf8').toArray()).join('')).toBe('the answer, after your goodbye');
  await waitFor(() => front.openTo(one.port) === 0, { what: 'the end of the connection' });
});

test('[CL-54] an end that breaks breaks the other', async () => {
  const { target: one, accept } = await rawTarget();
  const front = await frontOf([one]);
  const near = await client(front);
  (await accept()).resetAndDestroy();
  await waitFor(() => near.closed, { what: 'the broken near end' });
  const other = await client(front);
  const before = await accept();
  other.resetAndDestroy();
  await waitFor(() => before.closed, { what: 'the broken far end' });
  await waitFor(() => front.openTo(one.port) === 0, { what: 'the end of both' });
});

test('[CL-54] what is large arrives whole, both ways', async () => {
  const { target: one, accept } = await rawTarget();
  const front = await frontOf([one]);
  const near = await client(front);
  const sent = Buffer.alloc(8_000_000, 'gyre');
  near.end(sent);
  const far = await accept();
  const heard = Buffer.concat(await far.toArray());
  expect(heard.equals(sent)).toBe(true);
  far.end(heard);
  expect(Buffer.concat(await near.toArray()).equals(sent)).toBe(true);
});
