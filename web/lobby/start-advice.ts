import type { JoinedLobbyView } from '../../client-sdk/index.ts';

type View = Pick<JoinedLobbyView, 'members' | 'hostId' | 'startMode' | 'minPlayers'>;
type Member = View['members'][number];

export interface StartAdvice {
  /** What the lobby waits for, in words; empty if there is nothing to say. */
  readonly words: string;
  /** Whether the host's start would go through. */
  readonly canStart: boolean;
}

/** What it takes until the game begins. Only connected members count. */
export function startAdvice(view: View, myId: string): StartAdvice {
  if (view.startMode === 'instant') return { words: 'It begins as soon as anyone wants to', canStart: true };
  const missing = view.minPlayers - present(view).length;
  if (missing > 0) {
    const words = missing === 1 ? 'Waiting for one more player' : `Waiting for ${missing} more players`;
    return { words, canStart: false };
  }
  const unready = stillUnready(view);
  if (unready.length === 0) {
    const words = view.hostId === myId ? 'Everyone is ready' : 'Everyone is ready. The host can start';
    return { words, canStart: true };
  }
  const iAmMissing = unready.some(isPlayer(myId));
  const words = iAmMissing ? 'Tell us when you are ready' : `Waiting for ${namesWithout(unready, myId)}`;
  return { words, canStart: false };
}

/** The same after a game, when everyone knows what it is about. */
export function rematchAdvice(view: View, myId: string): StartAdvice {
  if (view.startMode === 'instant') return { words: '', canStart: true };
  const advice = startAdvice(view, myId);
  if (advice.canStart || present(view).length < view.minPlayers) return advice;
  const eager = namesWithout(
    present(view).filter(({ ready }) => ready),
    myId,
  );
  if (!stillUnready(view).some(isPlayer(myId))) return advice;
  return { words: eager === '' ? '' : `${eager} wants a rematch!`, canStart: false };
}

function present({ members }: View): readonly Member[] {
  return members.filter(({ connected }) => connected);
}

/** A host who starts by hand need not be ready. */
function stillUnready(view: View): readonly Member[] {
  return present(view).filter(
    ({ playerId, ready }) => !ready && (view.startMode !== 'host' || playerId !== view.hostId),
  );
}

function isPlayer(id: string): (member: Member) => boolean {
  return ({ playerId }) => playerId === id;
}

function namesWithout(members: readonly Member[], myId: string): string {
  const names = members.filter(({ playerId }) => playerId !== myId).map(({ displayName }) => displayName);
  return new Intl.ListFormat('en').format(names);
}
