import { getMessageBytes, Protocol, ResponseStatus } from '@colyseus/core';

/**
 * Frames of Colyseus' protocol, server → client. Each is bytes of its own, built once and shared by everyone who gets it:
 * never a view of a buffer that is written again while a slow socket still holds it.
 */
export type Frame = Uint8Array;

export const PING_FRAME: Frame = getMessageBytes[Protocol.PING]();

export interface JoinFrame {
  /** What the client presents to come back, at most 128 characters. */
  readonly reconnectionToken: string;
  /** `none` for a room without a state. */
  readonly serializer: 'schema' | 'none';
  /** Description of the state's types; null if the client has it, or there is no state. */
  readonly handshake: Uint8Array | null;
}

/** JOIN_ROOM: the socket is in. The client acknowledges it. */
export function joinFrame({ reconnectionToken, serializer, handshake }: JoinFrame): Frame {
  return getMessageBytes[Protocol.JOIN_ROOM](reconnectionToken, serializer, handshake ?? undefined);
}

/** ROOM_DATA: a message. `undefined` as payload sends none. */
export function dataFrame(type: string, payload: unknown): Frame {
  return getMessageBytes.raw(Protocol.ROOM_DATA, type, payload);
}

const shared = new WeakMap<object, { readonly type: string; readonly frame: Frame }>();

/** As {@link dataFrame}, but built only once for the same object. The object must not be changed any more. */
export function sharedDataFrame(type: string, payload: object): Frame {
  const known = shared.get(payload);
  if (known?.type === type) return known.frame;
  const frame = dataFrame(type, payload);
  shared.set(payload, { type, frame });
  return frame;
}

/** ROOM_RESPONSE: a request's answer. */
export function responseFrame(requestId: number, answer: unknown): Frame {
  return getMessageBytes[Protocol.ROOM_RESPONSE](requestId, ResponseStatus.OK, answer);
}

/** ROOM_RESPONSE: a request was refused, with a reason that the client is given as it is. */
export function rejectionFrame(requestId: number, reason: unknown): Frame {
  return getMessageBytes[Protocol.ROOM_RESPONSE](requestId, ResponseStatus.REJECTED, reason);
}
