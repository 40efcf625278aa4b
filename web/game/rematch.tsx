import type { VNode } from 'preact';
import { useApp } from '../app/parts.ts';
import type { OwnLobby } from '../app/parts.ts';
import { useLive } from '../live/use-live.ts';
import { StartBar } from '../lobby/start-bar.tsx';

/** Once more with the same people; nothing while the lobby is not open again yet. */
export function Rematch({ lobby }: { readonly lobby: OwnLobby }): VNode | null {
  const { gyre } = useApp();
  const view = useLive<OwnLobby['view']>(lobby);
  if (view.state !== 'open') return null;
  return <StartBar lobby={lobby} view={view} myId={gyre.player?.id ?? ''} isRematch />;
}
