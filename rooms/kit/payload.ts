import type { z } from 'zod';

/** A payload that fits its schema, or null. */
export interface Parsed {
  readonly payload: unknown;
}

/**
 * Parses a message's payload. On the wire `null` also stands for "none", since MessagePack frames of inputs always carry a
 * payload.
 */
export function parsePayload(schema: z.ZodType, payload: unknown): Parsed | null {
  const parsed = schema.safeParse(payload === null ? undefined : payload);
  if (parsed.success) return { payload: parsed.data };
  if (payload !== null) return null;
  const asNull = schema.safeParse(null);
  return asNull.success ? { payload: asNull.data } : null;
}
