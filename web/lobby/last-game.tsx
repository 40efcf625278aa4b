import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { AnyMatchView } from '../../client-sdk/index.ts';
import type { Games } from '../../rooms/games.ts';
import { useApp } from '../app/parts.ts';
import type { OwnLobby } from '../app/parts.ts';
import { winnersOf } from '../match/outcome.ts';

export interface LastGameProps {
  readonly view: OwnLobby['view'];
  readonly myId: string;
}

/** How the last game of this lobby ended, which its players may have come to by a reload. */
export function LastGame({ view, myId }: LastGameProps): VNode | null {
  const { gyre } = useApp();
  const [match, setMatch] = useState<AnyMatchView<Games> | null>(null);
  const { lastMatchId } = view;
  useEffect(() => {
    setMatch(null);
    // A newcomer did not play it: to them it doesn't exist.
    if (lastMatchId) gyre.matches.get(lastMatchId).then(setMatch, () => undefined);
  }, [gyre, lastMatchId]);
  if (!match?.result) return null;
  const winners = winnersOf(match.result).map((index) => match.seats.find((seat) => seat.index === index));
  const names = winners.flatMap((seat) => (seat ? [seat.playerId === myId ? 'You' : seat.displayName] : []));
  const words =
    names.length > 0 ? `${new Intl.ListFormat('en').format(names)} won the last game.` : 'The last game was a draw.';
  return <p class="note">{words} A rematch is only “ready” once more.</p>;
}
