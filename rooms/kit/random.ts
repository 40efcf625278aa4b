/**
 * Random numbers that a match can go on with after a crash: the generator's whole state is four words, recorded with
 * every tick that drew from it.
 *
 * The generator is sfc32 by Chris Doty-Humphrey, from the PractRand suite (pracrand.sourceforge.net, public domain).
 */
export type RandomState = readonly [number, number, number, number];

const WARM_UP_DRAWS = 12;

export class MatchRandom {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;
  #draws = 0;

  private constructor([a, b, c, counter]: RandomState) {
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#counter = counter;
  }

  /** @param seed any integer; its low 32 bits count */
  static seeded(seed: number): MatchRandom {
    const random = new MatchRandom([seed | 0, 0x9e3779b9 | 0, 0x243f6a88, 1]);
    for (let draw = 0; draw < WARM_UP_DRAWS; draw += 1) random.next();
    return random;
  }

  static resumed(state: RandomState): MatchRandom {
    return new MatchRandom(state);
  }

  /** The next number, at least 0 and less than 1, with 32 random bits. */
  next(): number {
    this.#draws += 1;
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 0x1_0000_0000;
  }

  /** Numbers drawn so far: the state is as it was while this is. */
  get draws(): number {
    return this.#draws;
  }

  get state(): RandomState {
    return [this.#a, this.#b, this.#c, this.#counter];
  }
}
