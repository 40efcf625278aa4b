import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp } from '../app/parts.ts';
import type { GameScreenProps } from '../games/page-game.ts';
import { useLive } from '../live/use-live.ts';
import { ChatPanel } from '../lobby/chat-panel.tsx';
import { NextCountdown } from '../match/next-countdown.tsx';
import { useResult } from '../match/use-result.ts';
import { Screen } from '../ui/screen.tsx';
import { ArenaEnd } from './arena-end.tsx';
import { arenaNews } from './arena-news.ts';
import { ArenaTools } from './arena-tools.tsx';
import { BEGINNING_WORDS, KEY_WORDS } from './words.ts';
import type { HudView } from './hud.ts';
import { KillFeed } from './kill-feed.tsx';
import { NetOverlay } from './net-overlay.tsx';
import { ScoreStrip } from './score-strip.tsx';
import { useArena } from './use-arena.ts';
import { useHotkey } from './use-hotkey.ts';

/** A round in the arena, from dropping in to the next one; for those who watch, too. */
export function ArenaScreen({ match, lobby }: GameScreenProps<'arena'>): VNode {
  const { gyre, announcements } = useApp();
  const { seatIndex, closeReason } = useLive(match);
  const { canvas, bar, hud: store, play } = useArena(match);
  const hud = useLive(store);
  const result = useResult(match);
  const [isChatShown, setChatShown] = useState(false);
  const [isNetShown, setNetShown] = useState(false);
  const isOn = result === null && closeReason === null;
  const isWatching = seatIndex === null;
  const myId = gyre.player?.id ?? '';
  useHotkey('KeyN', () => setNetShown((shown) => !shown));
  useEffect(() => announcements.say(isWatching ? 'You are watching the arena.' : 'You are in the arena.'), [match]);
  useNews(hud, (words) => announcements.say(words));
  return (
    <Screen
      class="arena"
      title={isWatching ? 'Watching the arena' : 'Arena'}
      heading={<span class="sr-only">Arena</span>}
    >
      <canvas
        ref={canvas}
        class="arena-canvas"
        tabIndex={0}
        role="img"
        aria-label={isWatching ? 'The arena' : `The arena. ${KEY_WORDS}`}
        data-testid="arena"
      />
      <header ref={bar} class="arena-bar">
        <p class={`arena-clock${hud.isLow && isOn ? ' is-low' : ''}`} role="timer" aria-label="Left of the round">
          {hud.clock}
        </p>
        <ScoreStrip rows={hud.rows} teams={hud.teams} />
        <ArenaTools
          match={match}
          lobby={lobby}
          isOn={isOn}
          isNetShown={isNetShown}
          onNet={() => setNetShown(!isNetShown)}
          onChat={lobby && (() => setChatShown(!isChatShown))}
        />
        <KillFeed feed={hud.feed} />
      </header>
      {isOn && hud.respawnSeconds !== null && (
        <p class="arena-hint" data-testid="respawn">
          <strong>You are down</strong>
          <span>Back in {hud.respawnSeconds}…</span>
        </p>
      )}
      {isOn && isWatching && <p class="arena-watching">Watching</p>}
      {isOn && !isWatching && <KeyHint />}
      {isChatShown && lobby && (
        <div class="arena-chat">
          <ChatPanel lobby={lobby} myId={myId} />
        </div>
      )}
      {isNetShown && play && <NetOverlay match={match} play={play} onClose={() => setNetShown(false)} />}
      {!isOn && <ArenaEnd match={match} lobby={lobby} result={result} hud={hud} />}
      {lobby && <NextCountdown lobby={lobby} match={match} myId={myId} beginningWords={BEGINNING_WORDS} />}
    </Screen>
  );
}

function KeyHint(): VNode {
  return (
    <p class="arena-keys key-hint">
      <kbd>W</kbd> <kbd>A</kbd> <kbd>S</kbd> <kbd>D</kbd> to move, mouse to aim and fire, <kbd>N</kbd> for the network
    </p>
  );
}

function useNews(hud: HudView, tell: (words: string) => void): void {
  const before = useRef(hud);
  useEffect(() => {
    const words = arenaNews(before.current, hud);
    before.current = hud;
    if (words !== '') tell(words);
  }, [hud]);
}
