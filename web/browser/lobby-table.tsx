import type { VNode } from 'preact';
import { isOfPlayed } from '../games/played.ts';
import { useJoinsLate } from '../games/use-games.ts';
import { fits, isJoinable } from './filter.ts';
import type { Filter } from './filter.ts';
import { LobbyRow } from './lobby-row.tsx';
import { useWatchedLobbies } from './use-watched-lobbies.ts';

/** The lobbies that fit the filter, live. */
export function LobbyTable({ filter }: { readonly filter: Filter }): VNode {
  const watched = useWatchedLobbies(filter)?.filter((lobby) => isOfPlayed(lobby));
  const joinsLate = useJoinsLate();
  if (watched === undefined) return <p class="empty">Looking around…</p>;
  const shown = watched.filter((lobby) => fits(filter, lobby, joinsLate));
  const isSearched =
    filter.name.trim() !== '' && watched.some((lobby) => fits({ ...filter, name: '' }, lobby, joinsLate));
  return (
    <>
      <p class="sr-only" role="status">
        {shown.length === 1 ? '1 lobby' : `${shown.length} lobbies`}
      </p>
      {shown.length === 0 ? (
        <div class="empty">
          <p>
            <strong>{isSearched ? 'No lobby has that name.' : 'It’s quiet right now.'}</strong>
          </p>
          <p>Start a game: whoever comes next sits down with you.</p>
        </div>
      ) : (
        <ul class="lobby-list">
          {shown.map((lobby) => (
            <LobbyRow key={lobby.id} lobby={lobby} isOpen={isJoinable(lobby, joinsLate)} />
          ))}
        </ul>
      )}
    </>
  );
}
