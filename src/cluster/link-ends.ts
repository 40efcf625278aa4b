import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { PeerSignatures, Verdict } from './peer-signature.ts';
import { ANSWER_HEADER, MISDIRECTED } from './peer-wire.ts';

const KEEP_ALIVE_MS = 2_000;
/** Who keeps a link says something every two seconds. */
const SILENCE_MS = 10_000;

/** The ends of other processes' standing links to this one. They say back whatever is said. */
export class LinkEnds {
  readonly #signatures: PeerSignatures;
  readonly #open = new Set<Duplex>();
  #isClosed = false;

  constructor(signatures: PeerSignatures) {
    this.#signatures = signatures;
  }

  /** Answers the upgrade of a link, whose signature was looked at. */
  take(socket: Duplex, { is, from, nonce }: Extract<Verdict, { from: string }>): void {
    const signature = this.#signatures.sign({ use: 'answer', path: '', subject: nonce }, from);
    const signed = `${ANSWER_HEADER}: ${signature}\r\n\r\n`;
    if (is === 'genuine' && !this.#isClosed) {
      this.#keep(socket);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${signed}`);
      socket.pipe(socket);
      return;
    }
    const status = is === 'genuine' ? '503 Service Unavailable' : `${MISDIRECTED} Misdirected Request`;
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n${signed}`, () => socket.destroy());
  }

  close(): void {
    this.#isClosed = true;
    for (const socket of this.#open) socket.destroy();
  }

  #keep(socket: Duplex): void {
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    if (!(socket instanceof Socket)) return;
    socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
    // A process that has vanished without a word doesn't leave its link here.
    socket.setTimeout(SILENCE_MS, () => socket.destroy());
  }
}
