import type { VNode } from 'preact';
import { useJoin } from '../app/join.tsx';
import { pageGameOf } from '../games/page-games.ts';
import type { PlayedSummary } from '../games/played.ts';
import { useTask } from '../live/use-task.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icons.tsx';

export interface LobbyRowProps {
  readonly lobby: PlayedSummary;
  /** Whether one can sit down in it now. */
  readonly isOpen: boolean;
}

export function LobbyRow({ lobby, isOpen }: LobbyRowProps): VNode {
  const join = useJoin();
  const [isBusy, run] = useTask();
  const { title, settingsWords } = pageGameOf(lobby.game);
  return (
    <li class="lobby-row">
      <div class="lobby-row-main">
        <strong class="lobby-row-name">{lobby.name}</strong>
        <span class="lobby-row-facts">
          {title}, {settingsWords(lobby.settings)}
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
        <span class="lobby-row-shut">{lobby.locked ? 'Locked' : lobby.openSlots === 0 ? 'Full' : 'Playing'}</span>
      )}
    </li>
  );
}

/** More seats than this are counted, not drawn. */
const DOTS_MAX = 4;

function Seats({ taken, places }: { readonly taken: number; readonly places: number }): VNode {
  return (
    <span class="seat-dots">
      <span class={places > DOTS_MAX ? 'seat-count' : 'sr-only'}>
        {taken} of {places}
        <span class="sr-only"> seats taken</span>
      </span>
      {places <= DOTS_MAX &&
        Array.from({ length: places }, (_, place) => (
          <span key={place} class={place < taken ? 'seat-dot is-taken' : 'seat-dot'} aria-hidden="true" />
        ))}
    </span>
  );
}
