/** Ids of everything that is stored or shown: `<prefix>_` and 26 letters and digits, ordered by the time of their making. */
import { randomFillSync } from 'node:crypto';

/** player, lobby, match, ticket, session, chat message, report, incarnation of a process. */
export type IdPrefix = 'p' | 'l' | 'm' | 't' | 's' | 'c' | 'x' | 'i';

/** Crockford's base 32, in lower case: every collation orders it as its bytes. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const BASE = ALPHABET.length;
/** Any two letters, by what they stand for: ids are made with every request, two letters at a time. */
const PAIRS = Array.from(
  { length: BASE ** 2 },
  (_, i) => ALPHABET.charAt(Math.floor(i / BASE)) + ALPHABET.charAt(i % BASE),
);
const TIME_LENGTH = 10;
const COUNTER_LENGTH = 4;
const RANDOM_PAIRS = 6;
/** A new millisecond starts in the lower half, so that a burst within it doesn't run over. */
const COUNTER_LIMIT = BASE ** COUNTER_LENGTH;

/** Drawn for many ids at once: asking for randomness costs more than the rest of an id. */
const random = new Uint16Array(4_096);
let randomUsed = random.length;
let lastMs = 0;
let lastTime = '';
let counter = 0;
let processTail: string | null = null;

/**
 * Draws an id, such as `p_01jd…`. Ids of one process are strictly ordered, also within a millisecond and while the
 * clock is set back; 60 bits of each are random.
 */
export function newId(prefix: IdPrefix, nowMs: number = Date.now()): string {
  return `${prefix}_${nextPlace(nowMs)}${randomTail()}`;
}

/** Draws a request's id: as any other, but not hard to guess. It opens nothing, and every request has one. */
export function newRequestId(): string {
  processTail ??= randomTail();
  return `r_${nextPlace(Date.now())}${processTail}`;
}

/** What orders the ids, and tells those of one process apart. */
function nextPlace(nowMs: number): string {
  if (nowMs > lastMs) {
    setTime(nowMs);
    counter = nextRandom() % (COUNTER_LIMIT / 2);
  } else if (++counter === COUNTER_LIMIT) {
    setTime(lastMs + 1);
    counter = 0;
  }
  return `${lastTime}${pair(Math.floor(counter / PAIRS.length))}${pair(counter)}`;
}

function randomTail(): string {
  let tail = '';
  for (let i = 0; i < RANDOM_PAIRS; i += 1) tail += pair(nextRandom());
  return tail;
}

function setTime(ms: number): void {
  lastMs = ms;
  lastTime = '';
  for (let rest = ms, i = 0; i < TIME_LENGTH; i += 2, rest = Math.floor(rest / PAIRS.length)) {
    lastTime = pair(rest) + lastTime;
  }
}

function pair(value: number): string {
  return PAIRS[value % PAIRS.length] ?? '';
}

function nextRandom(): number {
  if (randomUsed === random.length) {
    randomFillSync(random);
    randomUsed = 0;
  }
  const drawn = random[randomUsed] ?? 0;
  randomUsed += 1;
  return drawn;
}
