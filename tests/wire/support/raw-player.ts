/** A player at a match or hub who says exactly what a test wants, in Colyseus' protocol. */
import type { SeatGrant } from '../../../protocol/matches.ts';
import { type RawRight, RawSocket } from '../../support/raw-socket.ts';
import { waitFor } from '../../support/wait-for.ts';
import type { Wire } from './wire.ts';

type Message = Record<string, unknown>;
/** What of a right goes into the address of a socket. */
type Presented = Pick<SeatGrant['colyseus'], 'roomId' | 'sessionId' | 'reconnectionToken'> &
  Partial<Pick<SeatGrant['colyseus'], 'processId'>>;

export class RawPlayer implements AsyncDisposable {
  readonly socket: RawSocket;

  private constructor(socket: RawSocket) {
    this.socket = socket;
  }

  /** Opens a socket by a right, and does nothing else. */
  static knock(wire: Wire, colyseus: Presented): RawPlayer {
    return new RawPlayer(RawSocket.to(wire.gyre.endpoint, colyseus as RawRight));
  }

  /** Takes the seat, as far as the room's `welcome`. */
  static async take(wire: Wire, colyseus: SeatGrant['colyseus']): Promise<RawPlayer> {
    const player = RawPlayer.knock(wire, colyseus);
    await player.join();
    return player;
  }

  async join(): Promise<void> {
    await this.socket.enter();
  }

  /** The reconnection token that its socket was given. */
  get token(): string {
    return this.socket.token;
  }

  /** `__gyre` messages of one kind. */
  gyre(kind: string): Message[] {
    return (this.socket.messages('__gyre') as Message[]).filter((message) => message.type === kind);
  }

  async hears(kind: string, fits: (message: Message) => boolean = () => true): Promise<Message> {
    return await waitFor(() => this.gyre(kind).find(fits), { what: `a ${kind}` });
  }

  /** The code that the server closes its socket with. */
  async closed(): Promise<number> {
    await waitFor(() => this.socket.closeCode !== null, { what: 'a close' });
    return this.socket.closeCode ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.cut();
  }
}
