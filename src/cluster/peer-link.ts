import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { isRefusedConnection, readPeerAddress } from './peer-address.ts';
import { nonceOf, type PeerSignatures } from './peer-signature.ts';
import { ANSWER_HEADER, LINK_PATH, MISDIRECTED, PEER_HEADER } from './peer-wire.ts';
import type { Peer } from './peers.ts';

export interface PeerLinkOptions {
  readonly peer: Peer;
  readonly signatures: PeerSignatures;
  /** Nobody listens at its address, or another incarnation does. Once for each time that the link was lost. */
  readonly onRefused: () => void;
  /** How often a sign of life is sent, and how long an answer to a dial may take. */
  readonly pingMs: number;
}

/** So many without an answer, and the link counts as broken. */
const LOST_PINGS = 3;
const MIN_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 1_000;
const KEEP_ALIVE_MS = 2_000;
const PING = Buffer.of(0);

/** The standing link to one incarnation: it is dialled again whenever it breaks, until it is closed. */
export class PeerLink {
  readonly #options: PeerLinkOptions;
  #request: ClientRequest | null = null;
  #socket: Socket | null = null;
  #timer: NodeJS.Timeout | null = null;
  #backoffMs = 0;
  #wasRefused = false;
  #isClosed = false;

  constructor(options: PeerLinkOptions) {
    this.#options = options;
    this.#dial();
  }

  get isUp(): boolean {
    return this.#socket !== null;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer ?? undefined);
    this.#request?.destroy();
    this.#socket?.destroy();
  }

  #dial(): void {
    const { peer, signatures, pingMs } = this.#options;
    const signature = signatures.sign({ use: 'link', path: LINK_PATH, subject: '' }, peer.incarnation);
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket', [PEER_HEADER]: signature };
    const dialled = request({ ...readPeerAddress(peer.address), path: LINK_PATH, headers, agent: false });
    this.#request = dialled;
    const timer = setTimeout(() => dialled.destroy(new Error('no answer in time')), pingMs);
    const settle = this.#onceSettled(dialled, timer);
    dialled.on('error', (error) => settle(() => this.#failed(isRefusedConnection(error))));
    dialled.once('response', (response) => {
      response.on('error', () => undefined).destroy();
      settle(() => this.#failed(response.statusCode === MISDIRECTED && this.#isAnother(response, signature) === true));
    });
    dialled.once('upgrade', (response, socket) => {
      socket.on('error', () => socket.destroy());
      settle(() => {
        if (this.#isAnother(response, signature) === false) {
          this.#up(socket);
          return;
        }
        socket.destroy();
        this.#failed(false);
      });
    });
    dialled.end();
  }

  /** An attempt ends once, whatever else its request has to say. */
  #onceSettled(dialled: ClientRequest, timer: NodeJS.Timeout): (then: () => void) => void {
    return (then) => {
      clearTimeout(timer);
      if (this.#request !== dialled || this.#isClosed) return;
      this.#request = null;
      then();
    };
  }

  /** Whether somebody of ours has answered who isn't the one that was asked; null: nobody of ours. */
  #isAnother({ headers }: IncomingMessage, signature: string): boolean | null {
    const { peer, signatures } = this.#options;
    const answer = headers[ANSWER_HEADER];
    const signed = { use: 'answer', path: '', subject: nonceOf(signature) } as const;
    const verdict = signatures.check(typeof answer === 'string' ? answer : undefined, signed);
    return verdict.is === 'genuine' ? verdict.from !== peer.incarnation : null;
  }

  #up(socket: Socket): void {
    this.#socket = socket;
    this.#backoffMs = 0;
    this.#wasRefused = false;
    socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
    const { pingMs } = this.#options;
    const pings = setInterval(() => socket.write(PING), pingMs).unref();
    // What we say comes back.
    const silence = setTimeout(() => socket.destroy(), LOST_PINGS * pingMs);
    socket.on('data', () => silence.refresh());
    socket.once('end', () => socket.destroy());
    socket.once('close', () => {
      clearInterval(pings);
      clearTimeout(silence);
      this.#socket = null;
      if (!this.#isClosed) this.#dial();
    });
  }

  #failed(isRefusal: boolean): void {
    if (isRefusal && !this.#wasRefused) {
      this.#wasRefused = true;
      this.#options.onRefused();
    }
    if (this.#isClosed) return;
    this.#backoffMs = Math.min(MAX_BACKOFF_MS, Math.max(MIN_BACKOFF_MS, this.#backoffMs * 2));
    this.#timer = setTimeout(() => this.#dial(), this.#backoffMs).unref();
  }
}
