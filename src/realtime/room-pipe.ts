import { connect, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { CloseCode } from '../../protocol/close-codes.ts';
import type { PeerSignatures } from '../cluster/peer-signature.ts';
import { readPeerAddress } from '../cluster/peer-address.ts';
import type { Peer } from '../cluster/peers.ts';
import { FrameBoundary } from './frame-boundary.ts';
import type { Upgrade } from './held-upgrade.ts';
import { pipedRequestHead } from './piped-request.ts';
import { closeFrame } from './web-socket-frame.ts';

/** How an attempt to pipe a socket went. `gone`: its client has left meanwhile. */
export type PipeOutcome = 'piped' | 'failed' | 'gone';

const STATUS_LINE = /^HTTP\/1\.1 (\d{3})/;
const STATUS_LINE_BYTES = 'HTTP/1.1 101'.length;
/** Accepted, or a handshake that is the client's own fault: that is for the client. Any other answer says that the peer is not the one. */
const FOR_THE_CLIENT = new Set(['101', '400', '426']);
const KEEP_ALIVE_MS = 10_000;
/** Rooms ask the silent for a sign of life much more often: where nothing has moved for so long, somebody is gone. */
const IDLE_MS = 30_000;
/** What is left for a client when the other process has hung up must move within so long. */
const LAST_BYTES_MS = 5_000;

/** A client that is connected to another process. */
interface Piped {
  readonly client: Duplex;
  readonly remote: Socket;
  /** What the client was sent. */
  readonly sent: FrameBoundary;
}

/** Connects sockets of clients, as they are, to the process that has their room. */
export class RoomPipe {
  readonly #signatures: PeerSignatures;
  readonly #idleMs: number;
  /** By the incarnation that they lead to. */
  readonly #open = new Map<string, Set<Piped>>();

  /** @param idleMs how long nothing may move on a client's connection; 30,000 if left out */
  constructor(signatures: PeerSignatures, idleMs = IDLE_MS) {
    this.#signatures = signatures;
    this.#idleMs = idleMs;
  }

  /** Clients that are connected through here. */
  get size(): number {
    let size = 0;
    for (const sockets of this.#open.values()) size += sockets.size;
    return size;
  }

  /** Incarnations that clients are connected to through here. */
  get targets(): readonly string[] {
    return [...this.#open.keys()];
  }

  /**
   * Passes an upgrade on, and pipes both ways once it is answered. Until then nothing that the client sends is read; if it isn't
   * answered within `withinMs`, another attempt may be made.
   */
  async open(upgrade: Upgrade, peer: Peer, withinMs: number): Promise<PipeOutcome> {
    const { socket: client } = upgrade;
    if (client.destroyed) return 'gone';
    const remote = this.#dial(upgrade, peer);
    const onClientGone = (): void => void remote.destroy();
    client.once('close', onClientGone).once('end', onClientGone);
    const first = await firstAnswer(remote, withinMs);
    client.off('close', onClientGone).off('end', onClientGone);
    const isGone = client.destroyed || client.readableEnded;
    if (isGone || first === null || !isForTheClient(first)) {
      remote.destroy();
      if (isGone) client.destroy();
      return isGone ? 'gone' : 'failed';
    }
    const piped = { client, remote, sent: new FrameBoundary() };
    this.#keep(peer.incarnation, piped);
    client.write(first);
    piped.sent.take(first);
    cutWhenIdle(client, this.#idleMs);
    pipeBothWays(piped);
    return 'piped';
  }

  /** Ends all connections to an incarnation that is no more: their clients come back, to wherever their rooms are. */
  drop(incarnation: string): void {
    for (const piped of this.#open.get(incarnation) ?? []) sayComeBack(piped);
  }

  /** Ends all. */
  close(): void {
    for (const incarnation of this.#open.keys()) this.drop(incarnation);
  }

  #dial({ request, head }: Upgrade, peer: Peer): Socket {
    const remote = connect({ ...readPeerAddress(peer.address), noDelay: true });
    remote.setKeepAlive(true, KEEP_ALIVE_MS);
    // Whatever it is, the connection is closed by it.
    remote.on('error', () => undefined);
    remote.write(pipedRequestHead(request, peer, this.#signatures));
    if (head.length > 0) remote.write(head);
    return remote;
  }

  #keep(incarnation: string, piped: Piped): void {
    const all = this.#open.get(incarnation) ?? new Set();
    this.#open.set(incarnation, all.add(piped));
    piped.client.once('close', () => {
      all.delete(piped);
      if (all.size === 0 && this.#open.get(incarnation) === all) this.#open.delete(incarnation);
    });
  }
}

/** The first bytes that come, at least a status; null if none do. From then on nothing is read. */
function firstAnswer(remote: Socket, withinMs: number): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const settle = (answer: Buffer | null): void => {
      clearTimeout(timer);
      remote.off('data', onData).off('close', onClose);
      remote.pause();
      resolve(answer);
    };
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      if (bytes.length >= STATUS_LINE_BYTES) settle(bytes);
    };
    const onClose = (): void => settle(null);
    const timer = setTimeout(() => settle(null), withinMs);
    remote.on('data', onData).on('close', onClose);
  });
}

function isForTheClient(answer: Buffer): boolean {
  const [, status] = STATUS_LINE.exec(answer.toString('latin1', 0, STATUS_LINE_BYTES)) ?? [];
  return status !== undefined && FOR_THE_CLIENT.has(status);
}

/**
 * While a client doesn't read, nothing is read from the other side either, so that its end goes unnoticed: this is what ends
 * such a connection.
 */
function cutWhenIdle(client: Duplex, idleMs: number): void {
  if (client instanceof Socket) client.setNoDelay(true).setTimeout(idleMs, () => client.destroy());
}

function pipeBothWays({ client, remote, sent }: Piped): void {
  remote.on('data', (bytes: Buffer) => sent.take(bytes));
  client.on('error', () => client.destroy());
  client.once('close', () => remote.destroy());
  // Also when it breaks: a code that it has closed with may be on its way.
  remote.once('close', () => endSoon(client));
  client.pipe(remote);
  remote.pipe(client);
}

/** From here on the other process has no say. In the middle of a frame of its nothing can be said any more. */
function sayComeBack({ client, remote, sent }: Piped): void {
  remote.unpipe(client);
  if (sent.isBetweenFrames) client.end(closeFrame(CloseCode.comeBack));
  else client.destroy();
  remote.destroy();
}

/** Lets through what the client has not read yet, as the kernel would have if it had been connected itself. */
function endSoon(client: Duplex): void {
  if (client.writableFinished) {
    client.destroy();
    return;
  }
  client.once('finish', () => client.destroy());
  client.end();
  cutWhenIdle(client, LAST_BYTES_MS);
}
