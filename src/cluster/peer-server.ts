import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { PeerGate, PipedUpgrade } from '../http/peer-gate.ts';
import type { ClusterLog } from './cluster-log.ts';
import { LinkEnds } from './link-ends.ts';
import type { HttpPeerCalls } from './peer-calls.ts';
import type { PeerSignatures, Verdict } from './peer-signature.ts';
import {
  ANSWER_HEADER,
  answerSubject,
  BODY_HEADER,
  CALLS_PATH,
  hashOf,
  LINK_PATH,
  MAX_CALL_BYTES,
  MISDIRECTED,
  packBody,
  PEER_HEADER,
  PIPE_HEADER,
  PIPED_FOR_HEADER,
  unpackBody,
} from './peer-wire.ts';
import { CallRefusal } from './peers.ts';
import { readBody } from './read-body.ts';

export interface PeerServerOptions {
  readonly signatures: PeerSignatures;
  readonly calls: Pick<HttpPeerCalls, 'answererOf'>;
  readonly log: ClusterLog;
}

/** Who has asked, and by which nonce. */
interface Asker {
  readonly from: string;
  readonly nonce: string;
}

interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

const NOTHING = Buffer.alloc(0);

/** This process's side of all that others send it: calls, standing links, and sockets that are passed on. */
export class PeerServer implements PeerGate {
  readonly #options: PeerServerOptions;
  readonly #links: LinkEnds;

  constructor(options: PeerServerOptions) {
    this.#options = options;
    this.#links = new LinkEnds(options.signatures);
  }

  request(req: IncomingMessage, res: ServerResponse): boolean {
    const bodyHash = headerOf(req, BODY_HEADER);
    const verdict = this.#check(req, { use: 'call', subject: bodyHash });
    if (!isOfOurs(verdict)) return false;
    if (verdict.is === 'not-here') this.#send(res, verdict, { status: MISDIRECTED, body: NOTHING });
    else void this.#take(req, res, { asker: verdict, bodyHash });
    return true;
  }

  upgrade(req: IncomingMessage, socket: Duplex): boolean {
    const verdict = this.#check(req, { use: 'link', subject: '' });
    if (!isOfOurs(verdict) || req.url !== LINK_PATH) return false;
    this.#links.take(socket, verdict);
    return true;
  }

  piped(req: IncomingMessage): PipedUpgrade | null {
    if (req.headers[PIPE_HEADER] === undefined) return null;
    const clientAddress = headerOf(req, PIPED_FOR_HEADER);
    const verdict = this.#check(req, { use: 'pipe', subject: clientAddress }, PIPE_HEADER);
    if (verdict.is === 'genuine') return { is: 'genuine', clientAddress, by: verdict.from };
    return { is: verdict.is === 'not-here' ? 'not-here' : 'foreign' };
  }

  /** Cuts the links: this process stops. */
  close(): void {
    this.#links.close();
  }

  #check(
    req: IncomingMessage,
    { use, subject }: { use: 'call' | 'link' | 'pipe'; subject: string },
    header = PEER_HEADER,
  ): Verdict {
    const verdict = this.#options.signatures.check(headerOf(req, header), { use, subject, path: req.url ?? '' });
    if (verdict.is === 'stale') {
      this.#options.log.warn(
        { use },
        'a signature of another process is too old or was used before: do the clocks agree?',
      );
    }
    return verdict;
  }

  async #take(
    req: IncomingMessage,
    res: ServerResponse,
    { asker, bodyHash }: { asker: Asker; bodyHash: string },
  ): Promise<void> {
    try {
      this.#send(res, asker, await this.#answer(req, bodyHash));
    } catch (error) {
      // The caller went away in the middle of its body, or the answer can't be packed: to it, that is open.
      this.#options.log.warn({ err: error, from: asker.from, path: req.url }, 'a call of another process failed');
      res.destroy();
    }
  }

  async #answer(req: IncomingMessage, bodyHash: string): Promise<Answer> {
    const answerer = this.#options.calls.answererOf(req.url?.slice(CALLS_PATH.length) ?? '');
    if (answerer === null || req.method !== 'POST') return { status: 404, body: NOTHING };
    if (Number(req.headers['content-length'] ?? 0) > MAX_CALL_BYTES) return { status: 413, body: NOTHING };
    const bytes = await readBody(req, MAX_CALL_BYTES);
    if (hashOf(bytes) !== bodyHash) return { status: 400, body: NOTHING };
    try {
      return { status: 200, body: packBody(await answerer(unpackBody(bytes))) };
    } catch (error) {
      if (error instanceof CallRefusal) return { status: 409, body: packBody(error.code) };
      this.#options.log.error({ err: error, path: req.url }, 'a call of another process threw');
      return { status: 500, body: NOTHING };
    }
  }

  #send(res: ServerResponse, { from, nonce }: Asker, { status, body }: Answer): void {
    const subject = answerSubject(nonce, status, body);
    const signature = this.#options.signatures.sign({ use: 'answer', path: '', subject }, from);
    res.on('error', () => undefined);
    // What was not read of the request ends with its connection.
    if (!res.req.complete) res.setHeader('Connection', 'close');
    res.writeHead(status, { [ANSWER_HEADER]: signature, 'Content-Length': body.length }).end(body);
  }
}

function isOfOurs(verdict: Verdict): verdict is Extract<Verdict, { from: string }> {
  return verdict.is === 'genuine' || verdict.is === 'not-here';
}

function headerOf({ headers }: IncomingMessage, name: string): string {
  const header = headers[name];
  return typeof header === 'string' ? header : '';
}
