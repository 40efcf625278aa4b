import type { Place, Size } from './camera.ts';

const HURT_MS = 420;
const HIT_MS = 260;

/** The edges of the screen, after one was hit. */
export function drawHurt(context: CanvasRenderingContext2D, { width, height }: Size, sinceMs: number): void {
  if (sinceMs > HURT_MS) return;
  const shade = context.createRadialGradient(
    width / 2,
    height / 2,
    Math.min(width, height) * 0.42,
    width / 2,
    height / 2,
    Math.max(width, height) * 0.62,
  );
  shade.addColorStop(0, 'rgb(255 90 60 / 0%)');
  shade.addColorStop(1, `rgb(255 90 60 / ${55 * (1 - sinceMs / HURT_MS)}%)`);
  context.fillStyle = shade;
  context.fillRect(0, 0, width, height);
}

/** Around where one aims, after one has hit somebody. */
export function drawHitMark(context: CanvasRenderingContext2D, { x, y }: Place, sinceMs: number): void {
  if (sinceMs > HIT_MS) return;
  context.globalAlpha = 1 - sinceMs / HIT_MS;
  context.strokeStyle = '#fff';
  context.lineWidth = 3;
  context.lineCap = 'round';
  context.beginPath();
  for (const [dx, dy] of [
    [1, 1],
    [-1, 1],
    [-1, -1],
    [1, -1],
  ] as const) {
    context.moveTo(x + dx * 8, y + dy * 8);
    context.lineTo(x + dx * 15, y + dy * 15);
  }
  context.stroke();
  context.globalAlpha = 1;
}
