/**
 * Which of two views is newer. Views of one thing reach a client by several roads (answers, pushes), in any order:
 * `rev` counts a player's entering and leaving, `version` the changes of what they are in, and nothing counts as
 * version 0. A view below the last seen is old and dropped.
 */
export class ViewOrder {
  #rev = -1;
  #version = -1;

  /** Whether a view is as new as all before; if so it is the last seen from here on. */
  admits(rev: number, version: number): boolean {
    if (rev < this.#rev || (rev === this.#rev && version < this.#version)) return false;
    this.#rev = rev;
    this.#version = version;
    return true;
  }

  /** What was seen is over, by an answer that carried no `rev`: only a view of a later `rev` counts. */
  closeRev(): void {
    this.#version = Number.POSITIVE_INFINITY;
  }
}
