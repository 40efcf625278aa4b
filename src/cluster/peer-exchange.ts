import { type Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { MAX_CALL_BYTES } from './peer-wire.ts';
import type { PeerAddress } from './peer-address.ts';
import { readBody } from './read-body.ts';

/** One request to another process. */
export interface Exchange extends PeerAddress {
  readonly agent: Agent;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly timeoutMs: number;
}

export interface PeerReply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** There was no answer. */
export class NoReplyError extends Error {
  override readonly name = 'NoReplyError';
  /** There was a connection: the other side may have got it all. */
  readonly wasSent: boolean;

  constructor(message: string, { wasSent, cause }: { wasSent: boolean; cause?: unknown }) {
    super(message, { cause });
    this.wasSent = wasSent;
  }
}

/** Posts a body and reads the answer. Rejects with a `NoReplyError`. */
export async function exchange({ body, timeoutMs, ...target }: Exchange): Promise<PeerReply> {
  const sent = { was: false };
  const req = request({ ...target, method: 'POST' });
  req.once('socket', (socket) => {
    if (!socket.connecting) sent.was = true;
    else socket.once('connect', () => (sent.was = true));
  });
  const timer = setTimeout(() => req.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    req.end(body);
    const res = await response(req);
    return { status: res.statusCode ?? 0, headers: res.headers, body: await readBody(res, MAX_CALL_BYTES) };
  } catch (error) {
    throw new NoReplyError(error instanceof Error ? error.message : String(error), {
      wasSent: sent.was,
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

function response(req: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // For good: a reset may come after the answer, and after a timeout.
    req.on('error', reject);
    req.once('response', resolve);
  });
}
