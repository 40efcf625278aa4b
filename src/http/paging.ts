/** Lists a page at a time: an opaque cursor says where the next one begins, and is bound to its query. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX } from '../../protocol/limits.ts';
import { canonicalJson } from './canonical-json.ts';
import { parseJson } from './parse-json.ts';
import { invalidParameter } from './problem.ts';

/** `limit` of a query: 1–100, 20 if left out. */
export const PageLimit = z
  .string()
  .regex(/^\d{1,6}$/, { error: 'must be a whole number' })
  .transform(Number)
  .pipe(z.int().min(1).max(PAGE_LIMIT_MAX))
  .default(PAGE_LIMIT_DEFAULT)
  .meta({ override: { type: 'integer', minimum: 1, maximum: PAGE_LIMIT_MAX, default: PAGE_LIMIT_DEFAULT } });

/** `cursor` of a query: read it with {@link decodeCursor}. */
export const PageCursor = z.string().max(2_048).optional();

/**
 * A cursor that stands for `position`, any JSON.
 * @param query all that the list depends on but `limit`: filter, sort, caller; never changed
 */
export function encodeCursor(position: unknown, query: unknown): string {
  return Buffer.from(JSON.stringify([fingerprint(query), position])).toString('base64url');
}

/**
 * The position that a cursor stands for.
 * @throws ProblemError `invalid-cursor` if it is malformed, of another query, or its position doesn't fit `schema`
 */
export function decodeCursor<Schema extends z.ZodType>(
  cursor: string,
  query: unknown,
  schema: Schema,
): z.output<Schema> {
  const parsed = z.tuple([z.literal(fingerprint(query)), schema]).safeParse(parseCursor(cursor));
  if (parsed.success) return parsed.data[1] as z.output<Schema>;
  const detail = 'is not a cursor of this query; start again without one';
  throw invalidParameter('cursor', { code: 'invalid-cursor', detail }, 'invalid-cursor');
}

function parseCursor(cursor: string): unknown {
  try {
    return parseJson(Buffer.from(cursor, 'base64url'));
  } catch {
    return null;
  }
}

/** Of queries that are held on to. */
const fingerprints = new WeakMap<object, string>();

function fingerprint(query: unknown): string {
  const held = typeof query === 'object' && query !== null ? query : {};
  const known = fingerprints.get(held);
  if (known !== undefined) return known;
  const made = createHash('sha256').update(canonicalJson(query)).digest('base64url').slice(0, 12);
  fingerprints.set(held, made);
  return made;
}
