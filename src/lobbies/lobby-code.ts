import { randomInt } from 'node:crypto';
import { LOBBY_CODE_LENGTH, LOBBY_CODE_LETTERS } from '../../protocol/limits.ts';

const CODE = new RegExp(`^[${LOBBY_CODE_LETTERS}]{${LOBBY_CODE_LENGTH}}$`);

/** Draws a code: six letters without lookalikes, some 190 million of them. Whether it is free, the database says. */
export function drawCode(): string {
  const letters = Array.from({ length: LOBBY_CODE_LENGTH }, () =>
    LOBBY_CODE_LETTERS.charAt(randomInt(LOBBY_CODE_LETTERS.length)),
  );
  return letters.join('');
}

/** A code as somebody typed it, in the one way in which it is stored; null if it can't be one. */
export function normalizeCode(typed: string): string | null {
  const code = typed.trim().toUpperCase();
  return CODE.test(code) ? code : null;
}
