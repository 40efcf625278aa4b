import type { Outgoing, StepOutput } from '../../rooms/kit/ports.ts';
import { dataFrame, type Frame, responseFrame } from './frames.ts';
import type { SocketClient } from './socket-client.ts';

/** A plain request that waits for its answer: ids are counted by each socket for itself. */
export interface PendingRequest {
  readonly client: SocketClient;
  readonly requestId: number;
}

/** A message, built; `to` null: for everyone. */
export interface Parcel {
  readonly frame: Frame;
  readonly to: number | SocketClient | null;
}

/** Plain requests of one room that wait for their answers. */
export class PlainRequests {
  readonly #waiting = new Map<number, PendingRequest>();
  #last = 0;

  /** @returns the room's own number of the request */
  add(request: PendingRequest): number {
    this.#last += 1;
    this.#waiting.set(this.#last, request);
    return this.#last;
  }

  take(id: number): PendingRequest | null {
    const request = this.#waiting.get(id) ?? null;
    this.#waiting.delete(id);
    return request;
  }
}

/** Builds the frames of a step's messages: now, since the game may change what it handed over by the time they leave. */
export function parcelsOf({ messages }: StepOutput, requests: PlainRequests): readonly Parcel[] {
  return messages.flatMap((message) => parcelOf(message, requests) ?? []);
}

function parcelOf({ seatIndex, type, payload, requestId }: Outgoing, requests: PlainRequests): Parcel | null {
  if (requestId === undefined) return { frame: dataFrame(type, payload), to: seatIndex };
  const request = requests.take(requestId);
  return request === null ? null : { frame: responseFrame(request.requestId, payload), to: request.client };
}
