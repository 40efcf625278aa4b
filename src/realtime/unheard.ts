import { MAX_ROOM_MESSAGE_BYTES } from '../../protocol/limits.ts';
import { GYRE_TYPE } from '../../protocol/room-messages.ts';
import { type InboundMessage, unpackPayload } from './inbound-frame.ts';

/** What was said to a room that takes in nothing more: a message, or null for goodbye. */
export interface Unheard {
  readonly seatIndex: number;
  readonly message: { readonly type: string; readonly payload: unknown } | null;
}

/** What players may say while their match is between two processes. */
export const MAX_UNHEARD = 10_000;

/**
 * Inputs with a number are sent again by their client, to whoever runs the match then; the rest would be lost.
 * @returns null for what needs not be passed on
 */
export function unheardOf(seatIndex: number, message: InboundMessage | { readonly kind: 'leave' }): Unheard | null {
  if (message.kind === 'leave') return { seatIndex, message: null };
  const { type, packed, requestId } = message;
  if (type === GYRE_TYPE || requestId !== null || packed.length > MAX_ROOM_MESSAGE_BYTES) return null;
  const payload = unpackPayload(packed);
  return payload === null ? null : { seatIndex, message: { type, payload: payload.value } };
}

/** What players said that can't be played now: kept for whoever runs the match next, or passed on there. */
export class UnheardWords {
  #kept: Unheard[] = [];
  #passOn: ((unheard: Unheard) => void) | null = null;

  /** Whether they are passed on, and not kept. */
  get arePassedOn(): boolean {
    return this.#passOn !== null;
  }

  add(unheard: Unheard): void {
    if (this.#passOn !== null) this.#passOn(unheard);
    else if (this.#kept.length < MAX_UNHEARD) this.#kept.push(unheard);
  }

  /** What was kept, and is so no more. */
  take(): readonly Unheard[] {
    const kept = this.#kept;
    this.#kept = [];
    return kept;
  }

  /** From here on. */
  passOnTo(passOn: (unheard: Unheard) => void): void {
    this.#passOn = passOn;
  }
}
