// The least that a server of lists can do, by three frameworks as their documentation has them: one page that is ready,
// for anyone, with the two headers that it can't do without.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { fastify } from 'fastify';
import { childOptions, serveParent } from '../child-side.ts';
import { LOBBY_PAGE } from './lobby-page.ts';

const PATH = '/v1/lobbies';
const bytes = Buffer.from(LOBBY_PAGE);
const HEADERS = { 'Content-Type': 'application/json', 'Content-Length': bytes.length };

const servers: Readonly<Record<string, () => Promise<number>>> = {
  'node:http': async () => {
    const server = createServer((_request, response) => response.writeHead(200, HEADERS).end(bytes));
    return await new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
  },
  Fastify: async () => {
    const app = fastify();
    app.get(PATH, (_request, reply) => reply.headers(HEADERS).send(bytes));
    await app.listen({ port: 0, host: '127.0.0.1' });
    return (app.server.address() as AddressInfo).port;
  },
  'Express 5': async () => {
    const app = express();
    app.get(PATH, (_request, response) => {
      response.set('Content-Type', 'application/json').send(bytes);
    });
    return await new Promise((resolve) => {
      const server = app.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
  },
};

const { framework } = childOptions() as { framework: string };
const listen = servers[framework];
if (!listen) throw new Error(`There is no ${framework} here.`);
serveParent({ ready: { port: await listen() } });
