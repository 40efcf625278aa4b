import type { Client } from '../app/parts.ts';
import type { MatchOf } from '../games/page-game.ts';
import type { Store } from '../live/store.ts';
import { ArenaPlay } from './arena-play.ts';
import { Controls } from './controls.ts';
import { drawHitMark, drawHurt } from './feedback-painter.ts';
import { readHud, type HudView } from './hud.ts';
import { Renderer } from './renderer.ts';
import { SeatNames } from './seat-names.ts';
import { drawSticks } from './stick-painter.ts';
import { tell } from './telltale.ts';

export interface ArenaStageOptions {
  readonly match: MatchOf<'arena'>;
  readonly gyre: Client;
  readonly canvas: HTMLCanvasElement;
  /** What lies over the upper edge. */
  readonly bar: HTMLElement | null;
  readonly hud: Store<HudView>;
}

const HUD_EVERY_MS = 150;
const TELL_EVERY_MS = 50;
/** Below the map, where thumbs rest. */
const STICK_ROOM = 200;
const BOTTOM = 40;

/** Runs the arena on a canvas, from its making to its {@link stop}: the one loop that draws. */
export class ArenaStage {
  readonly play: ArenaPlay;
  readonly #options: ArenaStageOptions;
  readonly #renderer: Renderer;
  /** null: one only watches. */
  readonly #controls: Controls | null;
  readonly #observer = new ResizeObserver(() => this.#fit());
  #hudMs = -Infinity;
  #hudText = '';
  #toldMs = -Infinity;
  #request: number;

  constructor(options: ArenaStageOptions) {
    const { match, gyre, canvas, bar } = options;
    this.#options = options;
    this.#renderer = new Renderer(canvas);
    this.#controls = match.view.seatIndex === null ? null : new Controls(canvas);
    const names = new SeatNames({
      known: () => match.info.seats,
      ask: async () => (await gyre.matches.get(match.id)).seats,
    });
    this.play = new ArenaPlay({ match, renderer: this.#renderer, controls: this.#controls, names });
    for (const element of [canvas, bar]) if (element) this.#observer.observe(element);
    this.#fit();
    this.#request = requestAnimationFrame(this.#frame);
  }

  stop(): void {
    cancelAnimationFrame(this.#request);
    this.#observer.disconnect();
    this.#controls?.stop();
    this.play.stop();
  }

  #fit(): void {
    const { canvas, bar } = this.#options;
    const { clientWidth: width, clientHeight: height } = canvas;
    const hasThumbs = (this.#controls?.isTouch ?? false) && height > width;
    const bottom = hasThumbs ? STICK_ROOM : BOTTOM;
    this.#renderer.resize({ width, height }, { top: bar?.offsetHeight ?? 0, bottom });
  }

  readonly #frame = (nowMs: number): void => {
    this.#draw(nowMs);
    if (nowMs - this.#toldMs >= TELL_EVERY_MS) this.#tell(nowMs);
    if (nowMs - this.#hudMs >= HUD_EVERY_MS) this.#refreshHud(nowMs);
    // Last, so that a bug is told once, not sixty times a second.
    this.#request = requestAnimationFrame(this.#frame);
  };

  #draw(nowMs: number): void {
    this.play.frame(nowMs);
    const { context, size } = this.#renderer;
    const { hurtMs, ownHitMs } = this.play.shots;
    drawHurt(context, size, nowMs - hurtMs);
    if (this.#controls?.pointer) drawHitMark(context, this.#controls.pointer, nowMs - ownHitMs);
    if (this.#controls?.isTouch) drawSticks(context, this.#controls, size);
  }

  #tell(nowMs: number): void {
    this.#toldMs = nowMs;
    const { match, canvas } = this.#options;
    tell(canvas, { match, play: this.play, camera: this.#renderer.camera });
  }

  #refreshHud(nowMs: number): void {
    this.#hudMs = nowMs;
    this.play.renewNames(nowMs);
    const view = readHud(this.#options.match, this.play, nowMs);
    // Most of the time nothing has changed that one would see.
    const text = JSON.stringify(view);
    if (text !== this.#hudText) this.#options.hud.set(view);
    this.#hudText = text;
  }
}
