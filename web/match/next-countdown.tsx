import type { VNode } from 'preact';
import type { OwnLobby, OwnMatch } from '../app/parts.ts';
import { useLive } from '../live/use-live.ts';
import { Countdown } from '../lobby/countdown.tsx';

export interface NextCountdownProps {
  readonly lobby: OwnLobby;
  readonly match: OwnMatch;
  readonly myId: string;
  readonly beginningWords: string;
}

/** The countdown to the next match. */
export function NextCountdown({ lobby, match, ...rest }: NextCountdownProps): VNode | null {
  const view = useLive<OwnLobby['view']>(lobby);
  if (view.matchId === match.id) return null;
  return <Countdown lobby={lobby} view={view} {...rest} />;
}
