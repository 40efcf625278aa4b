import { GYRE_TYPE, type GyreMessage } from '../../protocol/room-messages.ts';
import type { Outgoing, StepOutput } from '../../rooms/kit/ports.ts';
import { dataFrame, responseFrame } from './frames.ts';
import type { SocketClient } from './socket-client.ts';
import type { Frame } from './web-socket-frame.ts';

/** A plain request that waits for its answer: ids are counted by each socket for itself. */
export interface PendingRequest {
  readonly client: SocketClient;
  readonly requestId: number;
}

/** A message, built; `to` null: for everyone. */
export interface Parcel {
  readonly frame: Frame;
  readonly to: number | SocketClient | null;
  /** It says which inputs a step has consumed, and nothing else. */
  readonly isAck: boolean;
}

/** Plain requests of one room that wait for their answers. */
export class PlainRequests {
  /** Made with the first: Gyre's own SDK makes none. */
  #waiting: Map<number, PendingRequest> | null = null;
  #last = 0;

  /** @returns the room's own number of the request */
  add(request: PendingRequest): number {
    this.#last += 1;
    this.#waiting ??= new Map();
    this.#waiting.set(this.#last, request);
    return this.#last;
  }

  /** Its socket is gone. A request may wait for ever: of a seat that was given up, or one that was no request. */
  forget(client: SocketClient): void {
    for (const [id, request] of this.#waiting ?? []) if (request.client === client) this.#waiting?.delete(id);
  }

  take(id: number): PendingRequest | null {
    const request = this.#waiting?.get(id) ?? null;
    this.#waiting?.delete(id);
    return request;
  }
}

/** Told of a message that can't be put on the wire, which is the game's fault. */
export type UnsendableListener = (error: unknown, type: string) => void;

/**
 * Builds the frames of a step's messages: now, since the game may change what it handed over by the time they leave. One
 * that can't be built is left out: the step has happened, and must be recorded and seen like any other.
 */
export function parcelsOf(
  { messages }: Pick<StepOutput, 'messages'>,
  requests: PlainRequests,
  onUnsendable: UnsendableListener,
): readonly Parcel[] {
  let last: Built | null = null;
  return messages.flatMap((message) => {
    try {
      if (message.requestId !== undefined) return answerOf(message, message.requestId, requests) ?? [];
      if (last?.type !== message.type || last.payload !== message.payload) last = built(message);
      return { frame: last.frame, to: message.seatIndex, isAck: last.isAck };
    } catch (error) {
      onUnsendable(error, message.type);
      return [];
    }
  });
}

/** A message for one seat or more: what goes to several follows each other. */
interface Built extends Pick<Parcel, 'frame' | 'isAck'>, Pick<Outgoing, 'type' | 'payload'> {}

function built({ type, payload }: Outgoing): Built {
  const isAck = type === GYRE_TYPE && (payload as GyreMessage).type === 'ack';
  return { type, payload, isAck, frame: dataFrame(type, payload) };
}

function answerOf({ payload }: Outgoing, requestId: number, requests: PlainRequests): Parcel | null {
  const request = requests.take(requestId);
  if (request === null) return null;
  return { frame: responseFrame(request.requestId, payload), to: request.client, isAck: false };
}
