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
  const winners = winnersOf(result);
  if (winners.length === 0) return 'draw';
  return seatIndex !== null && winners.includes(seatIndex) ? 'won' : 'lost';
}

/** The seats in the first place; none where everyone is, which is a draw. One alone has won against the bots. */
export function winnersOf({ placements }: MatchResult): readonly number[] {
  const first = placements.filter(({ place }) => place === 1);
  if (first.length === placements.length && first.length > 1) return [];
  return first.map(({ seatIndex }) => seatIndex);
}

/** The seat that won alone; null: none did. */
export function winnerOf(result: MatchResult): number | null {
  const winners = winnersOf(result);
  return winners.length === 1 ? (winners[0] ?? null) : null;
}
