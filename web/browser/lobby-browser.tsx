import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { GAME } from '../app/own-game.ts';
import { useApp } from '../app/parts.ts';
import { useTask } from '../live/use-task.ts';
import { Button } from '../ui/button.tsx';
import { Screen } from '../ui/screen.tsx';
import { CreateDialog } from './create-dialog.tsx';
import { Filters } from './filters.tsx';
import { initialFilter } from './filter.ts';
import { JoinByCode } from './join-by-code.tsx';
import { LobbyTable } from './lobby-table.tsx';
import { RecentGames } from './recent-games.tsx';

/** Where one finds a game: at once, from the list, by a code, or by opening one. */
export function LobbyBrowser(): VNode {
  const { gyre } = useApp();
  const [filter, setFilter] = useState(initialFilter);
  const [isCreating, setCreating] = useState(false);
  const [isBusy, run] = useTask();
  const quickPlay = async (): Promise<void> => {
    const create = { startMode: 'all-ready' } as const;
    const where = { openSlots: { ge: 1 }, hasPassword: false, locked: false };
    const lobby = await gyre.lobbies.quickJoin({ game: GAME, where, create });
    await lobby.setReady();
  };
  return (
    <Screen class="browser" title="Lobbies" heading="Find a game">
      <section class="actions" aria-label="Start playing">
        <button
          type="button"
          class="hero-action"
          aria-busy={isBusy}
          onClick={() => {
            if (!isBusy) run(quickPlay);
          }}
        >
          <strong>Quick game</strong>
          <span>Sit down with whoever is waiting</span>
        </button>
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
      <RecentGames />
      {isCreating && <CreateDialog onClose={() => setCreating(false)} />}
    </Screen>
  );
}
