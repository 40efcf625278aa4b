import { FIGHTER_RADIUS, UNITS_PER_PIXEL } from '../../rooms/arena/map-rules.ts';
import { FULL_HP, SHOT_DAMAGE } from '../../rooms/arena/rules.ts';
import type { Livery, Mark } from './palette.ts';
import { isUp, type Sprite } from './scene.ts';

const RADIUS = FIGHTER_RADIUS / UNITS_PER_PIXEL;
const HIT_FLASH_MS = 140;
const APPEAR_MS = 350;
const BAR = { width: 46, height: 6, above: RADIUS + 15 };
/** Drawn once a colour, larger than they are ever shown. */
const BODY_SCALE = 3;
const BODY_SIZE = (RADIUS + 4) * 2;
export const BODY_PIXELS = BODY_SIZE * BODY_SCALE;

export interface Light {
  readonly nowMs: number;
  /** Screen pixels to a pixel of the map: names keep their size. */
  readonly scale: number;
}

/** Draws fighters into a context whose unit is a pixel of the map. */
export class FighterPainter {
  readonly #bodies = new Map<string, HTMLCanvasElement>();

  draw(context: CanvasRenderingContext2D, sprite: Sprite, { nowMs }: Light): void {
    if (!isUp(sprite)) return drawGrave(context, sprite);
    const grown = Math.min(1, (nowMs - sprite.appearedMs) / APPEAR_MS);
    context.save();
    context.translate(sprite.x, sprite.y);
    context.scale(grown, grown);
    drawShadow(context);
    if (sprite.isMe) drawHalo(context, nowMs);
    context.save();
    context.rotate(sprite.angle);
    drawBarrel(context, sprite.livery);
    context.restore();
    context.drawImage(this.#bodyOf(sprite.livery), -BODY_SIZE / 2, -BODY_SIZE / 2, BODY_SIZE, BODY_SIZE);
    if (nowMs - sprite.hitMs < HIT_FLASH_MS) drawFlash(context, 1 - (nowMs - sprite.hitMs) / HIT_FLASH_MS);
    context.restore();
  }

  /** Name and health, over everybody. */
  drawLabel(context: CanvasRenderingContext2D, sprite: Sprite, { scale }: Light): void {
    if (!isUp(sprite)) return;
    const size = Math.max(13, 12 / scale);
    context.font = `600 ${size}px Outfit, system-ui, sans-serif`;
    context.textAlign = 'center';
    context.textBaseline = 'alphabetic';
    const y = sprite.y - BAR.above;
    context.lineWidth = 3.5;
    context.strokeStyle = 'rgb(10 12 35 / 85%)';
    context.strokeText(sprite.name, sprite.x, y - 6);
    context.fillStyle = sprite.isMe ? '#fff' : sprite.livery.face;
    context.fillText(sprite.name, sprite.x, y - 6);
    drawBar(context, sprite, y);
  }

  #bodyOf(livery: Livery): HTMLCanvasElement {
    const known = this.#bodies.get(livery.face);
    if (known) return known;
    const body = document.createElement('canvas');
    body.width = body.height = BODY_PIXELS;
    const context = body.getContext('2d');
    if (context) drawBody(context, livery);
    this.#bodies.set(livery.face, body);
    return body;
  }
}

function drawShadow(context: CanvasRenderingContext2D): void {
  context.fillStyle = 'rgb(4 5 20 / 45%)';
  context.beginPath();
  context.ellipse(3, 7, RADIUS, RADIUS * 0.92, 0, 0, 2 * Math.PI);
  context.fill();
}

/** Around one's own fighter, so that one finds it. */
function drawHalo(context: CanvasRenderingContext2D, nowMs: number): void {
  const breath = 0.5 + 0.5 * Math.sin(nowMs / 420);
  context.strokeStyle = `rgb(255 255 255 / ${0.55 + breath * 0.3})`;
  context.lineWidth = 2.5;
  context.beginPath();
  context.arc(0, 0, RADIUS + 7 + breath * 1.5, 0, 2 * Math.PI);
  context.stroke();
}

function drawBarrel(context: CanvasRenderingContext2D, { face, edge }: Livery): void {
  context.fillStyle = edge;
  context.beginPath();
  context.roundRect(6, -7, RADIUS + 8, 14, 5);
  context.fill();
  context.fillStyle = face;
  context.beginPath();
  context.roundRect(6, -4, RADIUS + 5, 8, 3);
  context.fill();
}

/** Onto an empty canvas of {@link BODY_PIXELS} each way. */
export function drawBody(context: CanvasRenderingContext2D, { face, edge, mark }: Livery): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, BODY_PIXELS, BODY_PIXELS);
  context.scale(BODY_SCALE, BODY_SCALE);
  context.translate(BODY_SIZE / 2, BODY_SIZE / 2);
  context.fillStyle = edge;
  context.beginPath();
  context.arc(0, 0, RADIUS, 0, 2 * Math.PI);
  context.fill();
  const shine = context.createRadialGradient(-6, -8, 2, 0, 0, RADIUS);
  shine.addColorStop(0, '#fff');
  shine.addColorStop(0.28, face);
  shine.addColorStop(1, face);
  context.fillStyle = shine;
  context.beginPath();
  context.arc(0, 0, RADIUS - 3, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = edge;
  context.strokeStyle = edge;
  context.lineWidth = 2.6;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  MARKS[mark](context);
}

/** Each within a circle of ten pixels. */
const MARKS: Readonly<Record<Mark, (context: CanvasRenderingContext2D) => void>> = {
  sun(context) {
    fillCircle(context, 4.5);
    context.beginPath();
    for (let ray = 0; ray < 8; ray += 1) {
      const x = Math.cos((ray * Math.PI) / 4);
      const y = Math.sin((ray * Math.PI) / 4);
      context.moveTo(x * 7.5, y * 7.5);
      context.lineTo(x * 10.5, y * 10.5);
    }
    context.stroke();
  },
  moon(context) {
    context.beginPath();
    context.arc(0, 0, 9.5, 0.55 * Math.PI, 1.95 * Math.PI, false);
    context.arc(4.6, -1.6, 7.2, 1.8 * Math.PI, 0.72 * Math.PI, true);
    context.fill();
  },
  star(context) {
    fillPolygon(context, { corners: 10, inner: 4.4, outer: 10.5 });
  },
  ring(context) {
    fillCircle(context, 4);
    context.beginPath();
    context.ellipse(0, 0, 11, 4.2, -0.45, 0, 2 * Math.PI);
    context.stroke();
  },
  cross(context) {
    context.lineWidth = 4.5;
    context.beginPath();
    context.moveTo(-6, -6);
    context.lineTo(6, 6);
    context.moveTo(6, -6);
    context.lineTo(-6, 6);
    context.stroke();
  },
  wedge(context) {
    fillPolygon(context, { corners: 3, inner: 10, outer: 10 });
  },
  gem(context) {
    fillPolygon(context, { corners: 4, inner: 9.5, outer: 9.5 });
  },
  bars(context) {
    for (const x of [-7.5, -1.75, 4]) context.fillRect(x, -7.5, 3.5, 15);
  },
};

function fillCircle(context: CanvasRenderingContext2D, radius: number): void {
  context.beginPath();
  context.arc(0, 0, radius, 0, 2 * Math.PI);
  context.fill();
}

function fillPolygon(
  context: CanvasRenderingContext2D,
  { corners, inner, outer }: { readonly corners: number; readonly inner: number; readonly outer: number },
): void {
  context.beginPath();
  for (let corner = 0; corner < corners; corner += 1) {
    const angle = (corner / corners) * 2 * Math.PI - Math.PI / 2;
    const radius = corner % 2 === 0 ? outer : inner;
    context.lineTo(Math.cos(angle) * radius, Math.sin(angle) * radius);
  }
  context.closePath();
  context.fill();
}

function drawFlash(context: CanvasRenderingContext2D, strength: number): void {
  context.fillStyle = `rgb(255 255 255 / ${strength * 0.9})`;
  fillCircle(context, RADIUS);
}

/** Where somebody fell. */
function drawGrave(context: CanvasRenderingContext2D, { x, y, livery }: Sprite): void {
  context.save();
  context.translate(x, y);
  context.globalAlpha = 0.35;
  context.strokeStyle = livery.face;
  context.lineWidth = 3;
  context.setLineDash([5, 6]);
  context.beginPath();
  context.arc(0, 0, RADIUS - 2, 0, 2 * Math.PI);
  context.stroke();
  context.restore();
}

function drawBar(context: CanvasRenderingContext2D, { x, hp, trailingHp, isMe, livery }: Sprite, y: number): void {
  const left = x - BAR.width / 2;
  context.fillStyle = 'rgb(10 12 35 / 85%)';
  context.beginPath();
  context.roundRect(left - 1.5, y - 1.5, BAR.width + 3, BAR.height + 3, 4);
  context.fill();
  context.fillStyle = '#fff4d6';
  context.fillRect(left, y, (BAR.width * trailingHp) / FULL_HP, BAR.height);
  context.fillStyle = isMe ? '#7fe0a8' : livery.face;
  context.fillRect(left, y, (BAR.width * hp) / FULL_HP, BAR.height);
  // A notch a hit.
  context.fillStyle = 'rgb(10 12 35 / 70%)';
  for (let at = SHOT_DAMAGE; at < FULL_HP; at += SHOT_DAMAGE) {
    context.fillRect(left + (BAR.width * at) / FULL_HP - 0.5, y, 1, BAR.height);
  }
}
