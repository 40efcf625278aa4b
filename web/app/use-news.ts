import { useEffect } from 'preact/hooks';
import { LOBBY_EXIT_WORDS } from '../words/reasons.ts';
import { addressOf } from './invite.ts';
import { useApp } from './parts.ts';
import type { OwnLobby } from './parts.ts';

/** Follows what happens to the player: why they are out of a lobby, what the service tells, and the address bar. */
export function useNews(): void {
  const { gyre, toasts } = useApp();
  const tellExit = async (lobby: OwnLobby): Promise<void> => {
    const words = LOBBY_EXIT_WORDS[await lobby.closed];
    if (words) toasts.show('notice', words);
  };
  useEffect(() => gyre.onNotice(({ text }) => toasts.show('notice', text)), [gyre]);
  useEffect(() => {
    let lobbyId: string | null = null;
    return gyre.subscribe(({ lobby }) => {
      if ((lobby?.id ?? null) === lobbyId) return;
      lobbyId = lobby?.id ?? null;
      history.replaceState(null, '', addressOf(lobbyId));
      if (lobby) void tellExit(lobby);
    });
  }, [gyre]);
}
