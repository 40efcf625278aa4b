import type { MatchResult } from '../../client-sdk/index.ts';

export type Outcome = 'won' | 'lost' | 'draw' | 'none';

export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  won: 'Won',
  lost: 'Lost',
  draw: 'Draw',
  none: 'No result',
};

/** What a result means for one seat; null: for nobody in particular, which counts as a loss unless it is a draw. */
export function outcomeOf(result: MatchResult | null, seatIndex: number | null): Outcome {
  if (result === null) return 'none';
  if (winnerOf(result) === null) return 'draw';
  return winnerOf(result) === seatIndex ? 'won' : 'lost';
}

/** The seat that won; null for a draw. */
export function winnerOf({ placements }: MatchResult): number | null {
  const first = placements.filter(({ place }) => place === 1);
  return first.length === 1 ? (first[0]?.seatIndex ?? null) : null;
}
