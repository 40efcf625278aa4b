/** Something that became of a part of the cluster. */
export interface ClusterEvent {
  /** Counts up: a reader knows by it what is new. */
  readonly seq: number;
  /** RFC 3339. */
  readonly at: string;
  readonly who: string;
  readonly what: string;
}

const KEPT = 60;

/** The last things that happened. */
export class Events {
  #kept: readonly ClusterEvent[] = [];
  #seq = 0;

  add(who: string, what: string): void {
    this.#seq += 1;
    const event = { seq: this.#seq, at: new Date().toISOString(), who, what };
    this.#kept = [...this.#kept, event].slice(-KEPT);
  }

  /** The oldest first. */
  get all(): readonly ClusterEvent[] {
    return this.#kept;
  }
}
