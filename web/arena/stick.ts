/** How far a thumb goes from the middle of its stick, in CSS pixels. */
export const STICK_REACH = 54;
/** Nearer to the middle it rests. */
const DEAD_ZONE = 12;

/** A thumb stick: it is wherever the thumb comes down. Changed in place. */
export class Stick {
  /** Which touch it belongs to; null: none. */
  pointerId: number | null = null;
  /** Its middle. */
  x = 0;
  y = 0;
  /** How far it is moved, −1 to 1 each way, never farther than 1 from the middle. */
  dx = 0;
  dy = 0;

  begin(pointerId: number, x: number, y: number): void {
    this.pointerId = pointerId;
    this.x = x;
    this.y = y;
    this.dx = 0;
    this.dy = 0;
  }

  move(x: number, y: number): void {
    const way = Math.hypot(x - this.x, y - this.y);
    if (way < DEAD_ZONE) {
      this.dx = 0;
      this.dy = 0;
      return;
    }
    const share = Math.min(1, way / STICK_REACH) / way;
    this.dx = (x - this.x) * share;
    this.dy = (y - this.y) * share;
  }

  end(): void {
    this.pointerId = null;
    this.dx = 0;
    this.dy = 0;
  }

  get isTilted(): boolean {
    return this.dx !== 0 || this.dy !== 0;
  }
}
