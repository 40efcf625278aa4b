import type { VNode } from 'preact';
import { useApp } from '../app/parts.ts';
import type { LobbyOf, PageGame } from '../games/page-game.ts';
import type { PlayedName } from '../games/played.ts';
import { useLive } from '../live/use-live.ts';
import { useTask } from '../live/use-task.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icons.tsx';
import { Screen } from '../ui/screen.tsx';
import { LOBBY_REASON_WORDS } from '../words/reasons.ts';
import { ChatPanel } from './chat-panel.tsx';
import { Countdown } from './countdown.tsx';
import { LastGame } from './last-game.tsx';
import { MemberList } from './member-list.tsx';
import { RunningGame } from './running-game.tsx';
import { SettingsPanel } from './settings-panel.tsx';
import { SharePanel } from './share-panel.tsx';
import { StartBar } from './start-bar.tsx';
import { TeamChoice } from './team-choice.tsx';
import { useLobbyNews } from './use-lobby-news.ts';

export interface LobbyScreenProps<Name extends PlayedName> {
  readonly game: PageGame<Name>;
  readonly lobby: LobbyOf<Name>;
}

/** The gathering before a game. */
export function LobbyScreen<Name extends PlayedName>({ game, lobby }: LobbyScreenProps<Name>): VNode {
  const { gyre } = useApp();
  const view = useLive<LobbyOf<Name>['view']>(lobby);
  const [isLeaving, run] = useTask();
  useLobbyNews(lobby);
  const myId = gyre.player?.id ?? '';
  const teams = game.teamsWith?.(view.settings) ?? [];
  const mine = view.members.find(({ playerId }) => playerId === myId)?.team ?? null;
  return (
    <Screen
      class="lobby"
      title={view.name}
      heading={
        <>
          {view.name} <span class="tag">{game.title}</span>
          {view.private && (
            <span class="tag">
              <Icon name="lock" /> Private
            </span>
          )}
          {view.locked && <span class="tag">Locked</span>}
        </>
      }
    >
      <div class="lobby-main">
        {view.reason && (
          <p class="note" role="status">
            {LOBBY_REASON_WORDS[view.reason]}
          </p>
        )}
        <LastGame view={view} myId={myId} />
        <MemberList lobby={lobby} view={view} myId={myId} teams={teams} />
        {view.matchId === null && teams.length > 0 && <TeamChoice lobby={lobby} teams={teams} mine={mine} />}
        {view.matchId === null ? <StartBar lobby={lobby} view={view} myId={myId} /> : <RunningGame id={view.matchId} />}
        <SettingsPanel game={game} lobby={lobby} view={view} isHost={view.hostId === myId} />
      </div>
      <div class="lobby-side">
        <SharePanel code={view.code} />
        <ChatPanel lobby={lobby} myId={myId} />
        <Button kind="quiet" icon="exit" busy={isLeaving} onPress={() => run(() => lobby.leave())}>
          Leave the lobby
        </Button>
      </div>
      <Countdown lobby={lobby} view={view} myId={myId} beginningWords={game.beginningWords} />
    </Screen>
  );
}
