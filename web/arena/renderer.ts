import { UNITS_PER_PIXEL } from '../../rooms/arena/map-rules.ts';
import { aimCamera, isFollowing, type Camera, type Insets, type Place, type Size } from './camera.ts';
import { drawRings, drawSparks, drawTracers } from './effect-painter.ts';
import { Effects } from './effects.ts';
import { FighterPainter } from './fighter-painter.ts';
import { Ground } from './ground.ts';
import { drawMiniMap } from './mini-map.ts';
import type { Scene, Sprite } from './scene.ts';

/** Beyond, more device pixels cost more than one sees of them. */
const MAX_PIXEL_RATIO = 2;
const SHAKE_MS = 220;
const SHAKE_PIXELS = 7;

export interface Frame {
  readonly scene: Scene;
  readonly nowMs: number;
  /** Where the own shots would go, in pixels of the map; null: nowhere. */
  readonly sight: { readonly x: number; readonly y: number } | null;
}

/** Draws the arena onto a canvas: one call a picture. */
export class Renderer {
  readonly effects = new Effects();
  readonly camera: Camera = { scale: 1, left: 0, top: 0 };
  readonly #canvas: HTMLCanvasElement;
  /** Its unit is a CSS pixel after {@link draw}. */
  readonly context: CanvasRenderingContext2D;
  readonly #ground = new Ground();
  readonly #fighters = new FighterPainter();
  readonly #calm = matchMedia('(prefers-reduced-motion: reduce)');
  #size: Size = { width: 1, height: 1 };
  #ratio = 1;
  #insets: Insets = { top: 0, bottom: 0 };
  #shakeSinceMs = -Infinity;

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('This browser can’t draw on a canvas.');
    this.#canvas = canvas;
    this.context = context;
  }

  get size(): Size {
    return this.#size;
  }

  /** The canvas is this large now, in CSS pixels. */
  resize(size: Size, insets: Insets): void {
    this.#size = size;
    this.#insets = insets;
    this.#ratio = Math.min(MAX_PIXEL_RATIO, devicePixelRatio);
    const width = Math.max(1, Math.round(size.width * this.#ratio));
    const height = Math.max(1, Math.round(size.height * this.#ratio));
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
  }

  /** One's own fighter was hit. */
  shake(nowMs: number): void {
    if (!this.#calm.matches) this.#shakeSinceMs = nowMs;
  }

  draw({ scene, nowMs, sight }: Frame): void {
    const context = this.context;
    const world = { width: scene.map.width / UNITS_PER_PIXEL, height: scene.map.height / UNITS_PER_PIXEL };
    aimCamera(this.camera, { screen: this.#size, world, insets: this.#insets }, scene.me);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = '#0a0c22';
    context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
    const { x, y } = this.#corner(nowMs);
    const scale = this.camera.scale * this.#ratio;
    // Pixel by pixel: it was drawn for this size.
    context.drawImage(this.#ground.picture(scene.map, scale), x, y);
    context.setTransform(scale, 0, 0, scale, x, y);
    this.#drawWorld(scene, nowMs, sight);
    context.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    if (scene.me && isFollowing(this.#size, world)) {
      drawMiniMap(context, scene, { width: this.#size.width, top: this.#insets.top });
    }
  }

  #drawWorld(scene: Scene, nowMs: number, sight: Frame['sight']): void {
    const context = this.context;
    const light = { nowMs, scale: this.camera.scale };
    drawRings(context, this.effects.rings, nowMs);
    if (scene.me && sight) drawSight(context, scene.me, sight);
    for (const sprite of scene.sprites.values()) if (!sprite.isMe) this.#fighters.draw(context, sprite, light);
    if (scene.me) this.#fighters.draw(context, scene.me, light);
    drawTracers(context, this.effects.tracers, nowMs);
    drawSparks(context, this.effects.sparks, nowMs);
    for (const sprite of scene.sprites.values()) this.#fighters.drawLabel(context, sprite, light);
  }

  /** Where the map's corner is, in whole device pixels. */
  #corner(nowMs: number): Place {
    const left = 1 - (nowMs - this.#shakeSinceMs) / SHAKE_MS;
    const reach = left > 0 ? left * left * SHAKE_PIXELS : 0;
    return {
      x: Math.round((this.camera.left + Math.sin(nowMs / 13) * reach) * this.#ratio),
      y: Math.round((this.camera.top + Math.cos(nowMs / 17) * reach) * this.#ratio),
    };
  }
}

/** A faint line along which one would shoot. */
function drawSight(
  context: CanvasRenderingContext2D,
  me: Sprite,
  to: { readonly x: number; readonly y: number },
): void {
  context.strokeStyle = 'rgb(255 255 255 / 22%)';
  context.lineWidth = 1.5;
  context.setLineDash([3, 9]);
  context.beginPath();
  context.moveTo(me.x, me.y);
  context.lineTo(to.x, to.y);
  context.stroke();
  context.setLineDash([]);
}
