/** The answer of a handler that doesn't take a message. It must not have changed anything. */
export interface Refused<Code extends string = string> {
  readonly refused: Code;
}

/** Refuses a message: `return refuse('not-your-turn')`. The code is one of the game's `refusals`. */
export function refuse<const Code extends string>(code: Code): Refused<Code> {
  return { refused: code };
}
