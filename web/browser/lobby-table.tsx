import type { VNode } from 'preact';
import { matchesName } from './filter.ts';
import type { Filter } from './filter.ts';
import { LobbyRow } from './lobby-row.tsx';
import { useWatchedLobbies } from './use-watched-lobbies.ts';

/** The lobbies that fit the filter, live. */
export function LobbyTable({ filter }: { readonly filter: Filter }): VNode {
  const watched = useWatchedLobbies(filter);
  if (watched === null) return <p class="empty">Looking around…</p>;
  const shown = watched.filter((lobby) => matchesName(filter, lobby));
  return (
    <>
      <p class="sr-only" role="status">
        {shown.length === 1 ? '1 lobby' : `${shown.length} lobbies`}
      </p>
      {shown.length === 0 ? (
        <div class="empty">
          <p>
            <strong>{watched.length === 0 ? 'It’s quiet right now.' : 'No lobby has that name.'}</strong>
          </p>
          <p>Start a quick game: whoever comes next sits down with you.</p>
        </div>
      ) : (
        <ul class="lobby-list">
          {shown.map((lobby) => (
            <LobbyRow key={lobby.id} lobby={lobby} />
          ))}
        </ul>
      )}
    </>
  );
}
