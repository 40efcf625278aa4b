import type { VNode } from 'preact';
import { useJoin } from '../app/join.tsx';
import { useTask } from '../live/use-task.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icons.tsx';
import { durationWords } from '../words/time.ts';
import type { Summary } from './filter.ts';

export function LobbyRow({ lobby }: { readonly lobby: Summary }): VNode {
  const join = useJoin();
  const [isBusy, run] = useTask();
  const isOpen = lobby.state === 'open' && lobby.openSlots > 0 && !lobby.locked;
  return (
    <li class="lobby-row">
      <div class="lobby-row-main">
        <strong class="lobby-row-name">{lobby.name}</strong>
        <span class="lobby-row-facts">
          {durationWords(lobby.settings.turnMs)} a turn
          {lobby.hasPassword && (
            <span class="tag">
              <Icon name="lock" /> Password
            </span>
          )}
          {lobby.state !== 'open' && <span class="tag">{lobby.state === 'in-match' ? 'Playing' : 'Starting'}</span>}
        </span>
      </div>
      <Seats taken={lobby.memberCount} places={lobby.maxPlayers} />
      {isOpen ? (
        <Button kind="plain" busy={isBusy} onPress={() => run(() => join({ by: 'id', lobbyId: lobby.id }))}>
          Join<span class="sr-only"> {lobby.name}</span>
        </Button>
      ) : (
        <span class="lobby-row-shut">{lobby.locked ? 'Locked' : 'Full'}</span>
      )}
    </li>
  );
}

function Seats({ taken, places }: { readonly taken: number; readonly places: number }): VNode {
  return (
    <span class="seat-dots">
      <span class="sr-only">
        {taken} of {places} seats taken
      </span>
      {Array.from({ length: places }, (_, place) => (
        <span key={place} class={place < taken ? 'seat-dot is-taken' : 'seat-dot'} aria-hidden="true" />
      ))}
    </span>
  );
}
