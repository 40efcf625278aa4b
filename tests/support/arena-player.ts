import type { Interpolation, Match, Prediction } from '../../client-sdk/index.ts';
import { type BotMind, BOT_THINKS_EVERY_STEPS, moveOfBot, NEW_BOT, thinkAsBot } from '../../rooms/arena/bot-rules.ts';
import type { arena } from '../../rooms/arena/game.ts';
import { distance, isClear } from '../../rooms/arena/geometry-rules.ts';
import { type ArenaMap, mapNamed, UNITS_PER_PIXEL } from '../../rooms/arena/map-rules.ts';
import {
  aimAlong,
  type FighterView,
  type Move,
  type Mover,
  SHOT_EVERY_MS,
  STEP_MS,
  stepFighter,
} from '../../rooms/arena/rules.ts';
import { MatchRandom } from '../../rooms/kit/random.ts';
import type { VirtualTime } from './virtual-time.ts';

type Arena = typeof arena;

/** Plays the arena by the SDK, as a page does: walks as bots do, sees others where they are shown, and aims steadily. */
export class ArenaPlayer {
  readonly prediction: Prediction<Move, Mover>;
  readonly others: Interpolation<FighterView>;
  shots = 0;
  hits = 0;
  readonly #match: Match<Arena>;
  readonly #key: string;
  readonly #time: VirtualTime;
  readonly #random: MatchRandom;
  #mind: BotMind = NEW_BOT;
  #steps = 0;
  #firedAtMs = 0;

  constructor(match: Match<Arena>, time: VirtualTime) {
    const seatIndex = match.view.seatIndex ?? 0;
    this.#match = match;
    this.#key = String(seatIndex);
    this.#time = time;
    this.#random = MatchRandom.seeded(seatIndex);
    this.prediction = match.predict({
      input: 'move',
      own: ({ fighters }) => moverOf(fighters.get(this.#key)),
      step: (own, move) => stepFighter(own, move, this.#map),
      // Going down and appearing anew are news, not errors.
      distance: (one, other) => ((one.hp === 0) === (other.hp === 0) ? distance(one, other) / UNITS_PER_PIXEL : 0),
    });
    this.others = match.interpolate({
      of: ({ fighters }) => [...fighters].filter(([key]) => key !== this.#key).map(([key, it]) => [key, viewOf(it)]),
      mix: (from, to, share) => (from.hp === 0 || to.hp === 0 ? to : between(from, to, share)),
    });
    match.on('shot', ({ by, hit }) => {
      if (by !== this.#key) return;
      this.shots += 1;
      if (hit !== null) this.hits += 1;
    });
    // Nobody's timers are in step with the room's.
    time.after(7 + 11 * seatIndex, () => time.every(STEP_MS, () => this.#step()));
  }

  get #map(): ArenaMap {
    return mapNamed(this.#match.state.map);
  }

  #step(): void {
    const { own } = this.prediction;
    if (own === null) return;
    const others = [...this.others.at().values()];
    if (this.#steps % BOT_THINKS_EVERY_STEPS === 0) {
      const view = { self: { ...own, team: '' }, others, map: this.#map };
      this.#mind = thinkAsBot(view, this.#mind, () => this.#random.next());
    }
    this.#steps += 1;
    this.prediction.push(moveOfBot(this.#mind));
    this.#shootAtNearest(this.prediction.own ?? own, others);
  }

  #shootAtNearest(own: Mover, others: readonly FighterView[]): void {
    const seenMs = this.others.seenMs();
    if (own.hp === 0 || seenMs === null || this.#time.nowMs() < this.#firedAtMs + SHOT_EVERY_MS) return;
    const targets = others.filter((other) => other.hp > 0 && isClear(this.#map.walls, own, other));
    const [target] = targets.toSorted((one, other) => distance(own, one) - distance(own, other));
    if (target === undefined) return;
    this.#firedAtMs = this.#time.nowMs();
    this.#match.send('fire', { aim: aimAlong(target.x - own.x, target.y - own.y), seenMs });
  }
}

function moverOf(fighter: FighterView | undefined): Mover | null {
  return fighter === undefined ? null : { x: fighter.x, y: fighter.y, aim: fighter.aim, hp: fighter.hp };
}

function viewOf({ x, y, aim, hp, team }: FighterView): FighterView {
  return { x, y, aim, hp, team };
}

function between(from: FighterView, to: FighterView, share: number): FighterView {
  return { ...to, x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}
