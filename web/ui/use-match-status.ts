import type { Live, MatchStatus } from '../../client-sdk/index.ts';
import { useApp } from '../app/parts.ts';
import { Store } from '../live/store.ts';
import { useLive } from '../live/use-live.ts';

type Line = Pick<MatchStatus, 'pingMs'> & { readonly connection: MatchStatus['connection'] | null };

const NO_MATCH = new Store<Line>({ connection: null, pingMs: null });

/** The connection to the match on the table; null if there is none. */
export function useMatchStatus(): Line {
  const match: Live<Line> | null = useLive(useApp().table);
  return useLive(match ?? NO_MATCH);
}
