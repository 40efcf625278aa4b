import { connect, type Socket } from 'node:net';
import { waitFor } from '../support/wait-for.ts';

/** An answer of a server, as it came. */
export interface BareAnswer {
  readonly status: number;
  /** Status line and headers. */
  readonly head: string;
  readonly body: string;
}

/** Longer than anything that a server does at once, shorter than its own deadlines for slow clients. */
const ANSWER_MS = 9_000;

/** A TCP connection that says what no client would, and reads whatever comes. */
export class BareConnection {
  readonly socket: Socket;
  #chunks: Buffer[] = [];
  /** No more can come: the server hung up, cleanly or not. */
  isOver = false;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('data', (chunk) => this.#chunks.push(chunk));
    // A reset is one way for a server to hang up.
    this.socket.on('error', () => {});
    for (const event of ['end', 'close']) {
      this.socket.on(event, () => {
        this.isOver = true;
      });
    }
  }

  write(bytes: string | Uint8Array): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  /** All that came and wasn't taken yet. */
  get received(): Buffer {
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }

  /** Takes the first `size` bytes of what came. */
  take(size: number): Buffer {
    const all = this.received;
    this.#chunks = [all.subarray(size)];
    return all.subarray(0, size);
  }

  /** The next answer; null if the server hangs up without one. */
  async answer(timeoutMs: number = ANSWER_MS): Promise<BareAnswer | null> {
    const look = (): { size: number } | null => {
      const size = sizeOfAnswer(this.received);
      return size !== null ? { size } : this.isOver ? { size: 0 } : null;
    };
    const { size } = await waitFor(look, { timeoutMs, what: 'an answer of HTTP' });
    if (size === 0 && this.received.length === 0) return null;
    const answer = parse(this.take(size === 0 ? this.received.length : size).toString('utf8'));
    // "Go on": the answer is still to come.
    return answer.status === 100 ? await this.answer(timeoutMs) : answer;
  }

  async over(timeoutMs: number = ANSWER_MS): Promise<void> {
    await waitFor(() => this.isOver, { timeoutMs, what: 'the server to hang up' });
  }

  hangUp(): void {
    this.socket.destroy();
  }
}

/** null: it isn't whole yet. */
function sizeOfAnswer(bytes: Buffer): number | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = bytes.toString('latin1', 0, end);
  if (/^HTTP\/1\.1 (1\d\d|204|304)/.test(head)) return end + 4;
  if (/^transfer-encoding: chunked/im.test(head)) {
    const last = bytes.indexOf('\r\n0\r\n\r\n', end);
    return last < 0 ? null : last + 7;
  }
  const size = end + 4 + Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
  return bytes.length < size ? null : size;
}

function parse(text: string): BareAnswer {
  const [head = '', ...body] = text.split('\r\n\r\n');
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), head, body: body.join('\r\n\r\n') };
}
