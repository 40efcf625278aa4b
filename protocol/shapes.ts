import { z } from 'zod';
import {
  CHAT_TEXT_MAX,
  COUNTDOWN_MAX_MS,
  DISPLAY_NAME_MAX,
  ID_PATTERN,
  LOBBY_NAME_MAX,
  LOBBY_PASSWORD_MAX,
} from './limits.ts';

/** Small shapes that several parts of the contract are built from. */

const codePoints = (text: string): number => [...text].length;

/** Text of `min`–`max` Unicode code points, control characters excepted. */
export function text(min: number, max: number) {
  return z
    .string()
    .refine((value) => codePoints(value) >= min, {
      params: { code: 'too-small' },
      error: `must have at least ${min} characters`,
    })
    .refine((value) => codePoints(value) <= max, {
      params: { code: 'too-large' },
      error: `must have at most ${max} characters`,
    })
    .refine((value) => value.isWellFormed() && !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/u.test(value), {
      params: { code: 'invalid-text' },
      error: 'must not contain control characters',
    })
    .meta({ minLength: min, maxLength: max });
}

export const Id = z.string().regex(new RegExp(ID_PATTERN));
export const Timestamp = z.iso.datetime({ precision: 3 }).meta({ description: 'RFC 3339, UTC, milliseconds' });
export const DurationMs = z.int().nonnegative();
export const JsonObject = z.record(z.string(), z.unknown());
export const DisplayName = text(1, DISPLAY_NAME_MAX);
export const LobbyName = text(1, LOBBY_NAME_MAX);
export const LobbyPassword = text(1, LOBBY_PASSWORD_MAX);
export const ChatText = text(1, CHAT_TEXT_MAX);
export const CountdownMs = z.int().min(0).max(COUNTDOWN_MAX_MS);

/** A page of a list: `nextCursor` is null on the last one. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}
