import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp, type Client } from '../app/parts.ts';
import type { MatchOf } from '../games/page-game.ts';
import { Store } from '../live/store.ts';
import { ArenaPlay } from './arena-play.ts';
import { Controls } from './controls.ts';
import { drawHitMark, drawHurt } from './feedback-painter.ts';
import { EMPTY_HUD, readHud, type HudView } from './hud.ts';
import { Renderer } from './renderer.ts';
import { SeatNames } from './seat-names.ts';
import { drawSticks } from './stick-painter.ts';
import { tell } from './telltale.ts';

const HUD_EVERY_MS = 150;
const TELL_EVERY_MS = 50;
/** Below the map, where thumbs rest. */
const STICK_ROOM = 200;
const BOTTOM = 40;

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
    const run = runArena(match, { gyre, canvas: canvas.current, bar: bar.current, hud });
    setPlay(run.play);
    return run.stop;
  }, [match]);
  return { canvas, bar, hud, play };
}

interface Stage {
  readonly gyre: Client;
  readonly canvas: HTMLCanvasElement;
  readonly bar: HTMLElement | null;
  readonly hud: Store<HudView>;
}

function runArena(
  match: MatchOf<'arena'>,
  { gyre, canvas, bar, hud }: Stage,
): { readonly play: ArenaPlay; readonly stop: () => void } {
  const renderer = new Renderer(canvas);
  const controls = match.view.seatIndex === null ? null : new Controls(canvas);
  const names = new SeatNames({
    known: () => match.info.seats,
    ask: async () => (await gyre.matches.get(match.id)).seats,
  });
  const play = new ArenaPlay({ match, renderer, controls, names });
  const fit = (): void => {
    const { clientWidth: width, clientHeight: height } = canvas;
    const hasThumbs = controls !== null && controls.isTouch && height > width;
    renderer.resize({ width, height }, { top: bar?.offsetHeight ?? 0, bottom: hasThumbs ? STICK_ROOM : BOTTOM });
  };
  fit();
  const observer = new ResizeObserver(fit);
  for (const element of [canvas, bar]) if (element) observer.observe(element);
  let hudMs = -Infinity;
  let toldMs = -Infinity;
  let shown = '';
  let request = 0;
  const frame = (nowMs: number): void => {
    request = requestAnimationFrame(frame);
    play.frame(nowMs);
    drawHurt(renderer.context, renderer.size, nowMs - play.shots.hurtMs);
    const aimedAt = controls?.pointer ?? null;
    if (aimedAt) drawHitMark(renderer.context, aimedAt, nowMs - play.shots.ownHitMs);
    if (controls?.isTouch) drawSticks(renderer.context, controls, renderer.size);
    if (nowMs - toldMs >= TELL_EVERY_MS) {
      toldMs = nowMs;
      tell(canvas, { match, play, camera: renderer.camera });
    }
    if (nowMs - hudMs < HUD_EVERY_MS) return;
    hudMs = nowMs;
    play.renewNames(nowMs);
    const view = readHud(match, play, nowMs);
    // Most of the time nothing has changed that one would see.
    const text = JSON.stringify(view);
    if (text !== shown) hud.set(view);
    shown = text;
  };
  request = requestAnimationFrame(frame);
  const stop = (): void => {
    cancelAnimationFrame(request);
    observer.disconnect();
    controls?.stop();
    play.stop();
  };
  return { play, stop };
}
