import type { BadActor } from './bad-actor.ts';

/** One thing that a bad actor does. */
export interface Act {
  readonly name: string;
  /** Only for who has a seat in the match. */
  readonly needsSeat?: boolean;
  /** @returns what it came to, in a word; throws if that must not be */
  run(actor: BadActor): Promise<string>;
}

/**
 * So many messages are too many, whoever stalls: what comes late was allowed meanwhile, 60 a second, so that a machine which
 * stands still for a second may well take 120.
 */
export const FLOOD = 1_000;
