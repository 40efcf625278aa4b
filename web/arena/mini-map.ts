import { UNITS_PER_PIXEL } from '../../rooms/arena/map-rules.ts';
import { isUp, type Scene } from './scene.ts';

const WIDTH = 104;
const MARGIN = 10;
const DOT = 2.6;
const OWN_DOT = 3.8;

/** Where everybody is, for those who only see a part. In the top right corner of the screen. */
export function drawMiniMap(
  context: CanvasRenderingContext2D,
  { map, sprites }: Scene,
  screen: { readonly width: number; readonly top: number },
): void {
  const scale = WIDTH / map.width;
  const left = screen.width - WIDTH - MARGIN;
  context.save();
  context.translate(left, screen.top + MARGIN);
  context.fillStyle = 'rgb(10 12 35 / 78%)';
  context.beginPath();
  context.roundRect(0, 0, WIDTH, map.height * scale, 6);
  context.fill();
  context.fillStyle = 'rgb(148 160 255 / 55%)';
  for (const wall of map.walls) {
    context.fillRect(
      wall.left * scale,
      wall.top * scale,
      (wall.right - wall.left) * scale,
      (wall.bottom - wall.top) * scale,
    );
  }
  for (const sprite of sprites.values()) {
    if (!isUp(sprite)) continue;
    context.fillStyle = sprite.isMe ? '#fff' : sprite.livery.face;
    context.beginPath();
    const { x, y } = sprite;
    context.arc(x * UNITS_PER_PIXEL * scale, y * UNITS_PER_PIXEL * scale, sprite.isMe ? OWN_DOT : DOT, 0, 2 * Math.PI);
    context.fill();
  }
  context.restore();
}
