import { distance, isClear } from '../../rooms/arena/geometry-rules.ts';
import { UNITS_PER_PIXEL, type ArenaMap } from '../../rooms/arena/map-rules.ts';
import { aimAlong, AIM_STEPS } from '../../rooms/arena/rules.ts';
import { toScreenX, toScreenY, type Camera } from './camera.ts';
import type { Controls } from './controls.ts';
import { isUp, type Sprite } from './scene.ts';

/** With keys alone one looks where one walks. Enemies within this much of a turn to either side are looked at then. */
const HELP = 0.1 * AIM_STEPS;

export interface Surroundings {
  readonly me: Sprite;
  readonly sprites: Iterable<Sprite>;
  readonly map: ArenaMap;
  readonly camera: Camera;
  readonly isEnemy: (sprite: Sprite) => boolean;
}

/** Where the player looks, in steps of a turn: at the mouse, along a stick, or the way that the keys lead. */
export class Aim {
  /** The last direction that keys or a stick gave. */
  #heading = 0;

  look(controls: Controls, around: Surroundings): number {
    const { pointer, right, aimer, dx, dy } = controls;
    if (aimer === 'mouse' && pointer) {
      const { me, camera } = around;
      return aimAlong(pointer.x - toScreenX(camera, me.x), pointer.y - toScreenY(camera, me.y));
    }
    if (right.isTilted) this.#heading = aimAlong(right.dx, right.dy);
    else if (dx !== 0 || dy !== 0) this.#heading = aimAlong(dx, dy);
    return aimer === 'keys' ? this.#helped(around) : this.#heading;
  }

  /** The nearest enemy in sight that is about ahead; else straight on. */
  #helped({ me, sprites, map, isEnemy }: Surroundings): number {
    let best = this.#heading;
    let nearest = Infinity;
    for (const sprite of sprites) {
      if (sprite.isMe || !isUp(sprite) || !isEnemy(sprite)) continue;
      const aim = aimAlong(sprite.x - me.x, sprite.y - me.y);
      const far = distance(me, sprite);
      if (far >= nearest || turnBetween(aim, this.#heading) > HELP || !isClear(map.walls, inUnits(me), inUnits(sprite)))
        continue;
      best = aim;
      nearest = far;
    }
    return best;
  }
}

/** The shorter way from one to the other, in steps. */
export function turnBetween(one: number, other: number): number {
  const turn = Math.abs(one - other) % AIM_STEPS;
  return Math.min(turn, AIM_STEPS - turn);
}

function inUnits({ x, y }: Sprite): { readonly x: number; readonly y: number } {
  return { x: x * UNITS_PER_PIXEL, y: y * UNITS_PER_PIXEL };
}
