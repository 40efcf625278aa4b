import { UNITS_PER_PIXEL } from '../../rooms/arena/map-rules.ts';
import { AIM_STEPS, FULL_HP } from '../../rooms/arena/rules.ts';
import type { MatchOf } from '../games/page-game.ts';
import type { Sample } from './other-fighters.ts';
import { botName, liveryOf } from './palette.ts';
import type { Sprite } from './scene.ts';
import type { SeatNames } from './seat-names.ts';

/** How fast the bar follows a hit, per second. */
const TRAIL_SPEED = 90;

/** Everybody who is drawn. Sprites come and go with the room's fighters, and keep their identity in between. */
export class Cast {
  readonly sprites = new Map<string, Sprite>();
  readonly #match: MatchOf<'arena'>;
  readonly #names: SeatNames;

  constructor(match: MatchOf<'arena'>, names: SeatNames) {
    this.#match = match;
    this.#names = names;
  }

  /** Brings on who has come, takes off who is gone, and puts everybody where they are shown; `own`: where one is oneself. */
  update(shown: ReadonlyMap<string, Sample>, own: Sample | null, nowMs: number): void {
    const { fighters } = this.#match.state;
    for (const key of this.sprites.keys()) if (!fighters.has(key)) this.sprites.delete(key);
    for (const [key, fighter] of fighters) {
      const sprite = this.sprites.get(key) ?? this.#enter(key, nowMs);
      if (sprite.name === '') this.#dress(sprite, fighter, nowMs);
      // Who has only just come is where the room has them.
      pose(sprite, (sprite.isMe ? own : null) ?? shown.get(key) ?? fighter, nowMs);
    }
  }

  /** Names may come later than fighters: the list of seats is told by another road. */
  renew(nowMs: number): void {
    for (const [key, { team, bot }] of this.#match.state.fighters) {
      const sprite = this.sprites.get(key);
      if (sprite) this.#dress(sprite, { team, bot }, nowMs);
    }
  }

  #enter(key: string, nowMs: number): Sprite {
    const sprite: Sprite = {
      key,
      name: '',
      livery: liveryOf(key, ''),
      isMe: false,
      isBot: false,
      x: 0,
      y: 0,
      angle: 0,
      hp: 0,
      trailingHp: FULL_HP,
      appearedMs: nowMs,
      hitMs: -Infinity,
    };
    this.sprites.set(key, sprite);
    return sprite;
  }

  #dress(sprite: Sprite, { team, bot }: { readonly team: string; readonly bot: boolean }, nowMs: number): void {
    const { view } = this.#match;
    sprite.isBot = bot;
    sprite.isMe = view.seatIndex !== null && sprite.key === String(view.seatIndex);
    sprite.livery = liveryOf(sprite.key, team);
    sprite.name = bot ? botName(sprite.key) : (this.#names.of(Number(sprite.key), nowMs) ?? '…');
  }
}

/** Puts a sprite where a sample is. */
function pose(sprite: Sprite, { x, y, aim, hp }: Sample, nowMs: number): void {
  if (sprite.hp === 0 && hp > 0) {
    sprite.appearedMs = nowMs;
    sprite.trailingHp = hp;
  }
  sprite.x = x / UNITS_PER_PIXEL;
  sprite.y = y / UNITS_PER_PIXEL;
  sprite.angle = (aim / AIM_STEPS) * 2 * Math.PI;
  sprite.hp = hp;
}

/** Lets the bars follow. */
export function trail(sprite: Sprite, sinceMs: number): void {
  sprite.trailingHp = Math.max(sprite.hp, sprite.trailingHp - (TRAIL_SPEED * sinceMs) / 1_000);
}
