import { useEffect } from 'preact/hooks';
import type { LobbyMemberView } from '../../client-sdk/index.ts';
import { useApp } from '../app/parts.ts';
import type { OwnLobby } from '../app/parts.ts';
import { memberNews } from './member-news.ts';

/** Tells screen readers who comes, goes and is ready. */
export function useLobbyNews(lobby: OwnLobby): void {
  const { gyre, announcements } = useApp();
  useEffect(() => {
    let before: readonly LobbyMemberView[] = lobby.view.members;
    return lobby.subscribe(({ members }) => {
      const news = memberNews(before, members, gyre.player?.id ?? '');
      before = members;
      if (news !== '') announcements.say(news);
    });
  }, [lobby]);
}
