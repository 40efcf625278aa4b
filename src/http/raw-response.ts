/** Answers on a bare socket, where there is no `ServerResponse`: a refused upgrade, a request that can't be parsed. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { asProblemError, problemHeaders, toProblem } from './problem.ts';

export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function rawProblem(error: unknown, requestId: string): RawResponse {
  const problem = asProblemError(error);
  const body = JSON.stringify(toProblem(problem, requestId));
  return { status: problem.status, headers: { ...problemHeaders(problem), 'X-Request-Id': requestId }, body };
}

/** Writes an answer and closes the socket. */
export function endRaw(socket: Duplex, { status, headers, body }: RawResponse): void {
  const all = { ...headers, 'Content-Length': String(Buffer.byteLength(body)), Connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\r\n'), () =>
    socket.destroy(),
  );
}
