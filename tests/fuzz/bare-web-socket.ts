import { randomBytes } from 'node:crypto';
import { waitFor } from '../support/wait-for.ts';
import { BareConnection } from './bare-connection.ts';

/** A frame of RFC 6455, 5.2, with every field as wrong as one likes. */
export interface BareFrame {
  readonly opcode: number;
  readonly payload?: Uint8Array;
  readonly isLast?: boolean;
  readonly isMasked?: boolean;
  /** Reserved bits, 0–7. */
  readonly reserved?: number;
  /** The length that it claims, if that is another one. */
  readonly claimed?: bigint;
}

export const OPCODE = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export function frame({
  opcode,
  payload = new Uint8Array(),
  isLast = true,
  isMasked = true,
  ...rest
}: BareFrame): Buffer {
  const claimed = rest.claimed ?? BigInt(payload.length);
  const mask = isMasked ? 0x80 : 0;
  const length =
    claimed < 126n && rest.claimed === undefined
      ? Buffer.of(mask | payload.length)
      : Buffer.concat([Buffer.of(mask | 127), bigEndian(claimed)]);
  const key = randomBytes(4);
  const body = Buffer.from(payload);
  if (isMasked) for (let at = 0; at < body.length; at += 1) body[at] = (body[at] ?? 0) ^ (key[at % 4] ?? 0);
  const first = Buffer.of((isLast ? 0x80 : 0) | ((rest.reserved ?? 0) << 4) | opcode);
  return Buffer.concat([first, length, ...(isMasked ? [key] : []), body]);
}

function bigEndian(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

/** The client's side of a WebSocket that sends frames as they are, and answers pings only while somebody reads. */
export class BareWebSocket {
  readonly connection: BareConnection;
  readonly messages: Buffer[] = [];
  /** Of the server's close frame; 1005 for one without a code. null: none came. */
  closeCode: number | null = null;

  constructor(connection: BareConnection) {
    this.connection = connection;
  }

  /** @returns null if the server answers with anything but 101, which is then the next answer */
  static async open(port: number, target: string, headers: Readonly<Record<string, string>>): Promise<BareWebSocket> {
    const connection = new BareConnection(port);
    const socket = new BareWebSocket(connection);
    connection.write(handshake(target, headers));
    const answer = await connection.answer();
    if (answer?.status !== 101) throw new HandshakeRefused(answer?.status ?? 0);
    return socket;
  }

  send(bare: BareFrame): void {
    this.connection.write(frame(bare));
  }

  binary(...parts: (number | Uint8Array)[]): void {
    const payload = Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : part)));
    this.send({ opcode: OPCODE.binary, payload });
  }

  /** Reads what came so far. */
  read(): void {
    for (;;) {
      const bytes = this.connection.received;
      const size = sizeOf(bytes);
      if (size === null) return;
      const whole = this.connection.take(size.head + size.body);
      this.#hear((whole[0] ?? 0) & 0x0f, whole.subarray(size.head));
    }
  }

  /** Waits for a message that begins with this byte (modifiers apart). */
  async hears(code: number): Promise<Buffer> {
    return await waitFor(
      () => {
        this.read();
        if (this.closeCode !== null) throw new Error(`closed with ${this.closeCode}`);
        return this.messages.find((message) => ((message[0] ?? 0) & 0x1f) === code);
      },
      { what: `a message ${code}`, timeoutMs: 9_000 },
    );
  }

  /** The code that the server closes with; null if it hung up without a word. */
  async closed(timeoutMs = 9_000): Promise<number | null> {
    await waitFor(
      () => {
        this.read();
        return this.closeCode !== null || this.connection.isOver;
      },
      { what: 'a close', timeoutMs },
    );
    this.connection.hangUp();
    return this.closeCode;
  }

  #hear(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.close) this.closeCode ??= payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
    else if (opcode === OPCODE.binary) this.messages.push(payload);
    else if (opcode === OPCODE.ping) this.send({ opcode: OPCODE.pong, payload });
  }
}

/** The server did not take up the WebSocket. */
export class HandshakeRefused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the handshake was answered ${status}`);
    this.status = status;
  }
}

export function handshake(target: string, headers: Readonly<Record<string, string>> = {}): string {
  const all = {
    Host: 'x',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** null: the frame isn't whole yet. */
function sizeOf(bytes: Buffer): { readonly head: number; readonly body: number } | null {
  const short = (bytes[1] ?? 0) & 0x7f;
  const head = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < head) return null;
  const body = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  return bytes.length < head + body ? null : { head, body };
}
