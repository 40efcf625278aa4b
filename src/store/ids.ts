/** Ids of everything that is stored or shown: `<prefix>_` and 26 letters and digits, ordered by the time of their making. */
import { randomBytes } from 'node:crypto';

/** player, lobby, match, ticket, request, session, chat message, report, incarnation of a process. */
export type IdPrefix = 'p' | 'l' | 'm' | 't' | 'r' | 's' | 'c' | 'x' | 'i';

/** Crockford's base 32, in lower case: every collation orders it as its bytes. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_LENGTH = 10;
const COUNTER_LENGTH = 4;
const RANDOM_BYTES = 12;
/** A new millisecond starts in the lower half, so that a burst within it doesn't run over. */
const COUNTER_LIMIT = 32 ** COUNTER_LENGTH;

let lastMs = 0;
let counter = 0;

/**
 * Draws an id, such as `p_01jd…`. Ids of one process are strictly ordered, also within a millisecond and while the
 * clock is set back; 60 bits of each are random.
 */
export function newId(prefix: IdPrefix, nowMs: number = Date.now()): string {
  const random = randomBytes(RANDOM_BYTES + 2);
  if (nowMs > lastMs) {
    lastMs = nowMs;
    counter = random.readUInt16BE(RANDOM_BYTES) % (COUNTER_LIMIT / 2);
  } else if (++counter === COUNTER_LIMIT) {
    lastMs += 1;
    counter = 0;
  }
  const letters = Array.from(random.subarray(0, RANDOM_BYTES), (byte) => ALPHABET[byte % 32]);
  return `${prefix}_${base32(lastMs, TIME_LENGTH)}${base32(counter, COUNTER_LENGTH)}${letters.join('')}`;
}

function base32(value: number, length: number): string {
  let text = '';
  for (let rest = value, i = 0; i < length; i += 1, rest = Math.floor(rest / 32))
    text = ALPHABET.charAt(rest % 32) + text;
  return text;
}
