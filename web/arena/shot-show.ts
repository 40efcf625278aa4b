import { UNITS_PER_PIXEL } from '../../rooms/arena/map-rules.ts';
import type { EventOf } from '../../client-sdk/index.ts';
import type { Games } from '../../rooms/games.ts';
import type { MatchOf } from '../games/page-game.ts';
import { Later } from './later.ts';
import type { Renderer } from './renderer.ts';
import type { Sprite } from './scene.ts';

type ShotEvent = EventOf<Games['arena'], 'shot'>;
type HitEvent = EventOf<Games['arena'], 'hit'>;
type DownEvent = EventOf<Games['arena'], 'down'>;

export interface ShotShowOptions {
  readonly match: MatchOf<'arena'>;
  readonly renderer: Renderer;
  readonly sprites: ReadonlyMap<string, Sprite>;
  /** How late others are shown, in ms: what they do has to be as late. */
  readonly delayMs: () => number;
}

/** Somebody was shot down. */
export interface FeedEntry {
  readonly id: number;
  readonly by: string;
  readonly of: string;
  readonly atMs: number;
}

const FEED_MAX = 4;
const FEED_MS = 6_000;
const NOBODY_COLOUR = '#fff';

/** Shows what the room tells of shots, hits and falls. */
export class ShotShow {
  /** When one hit somebody last, by the picture's clock. */
  ownHitMs = -Infinity;
  /** When one was hit last. */
  hurtMs = -Infinity;
  readonly #options: ShotShowOptions;
  readonly #later = new Later();
  readonly #stops: readonly (() => void)[];
  #feed: readonly FeedEntry[] = [];
  #lastId = 0;

  constructor(options: ShotShowOptions) {
    this.#options = options;
    const { match } = options;
    this.#stops = [
      match.on('shot', (shot) => this.#shot(shot)),
      match.on('hit', (hit) => this.#hit(hit)),
      match.on('down', (down) => this.#down(down)),
    ];
  }

  /** The newest last. */
  feed(nowMs: number): readonly FeedEntry[] {
    this.#feed = this.#feed.filter(({ atMs }) => nowMs - atMs < FEED_MS);
    return this.#feed;
  }

  run(nowMs: number): void {
    this.#later.run(nowMs);
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  get #myKey(): string | null {
    const { seatIndex } = this.#options.match.view;
    return seatIndex === null ? null : String(seatIndex);
  }

  /** One's own were shown when they were fired. */
  #shot({ by, x, y, toX, toY, hit }: ShotEvent): void {
    if (by === this.#myKey) return;
    this.#inTime(hit === this.#myKey, (nowMs) => {
      const line = {
        x: x / UNITS_PER_PIXEL,
        y: y / UNITS_PER_PIXEL,
        toX: toX / UNITS_PER_PIXEL,
        toY: toY / UNITS_PER_PIXEL,
        colour: this.#colourOf(by),
      };
      this.#options.renderer.effects.shot(line, hit === null ? null : this.#colourOf(hit), nowMs);
    });
  }

  #hit({ by, of }: HitEvent): void {
    const isMine = of === this.#myKey;
    const nowMs = performance.now();
    if (by === this.#myKey) this.ownHitMs = nowMs;
    if (isMine) {
      this.hurtMs = nowMs;
      this.#options.renderer.shake(nowMs);
    }
    this.#inTime(isMine, (shownMs) => {
      const sprite = this.#options.sprites.get(of);
      if (sprite) sprite.hitMs = shownMs;
    });
  }

  #down({ by, of }: DownEvent): void {
    this.#inTime(of === this.#myKey, (nowMs) => {
      this.#lastId += 1;
      this.#feed = [...this.#feed, { id: this.#lastId, by, of, atMs: nowMs }].slice(-FEED_MAX);
      const sprite = this.#options.sprites.get(of);
      if (sprite) this.#options.renderer.effects.burst(sprite, sprite.livery.face, nowMs);
    });
  }

  /** At once for what happens to oneself, who is shown without delay. */
  #inTime(isMine: boolean, run: (nowMs: number) => void): void {
    // Nobody sees it, and without pictures it would only pile up.
    if (document.hidden) return;
    const nowMs = performance.now();
    if (isMine) return run(nowMs);
    const atMs = nowMs + this.#options.delayMs();
    this.#later.add(atMs, () => run(atMs));
  }

  #colourOf(key: string): string {
    return this.#options.sprites.get(key)?.livery.face ?? NOBODY_COLOUR;
  }
}
