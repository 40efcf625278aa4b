import type { VNode } from 'preact';
import { useApp } from '../app/parts.ts';
import { useLive } from '../live/use-live.ts';
import { Icon } from './icons.tsx';
import { useMatchStatus } from './use-match-status.ts';

const WORDS = {
  connecting: 'Connecting',
  connected: 'Connected',
  reconnecting: 'Reconnecting',
  closed: 'Offline',
} as const;

/** Whether what one sees is live. */
export function ConnectionPill(): VNode {
  const { gyre } = useApp();
  const { connection: hub } = useLive(gyre);
  const { connection: seat, pingMs } = useMatchStatus();
  const state = seat === 'reconnecting' ? seat : hub;
  return (
    <span class={`pill pill-${state}`} data-testid="connection">
      <span class="pill-dot" aria-hidden="true" />
      {WORDS[state]}
      {state === 'connected' && seat === 'connected' && pingMs !== null && <small> {pingMs} ms</small>}
    </span>
  );
}

/** On top of the page, and in sight wherever one has scrolled to, while a connection is lost. */
export function ReconnectBanner(): VNode {
  const { gyre } = useApp();
  const { player, connection } = useLive(gyre);
  const { connection: seat } = useMatchStatus();
  const isLost = player !== null && (connection === 'reconnecting' || seat === 'reconnecting');
  return (
    <div role="status" class={`reconnect-banner${isLost ? ' is-shown' : ''}`}>
      {isLost && (
        <p>
          <Icon name="spinner" />
          <span>{seat === null ? 'Reconnecting…' : 'Reconnecting… your seat is kept, the match waits for you.'}</span>
        </p>
      )}
    </div>
  );
}
