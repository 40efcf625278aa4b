import type { JoinedLobbyView } from '../../client-sdk/index.ts';

type View = Pick<JoinedLobbyView, 'members' | 'hostId' | 'startMode' | 'minPlayers'>;

export interface StartAdvice {
  /** What the lobby waits for, in words. */
  readonly words: string;
  /** Whether the host's start would go through. */
  readonly canStart: boolean;
}

/** What it takes until the game begins. Only connected members count. */
export function startAdvice({ members, hostId, startMode, minPlayers }: View, myId: string): StartAdvice {
  const present = members.filter(({ connected }) => connected);
  const missing = minPlayers - present.length;
  if (missing > 0) {
    const words = missing === 1 ? 'Waiting for one more player' : `Waiting for ${missing} more players`;
    return { words, canStart: false };
  }
  const unready = present.filter(({ playerId, ready }) => !ready && (startMode !== 'host' || playerId !== hostId));
  if (unready.length === 0) {
    const words = hostId === myId ? 'Everyone is ready' : 'Everyone is ready. The host can start';
    return { words, canStart: true };
  }
  const others = unready.filter(({ playerId }) => playerId !== myId).map(({ displayName }) => displayName);
  const iAmMissing = others.length < unready.length;
  return { words: iAmMissing ? 'Tell us when you are ready' : `Waiting for ${listed(others)}`, canStart: false };
}

function listed(names: readonly string[]): string {
  return new Intl.ListFormat('en').format(names);
}
