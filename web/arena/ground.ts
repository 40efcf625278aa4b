import { UNITS_PER_PIXEL, type ArenaMap } from '../../rooms/arena/map-rules.ts';
import type { Wall } from '../../rooms/arena/geometry-rules.ts';

/** How far walls stand out, in pixels of the map. */
const WALL_HEIGHT = 12;
const WALL_CORNER = 7;
const GRID = 80;

/** The map's floor and walls, drawn once a size: they don't move. */
export class Ground {
  readonly #canvas = document.createElement('canvas');
  #drawn = '';

  /** @param scale device pixels to a pixel of the map */
  picture(map: ArenaMap, scale: number): HTMLCanvasElement {
    const width = Math.ceil((map.width / UNITS_PER_PIXEL) * scale);
    const height = Math.ceil((map.height / UNITS_PER_PIXEL) * scale);
    const wanted = `${width}×${height}`;
    if (wanted !== this.#drawn) {
      this.#drawn = wanted;
      this.#canvas.width = width;
      this.#canvas.height = height;
      const context = this.#canvas.getContext('2d');
      if (context) draw(context, map, scale);
    }
    return this.#canvas;
  }
}

function draw(context: CanvasRenderingContext2D, map: ArenaMap, scale: number): void {
  const width = map.width / UNITS_PER_PIXEL;
  const height = map.height / UNITS_PER_PIXEL;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.beginPath();
  context.roundRect(0, 0, width, height, 18);
  context.clip();
  drawFloor(context, width, height);
  for (const wall of map.walls) drawShadow(context, boxOf(wall));
  for (const wall of map.walls) drawSide(context, boxOf(wall));
  for (const wall of map.walls) drawTop(context, boxOf(wall));
  context.strokeStyle = 'rgb(148 160 255 / 45%)';
  context.lineWidth = 5;
  context.beginPath();
  context.roundRect(2.5, 2.5, width - 5, height - 5, 16);
  context.stroke();
}

function drawFloor(context: CanvasRenderingContext2D, width: number, height: number): void {
  const glow = context.createRadialGradient(width / 2, height / 2, 40, width / 2, height / 2, width * 0.62);
  glow.addColorStop(0, '#2b2f70');
  glow.addColorStop(0.55, '#1d2050');
  glow.addColorStop(1, '#141738');
  context.fillStyle = glow;
  context.fillRect(0, 0, width, height);
  context.strokeStyle = 'rgb(148 160 255 / 9%)';
  context.lineWidth = 1;
  context.beginPath();
  for (let x = GRID; x < width; x += GRID) {
    context.moveTo(x, 0);
    context.lineTo(x, height);
  }
  for (let y = GRID; y < height; y += GRID) {
    context.moveTo(0, y);
    context.lineTo(width, y);
  }
  context.stroke();
  // Orbits, as everywhere in Gyre.
  context.lineWidth = 2.5;
  for (const [index, radius] of [170, 300, 440, 600].entries()) {
    context.strokeStyle = index % 2 === 0 ? 'rgb(255 181 46 / 16%)' : 'rgb(148 160 255 / 17%)';
    context.setLineDash(index % 2 === 0 ? [] : [4, 14]);
    context.beginPath();
    context.arc(width / 2, height / 2, radius, 0, 2 * Math.PI);
    context.stroke();
  }
  context.setLineDash([]);
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function boxOf({ left, top, right, bottom }: Wall): Box {
  return {
    x: left / UNITS_PER_PIXEL,
    y: top / UNITS_PER_PIXEL,
    width: (right - left) / UNITS_PER_PIXEL,
    height: (bottom - top) / UNITS_PER_PIXEL,
  };
}

function drawShadow(context: CanvasRenderingContext2D, { x, y, width, height }: Box): void {
  context.save();
  context.shadowColor = 'rgb(4 5 20 / 75%)';
  context.shadowBlur = 30;
  context.shadowOffsetY = 16;
  context.fillStyle = '#0b0d26';
  context.beginPath();
  context.roundRect(x, y, width, height, WALL_CORNER);
  context.fill();
  context.restore();
}

/** What stands out of the floor is seen from the south. Sides come before tops, so that walls that meet look like one. */
function drawSide(context: CanvasRenderingContext2D, { x, y, width, height }: Box): void {
  context.fillStyle = '#23276b';
  context.beginPath();
  context.roundRect(x, y + WALL_CORNER, width, height - WALL_CORNER + WALL_HEIGHT, WALL_CORNER);
  context.fill();
}

function drawTop(context: CanvasRenderingContext2D, { x, y, width, height }: Box): void {
  const shade = context.createLinearGradient(0, y, 0, y + height);
  shade.addColorStop(0, '#737cdd');
  shade.addColorStop(1, '#4f57b8');
  context.fillStyle = shade;
  context.beginPath();
  context.roundRect(x, y, width, height, WALL_CORNER);
  context.fill();
  context.strokeStyle = 'rgb(222 226 255 / 38%)';
  context.lineWidth = 1.5;
  context.stroke();
}
