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

/** Takes out what waits under the room's own number of a request. */
export type TakeRequest = (id: number) => PendingRequest | null;

/** Builds the frames of a step's messages: now, since the game may change what it handed over by the time they leave. */
export function parcelsOf({ messages }: StepOutput, takeRequest: TakeRequest): readonly Parcel[] {
  return messages.flatMap((message) => parcelOf(message, takeRequest) ?? []);
}

function parcelOf({ seatIndex, type, payload, requestId }: Outgoing, takeRequest: TakeRequest): Parcel | null {
  if (requestId === undefined) return { frame: dataFrame(type, payload), to: seatIndex };
  const request = takeRequest(requestId);
  return request === null ? null : { frame: responseFrame(request.requestId, payload), to: request.client };
}
