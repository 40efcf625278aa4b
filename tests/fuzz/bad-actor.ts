import type { SeatGrant } from '../../protocol/matches.ts';
import type { Random } from '../support/state-fuzz/random.ts';
import { BareConnection } from './bare-connection.ts';
import { BareWebSocket } from './bare-web-socket.ts';
import { outcomeOf } from './outcome.ts';

/** Who is attacked. */
export interface Target {
  readonly port: number;
  /** A match in which some bad actors have a seat, and its lobby. */
  readonly matchId: string;
  readonly lobbyId: string;
}

/** Where floods come from, so that they add up to what an address may not do. */
export const FLOODING_ADDRESS = '10.9.9.9';

/** Somebody with an address and perhaps a guest's account, up to no good. */
export class BadActor {
  readonly random: Random;
  readonly target: Target;
  /** As a trusted proxy tells it: limits by address hit nobody else. */
  readonly address: string;
  #token: string | null = null;
  readonly #held: { hangUp(): void }[] = [];

  constructor(target: Target, random: Random) {
    this.target = target;
    this.random = random;
    this.address = `10.0.${random.int(0, 9)}.${random.int(1, 20)}`;
  }

  connect(): BareConnection {
    return this.#hold(new BareConnection(this.target.port));
  }

  /** Opens a WebSocket; throws `HandshakeRefused` for any other answer than 101. */
  async upgrade(path: string, address: string = this.address): Promise<BareWebSocket> {
    const socket = await BareWebSocket.open(this.target.port, path, { 'X-Forwarded-For': address });
    this.#hold(socket.connection);
    return socket;
  }

  /** Request line and headers as they should be. */
  head(method: string, path: string, headers: Readonly<Record<string, string | number>> = {}): string {
    const all = {
      Host: 'x',
      'X-Forwarded-For': this.address,
      ...(this.#token !== null && { Authorization: `Bearer ${this.#token}` }),
      ...headers,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
  }

  /** A request whose body may be anything. @returns what it came to */
  async request(method: string, path: string, body: Uint8Array): Promise<string> {
    const connection = this.connect();
    const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length, Connection: 'close' };
    connection.write(Buffer.concat([Buffer.from(this.head(method, path, headers)), body]));
    return outcomeOf(await connection.answer());
  }

  /** A proper call; null for what is refused. */
  async call<Body>(method: string, path: string, body: object = {}): Promise<Body | null> {
    const connection = this.connect();
    const bytes = Buffer.from(JSON.stringify(body));
    const headers = { 'Content-Type': 'application/json', 'Content-Length': bytes.length, Connection: 'close' };
    connection.write(Buffer.concat([Buffer.from(this.head(method, path, headers)), bytes]));
    const answer = await connection.answer();
    outcomeOf(answer);
    return answer !== null && answer.status < 300 && answer.body !== '' ? (JSON.parse(answer.body) as Body) : null;
  }

  /** Signs in, unless it is. */
  async signIn(): Promise<void> {
    if (this.#token !== null) return;
    const signedIn = await this.call<{ session: { accessToken: string } }>('POST', '/v1/auth/guest');
    this.#token = signedIn?.session.accessToken ?? null;
  }

  /** A right to the hub, or to the seat in a match. */
  async right(path: string): Promise<SeatGrant['colyseus'] | null> {
    await this.signIn();
    return (await this.call<SeatGrant>('POST', path))?.colyseus ?? null;
  }

  /** Lets go of all connections that are left. */
  leave(): void {
    for (const connection of this.#held) connection.hangUp();
  }

  #hold(connection: BareConnection): BareConnection {
    this.#held.push(connection);
    return connection;
  }
}
