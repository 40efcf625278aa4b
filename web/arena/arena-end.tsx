import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { MatchResult } from '../../client-sdk/index.ts';
import { useApp } from '../app/parts.ts';
import type { GameScreenProps } from '../games/page-game.ts';
import { useLive } from '../live/use-live.ts';
import { EndActions } from '../match/end-actions.tsx';
import { MATCH_CLOSE_WORDS } from '../words/reasons.ts';
import { endHeadline } from './end-headline.ts';
import type { HudView } from './hud.ts';
import { LiveryIcon } from './livery-icon.tsx';

export interface ArenaEndProps extends GameScreenProps<'arena'> {
  /** null: the round ended without one, or one is out of it. */
  readonly result: MatchResult | null;
  readonly hud: HudView;
}

/** How the round ended, and what now. */
export function ArenaEnd({ match, lobby, result, hud }: ArenaEndProps): VNode {
  const { announcements } = useApp();
  const { closeReason } = useLive(match);
  const headline = result ? endHeadline(hud) : 'The round is over';
  const reason = closeReason && MATCH_CLOSE_WORDS[closeReason];
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    ref.current?.focus({ preventScroll: true });
    announcements.say(headline);
  }, [headline]);
  return (
    <div class="arena-over">
      <section class="arena-end" aria-labelledby="end-title" data-testid="end">
        <h2 id="end-title" ref={ref} tabIndex={-1}>
          {headline}
        </h2>
        {reason && <p class="end-reason">{reason}</p>}
        {result && <Ranking rows={hud.rows} />}
        <div class="arena-end-actions">
          <EndActions match={match} lobby={lobby} isReplaced={closeReason === 'replaced'} />
        </div>
      </section>
    </div>
  );
}

function Ranking({ rows }: Pick<HudView, 'rows'>): VNode {
  return (
    <table class="ranking">
      <thead>
        <tr>
          <th scope="col">Fighter</th>
          <th scope="col">Shot down</th>
          <th scope="col">Fell</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, name, livery, isMe, score, deaths }) => (
          <tr key={key} class={isMe ? 'is-me' : ''}>
            <th scope="row">
              <span class="ranking-name">
                <LiveryIcon livery={livery} /> {name}
                {isMe && ' (you)'}
              </span>
            </th>
            <td>{score}</td>
            <td>{deaths}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
