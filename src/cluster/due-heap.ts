interface Due<T> {
  readonly atMs: number;
  readonly item: T;
}

/** A binary heap by time: the earliest comes out first, in O(log n). What is out of date is the caller's to skip. */
export class DueHeap<T> {
  readonly #heap: Due<T>[] = [];

  get size(): number {
    return this.#heap.length;
  }

  peek(): Due<T> | undefined {
    return this.#heap[0];
  }

  push(atMs: number, item: T): void {
    const due = { atMs, item };
    let index = this.#heap.push(due) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#at(parent).atMs <= atMs) break;
      this.#heap[index] = this.#at(parent);
      index = parent;
    }
    this.#heap[index] = due;
  }

  pop(): Due<T> | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first === undefined || last === undefined || this.#heap.length === 0) return first;
    let index = 0;
    for (let child = 1; child < this.#heap.length; child = 2 * index + 1) {
      if (child + 1 < this.#heap.length && this.#at(child + 1).atMs < this.#at(child).atMs) child += 1;
      if (this.#at(child).atMs >= last.atMs) break;
      this.#heap[index] = this.#at(child);
      index = child;
    }
    this.#heap[index] = last;
    return first;
  }

  /** Lets go of what is out of date. */
  retain(isWanted: (due: Due<T>) => boolean): void {
    for (const { atMs, item } of this.#heap.splice(0).filter(isWanted)) this.push(atMs, item);
  }

  #at(index: number): Due<T> {
    return this.#heap[index] as Due<T>;
  }
}
