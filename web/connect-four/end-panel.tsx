import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { MatchResult } from '../../client-sdk/index.ts';
import { useApp } from '../app/parts.ts';
import type { LobbyOf, MatchOf } from '../games/page-game.ts';
import { useLive } from '../live/use-live.ts';
import { MATCH_CLOSE_WORDS } from '../words/reasons.ts';
import type { Side } from './sides.ts';
import { EndActions } from '../match/end-actions.tsx';
import { endWords } from './end-words.ts';
import type { NameOf } from './move-words.ts';
import { outcomeOf, winnerOf } from '../match/outcome.ts';

export interface EndPanelProps {
  readonly match: MatchOf<'connect-four'>;
  readonly lobby: LobbyOf<'connect-four'> | null;
  /** null: the game ended without one, or one is out of it. */
  readonly result: MatchResult | null;
  readonly hasLine: boolean;
  readonly turn: Side;
  readonly turnLeftMs: () => number;
  readonly nameOf: NameOf;
}

/** With less than this left at the end, it was the clock. */
const OUT_OF_TIME_MS = 700;

/** How the game ended, and what now. */
export function EndPanel(props: EndPanelProps): VNode {
  const { match, lobby, result } = props;
  const { announcements } = useApp();
  const { closeReason, seatIndex } = useLive(match);
  const [ranOutOfTime] = useState(
    () => result !== null && winnerOf(result) === 1 - props.turn && props.turnLeftMs() < OUT_OF_TIME_MS,
  );
  const { headline, reason } = result
    ? endWords({ ...props, result, mySeat: seatIndex, ranOutOfTime })
    : { headline: 'The game is over', reason: (closeReason && MATCH_CLOSE_WORDS[closeReason]) ?? '' };
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    ref.current?.focus({ preventScroll: true });
    announcements.say([headline, reason].join(headline.endsWith('!') ? ' ' : '. '));
  }, [headline]);
  return (
    <section class={`end end-${outcomeOf(result, seatIndex)}`} aria-labelledby="end-title" data-testid="end">
      <div class="end-words">
        <h2 id="end-title" ref={ref} tabIndex={-1}>
          {headline}
        </h2>
        <p class="end-reason">{reason}</p>
      </div>
      <EndActions match={match} lobby={lobby} isReplaced={closeReason === 'replaced'} />
    </section>
  );
}
