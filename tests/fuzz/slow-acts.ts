import { CODE } from '../support/raw-socket.ts';
import type { Act } from './act.ts';
import type { BadActor } from './bad-actor.ts';
import type { BareConnection } from './bare-connection.ts';
import { handshake } from './bare-web-socket.ts';
import { Finding, closeOf, outcomeOf } from './outcome.ts';

const TRICKLE_MS = 250;
/** Longer than the server waits for headers (10 s) and for a JOIN's acknowledgement (10 s). */
const PATIENCE_MS = 20_000;
/** Longer than it waits for a whole request (30 s). */
const BODY_PATIENCE_MS = 40_000;

/** Writes a byte at a time, without end, until the server has had enough. */
async function trickle(connection: BareConnection, text: string, patienceMs: number): Promise<string> {
  let at = 0;
  const drip = setInterval(() => {
    connection.write(text[at % text.length] ?? 'x');
    at += 1;
  }, TRICKLE_MS);
  try {
    const outcome = outcomeOf(await connection.answer(patienceMs));
    await connection.over();
    return outcome;
  } finally {
    clearInterval(drip);
  }
}

function opened(actor: BadActor, first: string): BareConnection {
  const connection = actor.connect();
  connection.write(first);
  return connection;
}

/** Clients that write slowly, read nothing, or say nothing. */
export const SLOW_ACTS: readonly Act[] = [
  {
    name: 'slow headers',
    run: (actor) => trickle(opened(actor, 'GET /v1/games HTTP/1.1\r\nHost: x\r\n'), 'X: y\r\n', PATIENCE_MS),
  },
  {
    name: 'a slow handshake',
    run: (actor) => {
      const whole = handshake('/process/hub?sessionId=xxxxxxxxxxxxxxxx');
      return trickle(opened(actor, whole.slice(0, -2)), 'X: y\r\n', PATIENCE_MS);
    },
  },
  {
    name: 'a slow body',
    run: (actor) => {
      const headers = { 'Content-Type': 'application/json', 'Content-Length': 10_000 };
      return trickle(opened(actor, actor.head('POST', '/v1/auth/guest', headers)), ' ', BODY_PATIENCE_MS);
    },
  },
  {
    name: 'a connection without a word',
    run: async (actor) => {
      const connection = actor.connect();
      const answer = await connection.answer(PATIENCE_MS);
      return answer === null ? 'hung up on' : outcomeOf(answer);
    },
  },
  {
    name: 'a JOIN that is never acknowledged',
    run: async (actor) => {
      const right = await actor.right('/v1/hub');
      if (right === null) return 'no right';
      const socket = await actor.upgrade(`/process/hub?sessionId=${right.sessionId}`);
      await socket.hears(CODE.join);
      return closeOf(await socket.closed(PATIENCE_MS));
    },
  },
  {
    name: 'a pipeline whose answers nobody reads',
    run: async (actor) => {
      const connection = actor.connect();
      connection.socket.pause();
      const requests = actor.head('GET', '/v1/openapi.json').repeat(20);
      for (let sent = 0; sent < 20 && connection.socket.writable; sent += 1) connection.write(requests);
      await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS / 2));
      if (connection.socket.destroyed) throw new Finding('reset before it was asked to go');
      connection.hangUp();
      return 'hung up';
    },
  },
];
