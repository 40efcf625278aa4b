import { CloseCode } from '../../protocol/close-codes.ts';
import { MAX_ROOM_MESSAGES_PER_SECOND } from '../../protocol/limits.ts';
import type { SeatInit, SeatStatus } from '../../rooms/kit/ports.ts';
import { MessageAllowance } from './message-allowance.ts';
import type { SocketClient } from './socket-client.ts';

/** A client that was away for longer than this re-sends no more than it may have said in this time. */
const MAX_AWAY_MS = 60_000;
/** What was on its way when the line broke: a second's messages may be sent at once, and as many in the second after. */
const ON_THEIR_WAY = 2 * MAX_ROOM_MESSAGES_PER_SECOND;
const MAX_RESENDS = (MAX_AWAY_MS / 1_000) * MAX_ROOM_MESSAGES_PER_SECOND + ON_THEIR_WAY;

/** A right that was found genuine. */
interface Right {
  /** null: the session id alone. */
  readonly generation: number | null;
  readonly fresh: boolean;
}

/** The sockets' side of a seat. It is ahead of the core's: what it knows is recorded with the next step. */
export class SeatSlot {
  readonly seat: SeatInit;
  /** The socket that speaks for the seat; null while nobody is there. */
  client: SocketClient | null = null;
  taken: boolean;
  /** Of the newest right that was used; 0 before the first. */
  generation: number;
  /** What its socket is closed with once it is recorded that the seat was given up. */
  exitCode: number = CloseCode.consented;
  /** When its last socket went, on the process's own clock; null: not in this process. */
  #leftAtMs: number | null = null;
  /** What its sockets may say, one after the other: whoever takes over brings nothing with them. null: nobody was there yet. */
  #messages: MessageAllowance | null = null;
  /** What they may say again without its being counted; null: nobody has come back yet. */
  #resends: MessageAllowance | null = null;

  constructor(seat: SeatInit, status: SeatStatus) {
    this.seat = seat;
    this.taken = status.taken;
    this.generation = status.generation;
  }

  /**
   * Judges a right. A newer one than any that was used must be fresh; the one in use may be as old as it likes.
   * @returns the generation that it opens the seat with, or the close code that it is turned away with
   */
  judge({ generation, fresh }: Right): { readonly generation: number } | { readonly closeCode: number } {
    // A session id alone stands for the first right. Later ones come with a token.
    if (generation === null) return this.taken ? { closeCode: CloseCode.noSuchRight } : { generation: 1 };
    if (generation < this.generation) return { closeCode: CloseCode.replaced };
    if (generation > this.generation && !fresh) return { closeCode: CloseCode.noSuchRight };
    return { generation };
  }

  /** Gives the seat to a socket. @returns the socket that spoke for it until now */
  seize(client: SocketClient, generation: number): SocketClient | null {
    const before = this.client;
    if (before !== null) this.#resends?.giveBack(before.resends);
    if (this.taken) client.resends = this.#takeResends(before !== null);
    this.#messages ??= client.messages;
    client.messages = this.#messages;
    this.client = client;
    this.taken = true;
    this.generation = generation;
    return before;
  }

  /** The seat's socket is gone. @returns false if another one speaks for the seat by now */
  release(client: SocketClient): boolean {
    if (this.client !== client) return false;
    this.client = null;
    this.#resends?.giveBack(client.resends);
    this.#leftAtMs = performance.now();
    return true;
  }

  /** All that a client may have sent or tried to send since it was last heard. */
  #takeResends(neverLeft: boolean): number {
    const awayMs = neverLeft ? 0 : this.#leftAtMs === null ? MAX_AWAY_MS : performance.now() - this.#leftAtMs;
    this.#resends ??= new MessageAllowance(MAX_ROOM_MESSAGES_PER_SECOND, undefined, MAX_RESENDS);
    const whileAway = (Math.min(awayMs, MAX_AWAY_MS) / 1_000) * MAX_ROOM_MESSAGES_PER_SECOND;
    return this.#resends.takeUpTo(Math.ceil(whileAway) + ON_THEIR_WAY);
  }
}
