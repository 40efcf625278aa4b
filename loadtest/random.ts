/** A number in [0, 1). */
export type Random = () => number;

/** Mulberry32 (Tommy Ettinger, public domain): small, and the same everywhere for the same seed, a 32-bit integer. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A seed of its own for each of many: neighbours in `index` give streams that have nothing to do with each other. */
export function seedFor(seed: number, index: number): number {
  return Math.floor(seededRandom(Math.imul(seed, 0x9e3779b1) + index)() * 2 ** 32);
}
