import type { Size } from './camera.ts';
import type { Controls } from './controls.ts';
import { STICK_REACH, type Stick } from './stick.ts';

/** Where the sticks wait, from the corners. */
const REST = { x: 92, y: 104 };
const THUMB = 25;

/** The two thumb sticks, over everything else. */
export function drawSticks(
  context: CanvasRenderingContext2D,
  { left, right }: Controls,
  { width, height }: Size,
): void {
  drawStick(context, left, { x: REST.x, y: height - REST.y, colour: '#94a0ff', sign: drawArrows });
  drawStick(context, right, { x: width - REST.x, y: height - REST.y, colour: '#ffb52e', sign: drawCrosshair });
}

interface Look {
  readonly x: number;
  readonly y: number;
  readonly colour: string;
  readonly sign: (context: CanvasRenderingContext2D, x: number, y: number) => void;
}

function drawStick(context: CanvasRenderingContext2D, stick: Stick, { x, y, colour, sign }: Look): void {
  const isHeld = stick.pointerId !== null;
  const middleX = isHeld ? stick.x : x;
  const middleY = isHeld ? stick.y : y;
  context.save();
  context.globalAlpha = isHeld ? 0.9 : 0.55;
  context.fillStyle = 'rgb(10 12 35 / 55%)';
  context.strokeStyle = colour;
  context.lineWidth = 2.5;
  context.beginPath();
  context.arc(middleX, middleY, STICK_REACH, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
  const thumbX = middleX + stick.dx * STICK_REACH;
  const thumbY = middleY + stick.dy * STICK_REACH;
  context.fillStyle = colour;
  context.globalAlpha *= isHeld ? 0.9 : 0.5;
  context.beginPath();
  context.arc(thumbX, thumbY, THUMB, 0, 2 * Math.PI);
  context.fill();
  context.globalAlpha = 0.9;
  context.strokeStyle = '#0a0c22';
  sign(context, thumbX, thumbY);
  context.restore();
}

function drawArrows(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.beginPath();
  for (const [dx, dy] of [
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
  ] as const) {
    context.moveTo(x + dx * 10 - dy * 5, y + dy * 10 - dx * 5);
    context.lineTo(x + dx * 15, y + dy * 15);
    context.lineTo(x + dx * 10 + dy * 5, y + dy * 10 + dx * 5);
  }
  context.stroke();
}

function drawCrosshair(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.beginPath();
  context.arc(x, y, 8, 0, 2 * Math.PI);
  for (const [dx, dy] of [
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
  ] as const) {
    context.moveTo(x + dx * 5, y + dy * 5);
    context.lineTo(x + dx * 14, y + dy * 14);
  }
  context.stroke();
}
