import { useRef, useState } from 'preact/hooks';
import type { RefusalOf } from '../../client-sdk/index.ts';
import { landingCell } from '../../rooms/connect-four/rules.ts';
import type { Games } from '../../rooms/games.ts';
import { useApp } from '../app/parts.ts';
import type { MatchOf } from '../games/page-game.ts';
import type { Position } from './position.ts';

const REFUSALS: Readonly<Record<RefusalOf<Games['connect-four']>, string>> = {
  'not-your-turn': 'It isn’t your turn.',
  'column-full': 'That column is full.',
};

export interface Drop {
  /** The column of a disc that is on its way to the room; null if there is none. */
  readonly pending: number | null;
  readonly drop: (column: number) => void;
}

/** Drops discs, one at a time. What the room would refuse anyway isn't sent, but said. */
export function useDrop(match: MatchOf<'connect-four'>, position: Position): Drop {
  const { announcements, toasts } = useApp();
  const [pending, setPending] = useState<number | null>(null);
  const isPending = useRef(false);
  const { seatIndex } = match.view;
  const ask = async (column: number): Promise<void> => {
    const reply = await match.request('drop', { column });
    if (!reply.ok) toasts.show('notice', REFUSALS[reply.refused]);
  };
  const drop = (column: number): void => {
    if (isPending.current || match.view.closeReason) return;
    if (position.turn !== seatIndex) return announcements.say(REFUSALS['not-your-turn']);
    if (landingCell(position.cells, column) === null) return toasts.show('notice', REFUSALS['column-full']);
    isPending.current = true;
    setPending(column);
    ask(column)
      .catch((error: unknown) => toasts.showError(error))
      .finally(() => {
        isPending.current = false;
        setPending(null);
      });
  };
  return { pending, drop };
}
