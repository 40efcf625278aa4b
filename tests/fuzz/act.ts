import type { BadActor } from './bad-actor.ts';

/** One thing that a bad actor does. */
export interface Act {
  readonly name: string;
  /** Only for who has a seat in the match. */
  readonly needsSeat?: boolean;
  /** @returns what it came to, in a word; throws if that must not be */
  run(actor: BadActor): Promise<string>;
}
