import { getMessageBytes, Protocol, ProtocolModifier, ResponseStatus } from '@colyseus/core';
import { blankFrame, type Frame, frameOf } from './web-socket-frame.ts';

/** Frames with the messages of Colyseus' protocol, server → client. */

export const PING_FRAME: Frame = frameOf(getMessageBytes[Protocol.PING]());

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
  return frameOf(getMessageBytes[Protocol.JOIN_ROOM](reconnectionToken, serializer, handshake ?? undefined));
}

const TIMED_PREFIX_BYTES = 8;

/** ROOM_STATE or ROOM_STATE_PATCH, as the state's encoder wrote it. */
export function stateFrame(state: Uint8Array): Frame {
  return frameOf(state);
}

/**
 * As {@link stateFrame}, with the match's time before its body, as Colyseus sends its own clock (`ProtocolModifier.TIMED`):
 * every 0.18 SDK reads it, and hands it to the room's clock.
 * @param timeMs match time, in whole ms; the protocol has 32 bits of it
 */
export function timedFrame(state: Uint8Array, timeMs: number): Frame {
  const { frame, message } = blankFrame(state.length + TIMED_PREFIX_BYTES);
  message.set(state, TIMED_PREFIX_BYTES);
  message[0] = (state[0] ?? 0) | ProtocolModifier.TIMED;
  message.writeUInt32LE(timeMs >>> 0, 1);
  // Behind the time comes the last input of Colyseus' own input channel, which is not used.
  message.writeUInt32LE(0, 1 + 4);
  return frame;
}

/** ROOM_DATA: a message. `undefined` as payload sends none. */
export function dataFrame(type: string, payload: unknown): Frame {
  return frameOf(getMessageBytes.raw(Protocol.ROOM_DATA, type, payload));
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
  return frameOf(getMessageBytes[Protocol.ROOM_RESPONSE](requestId, ResponseStatus.OK, answer));
}

/** ROOM_RESPONSE: a request was refused, with a reason that the client is given as it is. */
export function rejectionFrame(requestId: number, reason: unknown): Frame {
  return frameOf(getMessageBytes[Protocol.ROOM_RESPONSE](requestId, ResponseStatus.REJECTED, reason));
}
