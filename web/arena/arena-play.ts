import { type ArenaMap, mapNamed, UNITS_PER_PIXEL } from '../../rooms/arena/map-rules.ts';
import { AIM_STEPS, shoot, SHOT_EVERY_MS, STEP_MS, type Target } from '../../rooms/arena/rules.ts';
import type { MatchOf } from '../games/page-game.ts';
import { Aim, turnBetween } from './aim.ts';
import { Cast, trail } from './cast.ts';
import type { Controls } from './controls.ts';
import { interpolateFighters, type OthersView } from './other-fighters.ts';
import { predictOwn, type Own, type OwnPrediction } from './own-fighter.ts';
import type { Renderer } from './renderer.ts';
import { isUp, type Scene, type Sprite } from './scene.ts';
import type { SeatNames } from './seat-names.ts';
import { ShotShow } from './shot-show.ts';
import { StepClock } from './step-clock.ts';

export interface ArenaPlayOptions {
  readonly match: MatchOf<'arena'>;
  readonly renderer: Renderer;
  /** null: one only watches. */
  readonly controls: Controls | null;
  readonly names: SeatNames;
}

/** Turning by less than this is not worth a message. */
const LEAST_TURN = AIM_STEPS / 256;

/**
 * The match as one sees and plays it: takes what the player wants to the room, foresees what becomes of it, and puts it on
 * the canvas with what the others do. Call {@link frame} for each picture.
 */
export class ArenaPlay {
  readonly shots: ShotShow;
  readonly prediction: OwnPrediction | null;
  readonly #options: ArenaPlayOptions;
  readonly #others: OthersView;
  readonly #cast: Cast;
  readonly #aim = new Aim();
  readonly #steps = new StepClock(STEP_MS);
  /** How often one has fired. */
  shotCount = 0;
  #pushedAim = 0;
  #shotMs = -Infinity;
  #frameMs = performance.now();

  constructor(options: ArenaPlayOptions) {
    const { match, renderer, controls, names } = options;
    this.#options = options;
    this.#cast = new Cast(match, names);
    this.#others = interpolateFighters(match);
    this.prediction = controls && predictOwn(match);
    this.shots = new ShotShow({
      match,
      renderer,
      sprites: this.#cast.sprites,
      delayMs: () => this.#others.delayMs,
    });
  }

  get sprites(): ReadonlyMap<string, Sprite> {
    return this.#cast.sprites;
  }

  get me(): Sprite | null {
    const { seatIndex } = this.#options.match.view;
    return seatIndex === null ? null : (this.#cast.sprites.get(String(seatIndex)) ?? null);
  }

  frame(nowMs: number): void {
    const { match, renderer, controls } = this.#options;
    // Before the first state there is nothing to be seen.
    if (match.state.map === '') return;
    const map = mapNamed(match.state.map);
    const own = this.prediction?.view ?? null;
    this.#cast.update(this.#others.at(), own, nowMs);
    const { me } = this;
    const isPlaying = me !== null && controls !== null && own !== null;
    if (isPlaying) this.#act({ me, own, map, controls }, nowMs);
    this.shots.run(nowMs);
    for (const sprite of this.#cast.sprites.values()) {
      trail(sprite, nowMs - this.#frameMs);
      if (isUp(sprite) && sprite.appearedMs === nowMs) renderer.effects.arrival(sprite, sprite.livery.face, nowMs);
    }
    this.#frameMs = nowMs;
    const sight = isPlaying && isUp(me) ? this.#sightOf(own, me, map) : null;
    renderer.draw({ scene: { map, sprites: this.#cast.sprites, me } satisfies Scene, nowMs, sight });
  }

  /** Names as the list of seats has them by now. */
  renewNames(nowMs: number): void {
    this.#cast.renew(nowMs);
  }

  stop(): void {
    this.shots.stop();
    this.#others.stop();
    this.prediction?.stop();
  }

  #act({ me, own, map, controls }: Turn, nowMs: number): void {
    const { match, renderer } = this.#options;
    const fires = controls.takeFire();
    if (own.hp === 0 || match.view.connection !== 'connected') return controls.seen();
    const isEnemy = (sprite: Sprite): boolean => this.#isEnemy(sprite.key);
    const around = { me, sprites: this.#cast.sprites.values(), map, camera: renderer.camera, isEnemy };
    const aim = this.#aim.look(controls, around);
    me.angle = (aim / AIM_STEPS) * 2 * Math.PI;
    const { dx, dy } = controls;
    const isBusy = dx !== 0 || dy !== 0 || turnBetween(aim, this.#pushedAim) > LEAST_TURN;
    const steps = this.#steps.due(nowMs, isBusy);
    for (let step = 0; step < steps; step += 1) {
      this.prediction?.push({ dx, dy, aim });
      this.#pushedAim = aim;
    }
    if (steps > 0 || !isBusy) controls.seen();
    if (fires && nowMs - this.#shotMs >= SHOT_EVERY_MS) this.#fire({ me, map, aim, own }, nowMs);
  }

  /** Shown at once; what comes of it is the room's to say. */
  #fire(
    { me, map, aim, own }: { readonly me: Sprite; readonly map: ArenaMap; readonly aim: number; readonly own: Own },
    nowMs: number,
  ): void {
    const { match, renderer } = this.#options;
    this.#shotMs = nowMs;
    this.shotCount += 1;
    match.send('fire', { aim, seenMs: Math.max(0, this.#others.seenMs() ?? 0) });
    const { to, hit } = shoot(map, { ...own, aim }, this.#targets());
    const line = {
      x: me.x,
      y: me.y,
      toX: to.x / UNITS_PER_PIXEL,
      toY: to.y / UNITS_PER_PIXEL,
      colour: me.livery.face,
    };
    renderer.effects.shot(line, (hit !== null && this.#cast.sprites.get(hit)?.livery.face) || null, nowMs);
  }

  *#targets(): Iterable<Target> {
    for (const sprite of this.#cast.sprites.values()) {
      if (sprite.isMe || !isUp(sprite) || !this.#isEnemy(sprite.key)) continue;
      yield { key: sprite.key, x: sprite.x * UNITS_PER_PIXEL, y: sprite.y * UNITS_PER_PIXEL };
    }
  }

  #isEnemy(key: string): boolean {
    const { fighters } = this.#options.match.state;
    const mine = fighters.get(String(this.#options.match.view.seatIndex))?.team ?? '';
    return mine === '' || fighters.get(key)?.team !== mine;
  }

  #sightOf(own: Own, me: Sprite, map: ArenaMap): { readonly x: number; readonly y: number } {
    const aim = Math.round((me.angle / (2 * Math.PI)) * AIM_STEPS);
    const { to } = shoot(map, { ...own, aim }, []);
    return { x: to.x / UNITS_PER_PIXEL, y: to.y / UNITS_PER_PIXEL };
  }
}

interface Turn {
  readonly me: Sprite;
  readonly own: Own;
  readonly map: ArenaMap;
  readonly controls: Controls;
}
