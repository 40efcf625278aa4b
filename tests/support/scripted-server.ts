/** A real HTTP server that answers by a script: for clients, and what they do about answers that are hard to provoke. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
/** `reset`: the connection breaks before an answer. */
export type Script = (call: Call) => Answer | 'reset' | Promise<Answer | 'reset'>;

export interface ScriptedServer extends AsyncDisposable {
  readonly url: string;
  /** What was asked so far. */
  readonly calls: readonly Call[];
}

export async function scriptedServer(script: Script): Promise<ScriptedServer> {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => void reply());
    const reply = async (): Promise<void> => {
      const text = Buffer.concat(parts).toString();
      const body: unknown = text === '' ? null : JSON.parse(text);
      const call = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
      calls.push(call);
      const answer = await script(call);
      if (answer === 'reset') request.socket.destroy();
      else {
        response.writeHead(answer.status, { 'Content-Type': 'application/json', ...answer.headers });
        response.end(typeof answer.body === 'string' ? answer.body : answer.body && JSON.stringify(answer.body));
      }
    };
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** A problem+json answer. */
export function problem(code: string, status: number, more: Readonly<Record<string, unknown>> = {}): Answer {
  const retryable = status === 429 || status === 503 || code === 'idempotency-in-progress';
  const body = {
    type: `/problems/${code}`,
    title: code,
    status,
    code,
    detail: `because of ${code}`,
    requestId: 'r_12345678',
    retryable,
    errors: [],
    ...more,
  };
  return { status, body, headers: { 'Content-Type': 'application/problem+json', 'X-Request-Id': 'r_12345678' } };
}
