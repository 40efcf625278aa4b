import type { VNode } from 'preact';
import { useApp } from '../app/parts.ts';
import { pageGameOf } from '../games/page-games.ts';
import type { PlayedMatchView } from '../games/played.ts';
import { useTask } from '../live/use-task.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icons.tsx';
import { agoWords } from '../words/time.ts';
import { useLiveMatches } from './use-live-matches.ts';

/** What is played now and may be watched; nothing while there is nothing. */
export function LiveMatches(): VNode | null {
  const matches = useLiveMatches();
  if (matches.length === 0) return null;
  return (
    <section class="card live" aria-labelledby="live-title">
      <h2 id="live-title">Live now</h2>
      <ul class="lobby-list">
        {matches.map((match) => (
          <LiveMatch key={match.id} match={match} />
        ))}
      </ul>
    </section>
  );
}

function LiveMatch({ match }: { readonly match: PlayedMatchView }): VNode {
  const { table } = useApp();
  const [isBusy, run] = useTask();
  // Who left and came back has two seats.
  const people = new Map(match.seats.map(({ index, playerId, displayName }) => [playerId ?? index, displayName]));
  const names = new Intl.ListFormat('en').format(people.values());
  return (
    <li class="lobby-row live-row">
      <div class="lobby-row-main">
        <strong class="lobby-row-name">{names}</strong>
        <span class="lobby-row-facts">
          {pageGameOf(match.game).title}, began {agoWords(Date.parse(match.startedAt ?? ''), Date.now())}
        </span>
      </div>
      <Button kind="plain" busy={isBusy} onPress={() => run(() => table.watch(match.id))}>
        <Icon name="eye" /> Watch<span class="sr-only"> {names}</span>
      </Button>
    </li>
  );
}
