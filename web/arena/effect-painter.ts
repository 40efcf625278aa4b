import { RING_MS, TRACER_MS, type Ring, type Spark, type Tracer } from './effects.ts';

/** How long the bright end of a shot is on its way: one sees where it came from. */
const FLIGHT_MS = 55;
const TAIL = 0.45;
/** Shots leave the barrel, not the middle. */
const MUZZLE = 28;

export function drawTracers(context: CanvasRenderingContext2D, tracers: readonly Tracer[], nowMs: number): void {
  context.lineCap = 'round';
  for (const tracer of tracers) {
    const age = nowMs - tracer.sinceMs;
    if (age < 0 || age > TRACER_MS) continue;
    drawTracer(context, tracer, age);
  }
  context.globalAlpha = 1;
}

function drawTracer(context: CanvasRenderingContext2D, { x, y, toX, toY, colour }: Tracer, age: number): void {
  const length = Math.hypot(toX - x, toY - y);
  if (length < MUZZLE) return;
  const startShare = MUZZLE / length;
  const head = startShare + (1 - startShare) * Math.min(1, age / FLIGHT_MS);
  const tail = Math.max(startShare, head - TAIL - Math.max(0, 1 - age / FLIGHT_MS) * 0.3);
  const fade = 1 - age / TRACER_MS;
  const line = (from: number, to: number): void => {
    context.beginPath();
    context.moveTo(x + (toX - x) * from, y + (toY - y) * from);
    context.lineTo(x + (toX - x) * to, y + (toY - y) * to);
    context.stroke();
  };
  context.strokeStyle = colour;
  context.globalAlpha = fade * 0.4;
  context.lineWidth = 7;
  line(startShare, head);
  context.globalAlpha = fade;
  context.lineWidth = 3.5;
  line(tail, head);
  context.strokeStyle = '#fff';
  context.lineWidth = 1.6;
  line(tail, head);
  if (age < FLIGHT_MS * 1.5) drawMuzzle(context, x + (toX - x) * startShare, y + (toY - y) * startShare);
}

function drawMuzzle(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.fillStyle = '#fffbe6';
  context.beginPath();
  context.arc(x, y, 6, 0, 2 * Math.PI);
  context.fill();
}

export function drawSparks(context: CanvasRenderingContext2D, sparks: readonly Spark[], nowMs: number): void {
  for (const { x, y, speedX, speedY, colour, sinceMs, lifeMs } of sparks) {
    const age = nowMs - sinceMs;
    if (age < 0 || age > lifeMs) continue;
    const left = 1 - age / lifeMs;
    // They slow down as they fade.
    const way = (age / 1_000) * (0.5 + left * 0.5);
    context.globalAlpha = left;
    context.fillStyle = colour;
    const size = 1.5 + left * 3;
    context.fillRect(x + speedX * way - size / 2, y + speedY * way - size / 2, size, size);
  }
  context.globalAlpha = 1;
}

export function drawRings(context: CanvasRenderingContext2D, rings: readonly Ring[], nowMs: number): void {
  for (const { x, y, fromRadius, toRadius, colour, sinceMs } of rings) {
    const age = nowMs - sinceMs;
    if (age < 0 || age > RING_MS) continue;
    const share = 1 - (1 - age / RING_MS) ** 3;
    context.globalAlpha = 1 - age / RING_MS;
    context.strokeStyle = colour;
    context.lineWidth = 2 + 6 * (1 - share);
    context.beginPath();
    context.arc(x, y, fromRadius + (toRadius - fromRadius) * share, 0, 2 * Math.PI);
    context.stroke();
  }
  context.globalAlpha = 1;
}
