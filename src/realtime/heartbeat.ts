import type { GyreWebSocket } from './gyre-web-socket.ts';

const ROUND_MS = 2_500;
/** A round is spread over so many looks: sockets by the thousand are not pinged in one go. */
const SLOTS = 25;
/** Silent for this many rounds, and a peer is asked for a sign of life. */
const ASKED_AFTER_ROUNDS = 2;
/** The peer had two rounds to answer in. */
const DEAD_AFTER_ROUNDS = 3;

/** Finds the sockets whose peers are gone without a word: whoever says anything is not asked, and nobody is asked by the clock alone. */
export class Heartbeat {
  readonly #slots = Array.from({ length: SLOTS }, () => new Set<GyreWebSocket>());
  readonly #timer: NodeJS.Timeout;
  #added = 0;
  #looks = 0;

  /** @param roundMs 2,500 if left out */
  constructor(roundMs: number = ROUND_MS) {
    this.#timer = setInterval(() => this.#look(), roundMs / SLOTS).unref();
  }

  /** From now on, until it is closed. */
  watch(socket: GyreWebSocket): void {
    const slot = this.#slots[this.#added++ % SLOTS];
    slot?.add(socket);
    socket.once('close', () => slot?.delete(socket));
  }

  /** The peer was asked for a sign of life, and nothing has come since. */
  isAsked(socket: GyreWebSocket): boolean {
    return socket.silentRounds >= ASKED_AFTER_ROUNDS;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const socket of this.#slots[this.#looks++ % SLOTS] ?? []) {
      if (socket.silentRounds >= DEAD_AFTER_ROUNDS) {
        socket.terminate();
        continue;
      }
      socket.silentRounds += 1;
      if (this.isAsked(socket)) socket.ping();
    }
  }
}
