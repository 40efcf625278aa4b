/** By where keys lie, so that WASD is a cross on every keyboard. */
const DIRECTIONS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  KeyW: [0, -1],
  KeyA: [-1, 0],
  KeyS: [0, 1],
  KeyD: [1, 0],
  ArrowUp: [0, -1],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowRight: [1, 0],
};
const FIRE = 'Space';

/** What is pressed of the keys that the game knows. */
export class Keys {
  readonly #pressed = new Set<string>();
  /** Let go before anyone looked: they count once all the same. */
  readonly #tapped = new Set<string>();
  readonly #unseen = new Set<string>();

  /** Whether the key is one of the game's. */
  press(code: string): boolean {
    if (!(code in DIRECTIONS) && code !== FIRE) return false;
    this.#pressed.add(code);
    this.#unseen.add(code);
    return true;
  }

  release(code: string): void {
    if (!this.#pressed.delete(code)) return;
    if (this.#unseen.has(code)) this.#tapped.add(code);
  }

  /** Everything was looked at. */
  seen(): void {
    this.#unseen.clear();
    this.#tapped.clear();
  }

  releaseAll(): void {
    this.#pressed.clear();
    this.#tapped.clear();
  }

  get isFiring(): boolean {
    return this.#pressed.has(FIRE) || this.#tapped.has(FIRE);
  }

  /** −1, 0 or 1: opposite keys cancel out. */
  get dx(): number {
    return this.#along(0);
  }

  get dy(): number {
    return this.#along(1);
  }

  #along(axis: 0 | 1): number {
    let sum = 0;
    for (const codes of [this.#pressed, this.#tapped]) {
      for (const code of codes) sum += DIRECTIONS[code]?.[axis] ?? 0;
    }
    return Math.sign(sum);
  }
}
