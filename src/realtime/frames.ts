import { getMessageBytes, Protocol, ProtocolModifier, ResponseStatus } from '@colyseus/core';

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

const TIMED_PREFIX_BYTES = 8;

/**
 * A state frame with the match's time before its body, as Colyseus sends its own clock (`ProtocolModifier.TIMED`): every
 * 0.18 SDK reads it, and hands it to the room's clock.
 * @param timeMs match time, in whole ms
 */
export function timedFrame(stateFrame: Frame, timeMs: number): Frame {
  const frame = new Uint8Array(stateFrame.length + TIMED_PREFIX_BYTES);
  frame[0] = (stateFrame[0] ?? 0) | ProtocolModifier.TIMED;
  // Behind the time comes the last input of Colyseus' own input channel, which is not used.
  new DataView(frame.buffer).setUint32(1, timeMs, true);
  frame.set(stateFrame.subarray(1), 1 + TIMED_PREFIX_BYTES);
  return frame;
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
