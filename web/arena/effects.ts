/** What is seen for a moment: shots, sparks, rings. All in pixels of the map. Kept in pools, so that a fight leaves no garbage. */
export interface Tracer {
  x: number;
  y: number;
  toX: number;
  toY: number;
  colour: string;
  sinceMs: number;
}
export interface Spark {
  x: number;
  y: number;
  speedX: number;
  speedY: number;
  colour: string;
  sinceMs: number;
  lifeMs: number;
}
export interface Ring {
  x: number;
  y: number;
  fromRadius: number;
  toRadius: number;
  colour: string;
  sinceMs: number;
}

export const TRACER_MS = 180;
export const RING_MS = 520;
const POOL_SIZE = 256;
const WALL_COLOUR = '#ffe7b0';

/** Keeps the newest of a kind; the oldest gives way. */
class Pool<Item extends { sinceMs: number }> {
  readonly items: readonly Item[];
  #next = 0;

  constructor(make: () => Item) {
    this.items = Array.from({ length: POOL_SIZE }, make);
  }

  take(): Item {
    const item = this.items[this.#next];
    this.#next = (this.#next + 1) % POOL_SIZE;
    if (!item) throw new Error('The pool is empty.');
    return item;
  }
}

export class Effects {
  readonly #tracers = new Pool<Tracer>(() => ({ x: 0, y: 0, toX: 0, toY: 0, colour: '', sinceMs: -Infinity }));
  readonly #sparks = new Pool<Spark>(() => ({
    x: 0,
    y: 0,
    speedX: 0,
    speedY: 0,
    colour: '',
    sinceMs: -Infinity,
    lifeMs: 0,
  }));
  readonly #rings = new Pool<Ring>(() => ({ x: 0, y: 0, fromRadius: 0, toRadius: 0, colour: '', sinceMs: -Infinity }));

  get tracers(): readonly Tracer[] {
    return this.#tracers.items;
  }

  get sparks(): readonly Spark[] {
    return this.#sparks.items;
  }

  get rings(): readonly Ring[] {
    return this.#rings.items;
  }

  /** A shot from one place to another, which ends at a wall unless it hits somebody of `hitColour`. */
  shot(line: Omit<Tracer, 'sinceMs'>, hitColour: string | null, nowMs: number): void {
    Object.assign(this.#tracers.take(), line, { sinceMs: nowMs });
    const back = Math.atan2(line.y - line.toY, line.x - line.toX);
    const spray = { x: line.toX, y: line.toY, angle: back, width: 1.6, colour: hitColour ?? WALL_COLOUR };
    this.#spray(spray, hitColour === null ? 6 : 12, nowMs);
  }

  /** Somebody goes down. */
  burst(place: { readonly x: number; readonly y: number }, colour: string, nowMs: number): void {
    this.#spray({ ...place, angle: 0, width: 2 * Math.PI, colour }, 34, nowMs);
    Object.assign(this.#rings.take(), { ...place, fromRadius: 16, toRadius: 90, colour, sinceMs: nowMs });
  }

  /** Somebody appears. */
  arrival(place: { readonly x: number; readonly y: number }, colour: string, nowMs: number): void {
    Object.assign(this.#rings.take(), { ...place, fromRadius: 70, toRadius: 22, colour, sinceMs: nowMs });
  }

  #spray(
    from: {
      readonly x: number;
      readonly y: number;
      readonly angle: number;
      readonly width: number;
      readonly colour: string;
    },
    count: number,
    nowMs: number,
  ): void {
    for (let index = 0; index < count; index += 1) {
      const angle = from.angle + (Math.random() - 0.5) * from.width;
      const speed = 60 + Math.random() * 260;
      const spark = this.#sparks.take();
      spark.x = from.x;
      spark.y = from.y;
      spark.speedX = Math.cos(angle) * speed;
      spark.speedY = Math.sin(angle) * speed;
      spark.colour = from.colour;
      spark.sinceMs = nowMs;
      spark.lifeMs = 220 + Math.random() * 320;
    }
  }
}
