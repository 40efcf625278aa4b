import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { useApp } from '../app/parts.ts';
import type { GameScreenProps } from '../games/page-game.ts';
import { useLive } from '../live/use-live.ts';
import { ChatPanel } from '../lobby/chat-panel.tsx';
import { Screen } from '../ui/screen.tsx';
import { Board } from './board.tsx';
import { EndPanel } from './end-panel.tsx';
import { GameActions } from './game-actions.tsx';
import { BEGINNING_WORDS, moveWords, turnWords } from './move-words.ts';
import { NextCountdown } from '../match/next-countdown.tsx';
import { winnerOf } from '../match/outcome.ts';
import { Opponents } from './opponents.tsx';
import { useBoard } from './use-board.ts';
import { useColumnKeys } from './use-column-keys.ts';
import { useDrop } from './use-drop.ts';
import { useResult } from '../match/use-result.ts';
import { useTimeWarning } from './use-time-warning.ts';
import { winningCells } from './winning-cells.ts';

/** A game of connect four, from its first turn to the rematch. */
export function ConnectFourScreen({ match, lobby }: GameScreenProps<'connect-four'>): VNode {
  const { gyre, announcements } = useApp();
  const { seatIndex, closeReason } = useLive(match);
  const nameOf = (side: number): string =>
    side === seatIndex ? 'You' : (match.info.seats[side]?.displayName ?? 'Somebody');
  const { position, turnLeftMs } = useBoard(match, (before, after) => {
    const words = moveWords(before, after, nameOf);
    if (words !== '') announcements.say(words);
  });
  const result = useResult(match);
  const { pending, drop } = useDrop(match, position);
  useColumnKeys(drop);
  const isOn = result === null && closeReason === null;
  const isMyTurn = isOn && position.turn === seatIndex;
  useTimeWarning(isMyTurn, turnLeftMs);
  useEffect(() => announcements.say(`The game has begun. ${turnWords(position.turn, nameOf)}`), [match]);
  const winning = isOn ? [] : winningCells(position.cells);
  const status = isMyTurn ? 'Your turn' : `${nameOf(position.turn)} is thinking…`;
  return (
    <Screen
      class={`game${isMyTurn ? ' is-my-turn' : ''}`}
      title={isOn ? status : 'Game over'}
      heading={<span class="sr-only">Connect four</span>}
    >
      <div class="game-table">
        <Opponents
          match={match}
          lobby={lobby}
          turn={isOn ? position.turn : null}
          winner={result && winnerOf(result)}
          turnLeftMs={turnLeftMs}
        />
        {isOn ? (
          <p class="status" data-testid="status">
            {status}
          </p>
        ) : (
          <EndPanel
            match={match}
            lobby={lobby}
            result={result}
            hasLine={winning.length > 0}
            turnLeftMs={turnLeftMs}
            turn={position.turn}
            nameOf={nameOf}
          />
        )}
        <Board
          position={position}
          hand={isMyTurn ? position.turn : null}
          pending={pending}
          winning={winning}
          onDrop={drop}
        />
        <GameActions match={match} lobby={lobby} isOn={isOn} />
      </div>
      {lobby && (
        <div class="game-side">
          <ChatPanel lobby={lobby} myId={gyre.player?.id ?? ''} />
        </div>
      )}
      {lobby && (
        <NextCountdown lobby={lobby} match={match} myId={gyre.player?.id ?? ''} beginningWords={BEGINNING_WORDS} />
      )}
    </Screen>
  );
}
