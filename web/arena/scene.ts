import type { ArenaMap } from '../../rooms/arena/map-rules.ts';
import type { Livery } from './palette.ts';

/** A fighter as it is drawn. Sprites are kept and changed in place: sixty pictures a second leave no garbage. */
export interface Sprite {
  readonly key: string;
  name: string;
  livery: Livery;
  isMe: boolean;
  isBot: boolean;
  /** In pixels of the map. */
  x: number;
  y: number;
  /** In radians, clockwise from the right. */
  angle: number;
  hp: number;
  /** Follows `hp` with a delay, so that one sees how much a hit took. */
  trailingHp: number;
  /** When the fighter last became whole or was hit, by the picture's clock. */
  appearedMs: number;
  hitMs: number;
}

export interface Scene {
  readonly map: ArenaMap;
  /** By key. */
  readonly sprites: ReadonlyMap<string, Sprite>;
  readonly me: Sprite | null;
}

export function isUp({ hp }: Pick<Sprite, 'hp'>): boolean {
  return hp > 0;
}
