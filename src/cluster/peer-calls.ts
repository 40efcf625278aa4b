import { Agent } from 'node:http';
import { readPeerAddress } from './peer-address.ts';
import { exchange, NoReplyError, type PeerReply } from './peer-exchange.ts';
import { nonceOf, type PeerSignatures } from './peer-signature.ts';
import {
  ANSWER_HEADER,
  answerSubject,
  BODY_HEADER,
  CALLS_PATH,
  hashOf,
  MAX_CALL_BYTES,
  MISDIRECTED,
  packBody,
  PEER_HEADER,
  unpackBody,
} from './peer-wire.ts';
import {
  type CallFailure,
  type CallName,
  CallRefusal,
  type Calls,
  type Peer,
  PeerCallError,
  type PeerCalls,
} from './peers.ts';

const TIMEOUT_MS = 2_000;
/** Connections to one process; more calls at a time wait for one. */
const MAX_CONNECTIONS = 64;

/** What takes a call, whatever it is called. */
type Answerer = (ask: unknown) => Promise<unknown>;

/** Who was found at an address: the process itself, another one of ours, somebody who hasn't our secret, or nobody who answers. */
type Reached = 'there' | 'another' | 'foreign' | 'silent';

/** Calls over HTTP, in MessagePack. What is served here is asked for by `PeerServer`. */
export class HttpPeerCalls implements PeerCalls {
  readonly #signatures: PeerSignatures;
  readonly #answerers = new Map<string, Answerer>();
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });

  constructor(signatures: PeerSignatures) {
    this.#signatures = signatures;
  }

  async call<Name extends CallName>(
    to: Peer,
    name: Name,
    ask: Calls[Name]['ask'],
    { timeoutMs = TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
  ): Promise<Calls[Name]['answer']> {
    const isOurs = to.incarnation === this.#signatures.incarnation;
    const answer = isOurs ? this.#askOurselves(name, ask, timeoutMs) : this.#ask(to, { name, ask, timeoutMs });
    return (await answer) as Calls[Name]['answer'];
  }

  /** Who is at the address of a process, which may be our own. Never rejects. */
  async reach(to: Peer): Promise<Reached> {
    try {
      const { verdict } = await this.#exchange(to, { name: 'hello', ask: null, timeoutMs: TIMEOUT_MS });
      if (verdict.is !== 'genuine') return 'foreign';
      return verdict.from === to.incarnation ? 'there' : 'another';
    } catch {
      return 'silent';
    }
  }

  serve<Name extends CallName>(name: Name, answer: (ask: Calls[Name]['ask']) => Promise<Calls[Name]['answer']>): void {
    this.#answerers.set(name, answer as Answerer);
  }

  /** Who takes a call; null: nobody yet, or nobody at all. */
  answererOf(name: string): Answerer | null {
    return this.#answerers.get(name) ?? null;
  }

  /** Drops all connections: calls under way have no answer. */
  close(): void {
    this.#agent.destroy();
  }

  async #ask(to: Peer, { name, ask, timeoutMs }: { name: string; ask: unknown; timeoutMs: number }): Promise<unknown> {
    const where = `${name} at ${to.incarnation}`;
    const { reply, verdict } = await this.#exchange(to, { name, ask, timeoutMs });
    if (verdict.is !== 'genuine') {
      const why = 'its answer is not from a process of ours: another GYRE_SECRET, or a clock more than 30 s off';
      throw failed(`${where}: status ${reply.status}, ${why}`, 'unknown');
    }
    if (verdict.from !== to.incarnation) throw failed(`${where}: ${verdict.from} is there now`, 'unreachable');
    return answerIn(reply, where);
  }

  async #exchange(to: Peer, { name, ask, timeoutMs }: { name: string; ask: unknown; timeoutMs: number }) {
    const where = `${name} at ${to.incarnation}`;
    const body = packBody(ask);
    if (body.length > MAX_CALL_BYTES) throw failed(`${where}: ${body.length} bytes are too many`, 'unreachable');
    const path = `${CALLS_PATH}${name}`;
    const bodyHash = hashOf(body);
    const signature = this.#signatures.sign({ use: 'call', path, subject: bodyHash }, to.incarnation);
    const headers = { [PEER_HEADER]: signature, [BODY_HEADER]: bodyHash, 'content-length': String(body.length) };
    const target = addressOf(to, where);
    const reply = await exchange({ ...target, agent: this.#agent, path, headers, body, timeoutMs }).catch((error) => {
      const wasSent = !(error instanceof NoReplyError) || error.wasSent;
      throw failed(where, wasSent ? 'unknown' : 'unreachable', error);
    });
    const subject = answerSubject(nonceOf(signature), reply.status, reply.body);
    return { reply, verdict: this.#signatures.check(headerOf(reply), { use: 'answer', path: '', subject }) };
  }

  async #askOurselves(name: string, ask: unknown, timeoutMs: number): Promise<unknown> {
    const answer = this.answererOf(name);
    if (answer === null) throw failed(`${name}: nobody serves it`, 'unreachable');
    const late = new AbortController();
    try {
      return await Promise.race([answer(ask), afterwards(timeoutMs, late.signal)]);
    } catch (error) {
      if (error instanceof CallRefusal) throw refused(name, error.code, error);
      throw failed(name, 'unknown', error);
    } finally {
      late.abort();
    }
  }
}

function answerIn({ status, body }: PeerReply, where: string): unknown {
  switch (status) {
    case 200:
      return unpackBody(body);
    case 409:
      throw refused(where, String(unpackBody(body)));
    case 404:
    case MISDIRECTED:
      throw failed(`${where}: status ${status}`, 'unreachable');
    default:
      throw failed(`${where}: status ${status}`, 'unknown');
  }
}

function addressOf(to: Peer, where: string): ReturnType<typeof readPeerAddress> {
  try {
    return readPeerAddress(to.address);
  } catch (error) {
    throw failed(where, 'unreachable', error);
  }
}

function headerOf({ headers }: PeerReply): string | undefined {
  const header = headers[ANSWER_HEADER];
  return typeof header === 'string' ? header : undefined;
}

function failed(where: string, failure: CallFailure, cause?: unknown): PeerCallError {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new PeerCallError(`${where}${why}`, { failure }, { cause });
}

function refused(where: string, code: string, cause?: unknown): PeerCallError {
  return new PeerCallError(`${where} was refused: ${code}`, { failure: 'refused', code }, { cause });
}

function afterwards(ms: number, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}
