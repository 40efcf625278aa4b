import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { useOfferedGames } from '../games/use-games.ts';
import { Button } from '../ui/button.tsx';
import { Screen } from '../ui/screen.tsx';
import { CreateDialog } from './create-dialog.tsx';
import { Filters } from './filters.tsx';
import { initialFilter } from './filter.ts';
import { JoinByCode } from './join-by-code.tsx';
import { LiveMatches } from './live-matches.tsx';
import { LobbyTable } from './lobby-table.tsx';
import { QuickGames } from './quick-games.tsx';
import { RecentGames } from './recent-games.tsx';

/** Where one finds a game: at once, from the list, by a code, or by opening one. */
export function LobbyBrowser(): VNode {
  const games = useOfferedGames();
  const [filter, setFilter] = useState(initialFilter);
  const [isCreating, setCreating] = useState(false);
  const firstChoice = filter.game === 'all' ? games[0] : filter.game;
  return (
    <Screen class="browser" title="Lobbies" heading="Find a game">
      <section class="actions" aria-label="Start playing">
        <QuickGames games={games} />
        <div class="card actions-side">
          <Button icon="plus" onPress={() => setCreating(true)}>
            Create a lobby
          </Button>
          <JoinByCode />
        </div>
      </section>
      <section class="card lobbies" aria-labelledby="lobbies-title">
        <div class="lobbies-head">
          <h2 id="lobbies-title">Open lobbies</h2>
          <Filters filter={filter} onChange={setFilter} />
        </div>
        <LobbyTable filter={filter} />
      </section>
      <LiveMatches />
      <RecentGames />
      {isCreating && firstChoice && (
        <CreateDialog games={games} game={firstChoice} onClose={() => setCreating(false)} />
      )}
    </Screen>
  );
}
