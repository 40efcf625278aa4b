import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { useApp } from '../app/parts.ts';
import type { OwnLobby } from '../app/parts.ts';
import { useNow } from '../live/use-now.ts';
import { useTask } from '../live/use-task.ts';
import { Button } from '../ui/button.tsx';

export interface CountdownProps {
  readonly lobby: OwnLobby;
  readonly view: OwnLobby['view'];
  readonly myId: string;
  /** While the seats are taken. */
  readonly beginningWords: string;
}

/** Covers the lobby while the game is about to start. */
export function Countdown({ lobby, view, myId, beginningWords }: CountdownProps): VNode | null {
  const { gyre, table, announcements } = useApp();
  const isAboutToSit = view.state === 'in-match' && !table.hasCleared(view.matchId);
  const isOn = view.state === 'countdown' || view.state === 'starting' || isAboutToSit;
  useNow(100, isOn);
  const [isBusy, run] = useTask();
  const secondsLeft = view.countdownEndsAt
    ? Math.max(0, Math.ceil((Date.parse(view.countdownEndsAt) - gyre.serverNowMs()) / 1_000))
    : 0;
  const isCounting = view.state === 'countdown' && secondsLeft > 0;
  useEffect(() => {
    if (view.state === 'countdown') announcements.say(`The game starts in ${secondsLeft} seconds.`);
  }, [view.state]);
  if (!isOn) return null;
  const isHost = view.hostId === myId;
  return (
    <section class="countdown" aria-label="The game is about to start">
      <div class="countdown-face" role="timer" aria-label={isCounting ? `${secondsLeft} seconds` : 'Now'}>
        <span key={secondsLeft} class="countdown-number" aria-hidden="true">
          {isCounting ? secondsLeft : '·'}
        </span>
      </div>
      <p class="countdown-words">{isCounting ? 'Get ready' : beginningWords}</p>
      {view.state === 'countdown' && (
        <Button autoFocus busy={isBusy} onPress={() => run(() => (isHost ? lobby.cancel() : lobby.setReady(false)))}>
          {isHost ? 'Cancel' : 'I’m not ready'}
        </Button>
      )}
    </section>
  );
}
