import type { VNode } from 'preact';
import type { OwnLobby } from '../app/parts.ts';
import { startAdvice } from './start-advice.ts';
import { StartButton } from './start-button.tsx';

export interface StartBarProps {
  readonly lobby: OwnLobby;
  readonly view: OwnLobby['view'];
  readonly myId: string;
}

/** What the lobby waits for, and what one can do about it. */
export function StartBar({ lobby, view, myId }: StartBarProps): VNode {
  const { words, canStart } = startAdvice(view, myId);
  return (
    <div class="start-bar">
      <p role="status" class="start-words">
        {words}
      </p>
      <StartButton lobby={lobby} view={view} myId={myId} canStart={canStart} />
    </div>
  );
}
