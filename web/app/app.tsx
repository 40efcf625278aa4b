import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { LobbyBrowser } from '../browser/lobby-browser.tsx';
import { ForeignGameScreen } from '../games/foreign-game-screen.tsx';
import { pageGameOf } from '../games/page-games.ts';
import { foreignGame, isOfPlayed } from '../games/played.ts';
import { useLive } from '../live/use-live.ts';
import { LobbyScreen } from '../lobby/lobby-screen.tsx';
import { SignIn } from '../sign-in/sign-in.tsx';
import { Announcer } from '../ui/announcer.tsx';
import { ReconnectBanner } from '../ui/connection.tsx';
import { ToastList } from '../ui/toast-list.tsx';
import { Boot } from './boot.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { Header } from './header.tsx';
import { inviteOf } from './invite.ts';
import { JoinProvider } from './join.tsx';
import { useApp } from './parts.ts';
import type { OwnLobby, OwnMatch } from './parts.ts';
import { useNews } from './use-news.ts';
import { useResume } from './use-resume.ts';

/** The whole page: which screen there is follows from where the player is, so a reload leads to the same one. */
export function App(): VNode {
  const { gyre } = useApp();
  const [invite, setInvite] = useState(() => inviteOf(location));
  const resumed = useResume();
  const { player } = useLive(gyre);
  useNews();
  useEffect(() => {
    const follow = (): void => setInvite(inviteOf(location));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return (
    <>
      <a class="skip-link" href="#main" onClick={skipToMain}>
        Skip to the content
      </a>
      <ReconnectBanner />
      <ErrorBoundary>
        {player && resumed.isDone ? (
          <JoinProvider invite={invite} onInviteUsed={() => setInvite(null)}>
            <Header player={player} />
            <PlayerScreen />
          </JoinProvider>
        ) : resumed.isDone ? (
          <SignIn invite={invite} />
        ) : (
          <Boot hasTrouble={resumed.hasTrouble} />
        )}
      </ErrorBoundary>
      <ToastList />
      <Announcer />
    </>
  );
}

function PlayerScreen(): VNode {
  const { gyre, table } = useApp();
  const { lobby } = useLive(gyre);
  const match = useLive(table);
  useEffect(() => {
    // Each screen's own heading takes the focus; after a sign-out the next player starts at the top.
    scrollTo(0, 0);
  }, [lobby?.id, match?.id]);
  // By place: one that is broken is no reason to show none of the others.
  return (
    <ErrorBoundary key={match?.id ?? lobby?.id ?? ''}>
      <Place match={match} lobby={lobby} />
    </ErrorBoundary>
  );
}

interface PlaceProps {
  readonly match: OwnMatch | null;
  readonly lobby: OwnLobby | null;
}

function Place({ match, lobby }: PlaceProps): VNode {
  const foreign = foreignGame([match?.info.game, lobby?.view.game]);
  if (foreign !== null) return <ForeignGameScreen game={foreign} match={match} lobby={lobby} />;
  if (match && isOfPlayed(match)) {
    const { Screen } = pageGameOf(match.game);
    return <Screen key={match.id} match={match} lobby={lobby && isOfPlayed(lobby) ? lobby : null} />;
  }
  if (lobby && isOfPlayed(lobby)) return <LobbyScreen key={lobby.id} game={pageGameOf(lobby.game)} lobby={lobby} />;
  return <LobbyBrowser />;
}

/** Not by the address: its hash names the lobby. */
function skipToMain(event: Event): void {
  event.preventDefault();
  const heading = document.querySelector<HTMLElement>('#main h1');
  heading?.focus();
}
