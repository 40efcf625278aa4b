import { schema, t } from '@colyseus/schema';
import { z } from 'zod';
import { defineGame } from '../../rooms/kit/define-game.ts';
import { gameRoom } from '../../rooms/kit/index.ts';

/** The world is a square of this many units. */
const SIZE = 100;

/** What a client foresees of its own point. */
export interface Place {
  readonly x: number;
  readonly y: number;
}
export interface PointMove {
  readonly dx: number;
  readonly dy: number;
}

/** One step of a point: at most a unit each way, within the world, and rounded as the state's fields are. */
export function stepPoint({ x, y }: Place, { dx, dy }: PointMove): Place {
  return { x: inWorld(x + dx), y: inWorld(y + dy) };
}

function inWorld(value: number): number {
  return Math.fround(Math.max(0, Math.min(SIZE, value)));
}

const Point = schema(
  {
    x: t.float32().default(SIZE / 2),
    y: t.float32().default(SIZE / 2),
    /** Number of the last move. */
    lastMove: t.uint32().default(0),
    /** Moves that came twice, or out of turn. */
    strayMoves: t.uint32().default(0),
  },
  'MovingPoint',
);
const unit = z.number().min(-1).max(1);

/** The smallest game of fast moves: points in a square, which the world shoves about if it is told to. */
export const movingPoints = defineGame({
  name: 'moving-points',
  title: 'Moving Points',
  players: { min: 1, max: 8 },
  state: schema({ points: t.map(Point), steps: t.uint32().default(0), shoves: t.uint32().default(0) }, 'MovingPoints'),
  settings: z.object({
    /** 0: never. */
    shoveEverySteps: z.int().min(0).default(0),
    /** How far, at most, each way. */
    shoveBy: z.number().default(2),
  }),
  /** `number` counts a player's moves, so that the room can tell whether each came once and in order. */
  messages: {
    move: z.object({ dx: unit, dy: unit, number: z.int() }),
    rename: z.undefined(),
  },
  tickRateHz: 20,
  lateJoin: true,
});

export class MovingPointsRoom extends gameRoom(movingPoints) {
  override readonly messages = this.handle({
    move: (seat, move) => {
      const point = this.#point(seat.index);
      if (move.number !== point.lastMove + 1) point.strayMoves += 1;
      point.lastMove = move.number;
      Object.assign(point, stepPoint(point, move));
    },
    rename: () => undefined,
  });

  override onStart(): void {
    for (const seat of this.seats) this.state.points.set(String(seat.index), new Point());
  }

  override onStep(): void {
    this.state.steps += 1;
    const { shoveEverySteps, shoveBy } = this.settings;
    if (shoveEverySteps === 0 || this.state.steps % shoveEverySteps !== 0) return;
    const point = this.#point(Math.floor(this.random() * this.seats.length));
    const shove = { dx: (this.random() * 2 - 1) * shoveBy, dy: (this.random() * 2 - 1) * shoveBy };
    Object.assign(point, stepPoint(point, shove));
    this.state.shoves += 1;
  }

  #point(seatIndex: number): (typeof Point)['~type'] {
    const point = this.state.points.get(String(seatIndex));
    if (point === undefined) throw new Error(`Seat ${seatIndex} has no point.`);
    return point;
  }
}
