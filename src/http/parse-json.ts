/** JSON from strangers: what the rest of the service may then read, merge and store without a second look. */
import { invalidField, ProblemError } from './problem.ts';

/** Deeper values overflow somebody's stack sooner or later. */
const MAX_DEPTH = 32;

/**
 * Parses JSON in UTF-8 and refuses what can't be stored or merged as it stands: NUL and lone surrogates in texts
 * (PostgreSQL has no place for them), numbers beyond a double, `__proto__` as a key, more than 32 levels.
 * @throws ProblemError `invalid-request`, at the place of the fault
 */
export function parseJson(bytes: Buffer): unknown {
  const value = parse(decode(bytes));
  check(value, { pointer: '#', depth: 0 });
  return value;
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ProblemError('invalid-request', 'The body is not valid UTF-8.');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ProblemError('invalid-request', 'The body is not valid JSON.');
  }
}

interface Place {
  readonly pointer: string;
  readonly depth: number;
}

function check(value: unknown, { pointer, depth }: Place): void {
  if (typeof value === 'string') return checkText(value, pointer);
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw invalidField(pointer, 'too-large', 'is beyond the range of numbers');
  }
  if (typeof value !== 'object' || value === null) return;
  if (depth === MAX_DEPTH) throw invalidField(pointer, 'too-deep', `must have at most ${MAX_DEPTH} levels`);
  for (const [key, member] of Object.entries(value)) {
    const place = { pointer: `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth: depth + 1 };
    if (key === '__proto__') throw invalidField(place.pointer, 'invalid-key', 'is not allowed as a key');
    checkText(key, place.pointer);
    check(member, place);
  }
}

function checkText(text: string, pointer: string): void {
  if (isStorableText(text)) return;
  throw invalidField(pointer.toWellFormed(), 'invalid-text', 'must not contain NUL or half a surrogate pair');
}

/** Whether PostgreSQL can hold a text. */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}
