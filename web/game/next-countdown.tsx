import type { VNode } from 'preact';
import type { OwnLobby, OwnMatch } from '../app/parts.ts';
import { useLive } from '../live/use-live.ts';
import { Countdown } from '../lobby/countdown.tsx';

export interface NextCountdownProps {
  readonly lobby: OwnLobby;
  readonly match: OwnMatch;
  readonly myId: string;
}

/** The countdown to the rematch. */
export function NextCountdown({ lobby, match, myId }: NextCountdownProps): VNode | null {
  const view = useLive<OwnLobby['view']>(lobby);
  if (view.matchId === match.id) return null;
  return <Countdown lobby={lobby} view={view} myId={myId} />;
}
