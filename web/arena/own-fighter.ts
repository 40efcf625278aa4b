import type { Prediction } from '../../client-sdk/index.ts';
import type { PayloadOf } from '../../client-sdk/index.ts';
import type { Games } from '../../rooms/games.ts';
import { mapNamed, UNITS_PER_PIXEL } from '../../rooms/arena/map-rules.ts';
import { stepFighter, type Mover } from '../../rooms/arena/rules.ts';
import type { MatchOf } from '../games/page-game.ts';

/** One's own fighter, ahead of the room. A type of its own, as the state's fields can be changed in place. */
export type Own = { readonly [Field in keyof Mover]: number };
export type OwnPrediction = Prediction<PayloadOf<Games['arena'], 'move'>, Own>;

/** Runs the rules that the room runs. Going down and appearing anew are no errors of the prediction: they are news. */
export function predictOwn(match: MatchOf<'arena'>): OwnPrediction {
  return match.predict({
    input: 'move',
    own: ({ fighters }, seatIndex): Own | null => {
      const fighter = fighters.get(String(seatIndex));
      return fighter ? { x: fighter.x, y: fighter.y, aim: fighter.aim, hp: fighter.hp } : null;
    },
    step: (own, move, { map }) => ({ ...stepFighter(own, move, mapNamed(map)) }),
    distance: errorPixels,
    mix: mixOwn,
  });
}

/** How far off a prediction was, in pixels of the map. */
export function errorPixels(one: Own, other: Own): number {
  if ((one.hp === 0) !== (other.hp === 0)) return 0;
  return Math.hypot(one.x - other.x, one.y - other.y) / UNITS_PER_PIXEL;
}

export function mixOwn(from: Own, to: Own, share: number): Own {
  if (from.hp === 0 || to.hp === 0) return to;
  return { ...to, x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}
