import type { Interpolation } from '../../client-sdk/index.ts';
import { AIM_STEPS } from '../../rooms/arena/rules.ts';
import type { MatchOf } from '../games/page-game.ts';

/** What is shown of a fighter at a moment; places in units, aim in steps. */
export interface Sample {
  readonly x: number;
  readonly y: number;
  readonly aim: number;
  readonly hp: number;
}
export type OthersView = Interpolation<Sample>;

export function interpolateFighters(match: MatchOf<'arena'>): OthersView {
  return match.interpolate({ of: ({ fighters }) => samplesOf(fighters), mix: mixSamples });
}

function* samplesOf(fighters: Iterable<readonly [string, Sample]>): Iterable<readonly [string, Sample]> {
  for (const [key, { x, y, aim, hp }] of fighters) yield [key, { x, y, aim, hp }];
}

/** Along the shorter way of a turn. Nobody glides from where they fell to where they appear. */
export function mixSamples(from: Sample, to: Sample, share: number): Sample {
  if ((from.hp === 0) !== (to.hp === 0)) return share < 1 ? from : to;
  const turn = ((to.aim - from.aim + AIM_STEPS * 1.5) % AIM_STEPS) - AIM_STEPS / 2;
  return {
    x: from.x + (to.x - from.x) * share,
    y: from.y + (to.y - from.y) * share,
    aim: from.aim + turn * share,
    hp: share < 1 ? from.hp : to.hp,
  };
}
