import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { MatchView } from '../../client-sdk/index.ts';
import { useApp } from '../app/parts.ts';
import { outcomeOf, OUTCOME_WORDS } from '../match/outcome.ts';
import { pageGameOf } from '../games/page-games.ts';
import { isOfPlayed, type PlayedMatchView } from '../games/played.ts';
import { agoWords } from '../words/time.ts';

const SHOWN = 5;
/** Among them may be some of games that this page doesn't know. */
const LOOKED_AT = 20;

/** The player's last games; nothing before the first one. */
export function RecentGames(): VNode | null {
  const { gyre } = useApp();
  const [matches, setMatches] = useState<readonly MatchView[]>([]);
  useEffect(() => {
    // Merely nice to have: without it the page is whole.
    gyre.matches.history({ limit: LOOKED_AT }).then(
      ({ items }) => setMatches(items),
      () => undefined,
    );
  }, [gyre]);
  const over = matches.filter((match) => isOfPlayed(match)).filter(({ finishedAt }) => finishedAt !== null);
  if (over.length === 0) return null;
  return (
    <section class="card recent" aria-labelledby="recent-title">
      <h2 id="recent-title">Your last games</h2>
      <ul class="recent-list">
        {over.slice(0, SHOWN).map((match) => (
          <RecentGame key={match.id} match={match} myId={gyre.player?.id ?? ''} />
        ))}
      </ul>
    </section>
  );
}

function RecentGame({ match, myId }: { readonly match: PlayedMatchView; readonly myId: string }): VNode {
  const outcome = outcomeOf(match.result, match.seats.find(({ playerId }) => playerId === myId)?.index ?? null);
  const others = match.seats.filter(({ playerId }) => playerId !== myId).map(({ displayName }) => displayName);
  return (
    <li>
      <span class={`outcome outcome-${outcome}`}>{OUTCOME_WORDS[outcome]}</span>
      <span class="recent-words">
        {pageGameOf(match.game).title}
        {others.length > 0 && ` against ${new Intl.ListFormat('en').format(others)}`}
      </span>
      <time dateTime={match.finishedAt ?? ''}>{agoWords(Date.parse(match.finishedAt ?? ''), Date.now())}</time>
    </li>
  );
}
