import type { VNode } from 'preact';
import type { PlayerView } from '../../client-sdk/index.ts';
import { PlayerMenu } from '../player/player-menu.tsx';
import { ConnectionPill } from '../ui/connection.tsx';
import { Logo } from '../ui/logo.tsx';

export function Header({ player }: { readonly player: PlayerView }): VNode {
  return (
    <header class="header">
      <span class="brand">
        <Logo />
        <span>Gyre</span>
      </span>
      <ConnectionPill />
      <PlayerMenu player={player} />
    </header>
  );
}
