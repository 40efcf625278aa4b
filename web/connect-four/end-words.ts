import type { MatchResult } from '../../client-sdk/index.ts';
import { outcomeOf, winnerOf } from '../match/outcome.ts';
import type { NameOf } from './move-words.ts';

export interface EndFacts {
  readonly result: MatchResult;
  readonly mySeat: number | null;
  readonly hasLine: boolean;
  /** As far as this page could tell: the turn of the one who lost had no time left. */
  readonly ranOutOfTime: boolean;
  readonly nameOf: NameOf;
}

/** The end of a game, as a headline and a reason. The room tells who won, not why: that is read off the board. */
export function endWords(facts: EndFacts): { readonly headline: string; readonly reason: string } {
  const { result, mySeat, nameOf } = facts;
  const winner = winnerOf(result);
  if (winner === null) return { headline: 'A draw', reason: 'Nobody has four in a row.' };
  const headline = outcomeOf(result, mySeat) === 'won' ? 'You won!' : `${nameOf(winner)} won`;
  return { headline, reason: reasonOf(facts, nameOf(1 - winner)) };
}

function reasonOf({ hasLine, ranOutOfTime }: EndFacts, loser: string): string {
  if (hasLine) return 'Four in a row.';
  return ranOutOfTime ? `${loser} ran out of time.` : `${loser} gave up.`;
}
