import { Packr } from 'msgpackr';
import { MAX_ROOM_MESSAGE_BYTES } from '../../protocol/limits.ts';
import type { GyreInput } from '../../protocol/room-messages.ts';

const packr = new Packr({ useRecords: false });

/**
 * What a `__gyre` message carries, once unpacked; null if it isn't `[seq, name, payload]` or `[seq, name, payload, true]`,
 * or its payload is too large.
 *
 * @param packedBytes size of the whole array
 */
export function toGyreInput(value: unknown, packedBytes: number): GyreInput | null {
  if (!Array.isArray(value) || value.length < 3 || value.length > 4) return null;
  const [seq, name, payload, reply]: unknown[] = value;
  if (typeof seq !== 'number' || typeof name !== 'string' || (value.length === 4 && reply !== true)) return null;
  // Packed again only for the few that are near the limit.
  if (packedBytes > MAX_ROOM_MESSAGE_BYTES && packr.pack(payload).length > MAX_ROOM_MESSAGE_BYTES) return null;
  return reply === true ? [seq, name, payload, true] : [seq, name, payload];
}
