import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp } from '../app/parts.ts';
import type { MatchOf } from '../games/page-game.ts';
import { Store } from '../live/store.ts';
import type { ArenaPlay } from './arena-play.ts';
import { ArenaStage } from './arena-stage.ts';
import { EMPTY_HUD, type HudView } from './hud.ts';

export interface UseArena {
  readonly canvas: { current: HTMLCanvasElement | null };
  /** What lies over the upper edge. */
  readonly bar: { current: HTMLElement | null };
  readonly hud: Store<HudView>;
  /** null: not there yet. */
  readonly play: ArenaPlay | null;
}

/** Runs the arena on a canvas for as long as the screen is there. */
export function useArena(match: MatchOf<'arena'>): UseArena {
  const { gyre } = useApp();
  const canvas = useRef<HTMLCanvasElement>(null);
  const bar = useRef<HTMLElement>(null);
  const [hud] = useState(() => new Store<HudView>(EMPTY_HUD));
  const [play, setPlay] = useState<ArenaPlay | null>(null);
  useEffect(() => {
    if (!canvas.current) return undefined;
    const stage = new ArenaStage({ match, gyre, canvas: canvas.current, bar: bar.current, hud });
    setPlay(stage.play);
    return () => stage.stop();
  }, [match]);
  return { canvas, bar, hud, play };
}
