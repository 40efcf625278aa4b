import type { Kept } from './kept.ts';

/** A place in a game's plane. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** What a `Rewind` keeps; as short as may be, since it is recorded with every step that moved something. */
export interface RewindData {
  /** The match times of the last steps, oldest first. */
  timesMs: number[];
  /** By key: x and y in turn, one pair a step; who came later has fewer, of the last steps. */
  tracks: Record<string, number[]>;
}

/** How far back of the last step `Rewind` goes, in ms of match time: more would hit people who are long behind a wall. */
const REWIND_MS = 200;

/** The initial value to keep. */
export const NOTHING_TO_REWIND: RewindData = { timesMs: [], tracks: {} };

/**
 * Where things were a moment ago, for lag compensation: whoever shoots sees the others as they were, so the shot is judged by
 * that, at most `REWIND_MS` back and never ahead.
 *
 * Declared as a field of a room with a `tickRateHz`: `new Rewind(this.keep('rewind', NOTHING_TO_REWIND), stepMs)`. Call
 * `record` once a step, after everything has moved.
 */
export class Rewind {
  readonly #kept: Kept<RewindData>;
  readonly #stepMs: number;

  /** @param stepMs how long a step moves things; in what is longer, a room that slept, they stood still first */
  constructor(kept: Kept<RewindData>, stepMs: number) {
    this.#kept = kept;
    this.#stepMs = stepMs;
  }

  /** Whether nothing has moved within the bound. */
  get isStill(): boolean {
    return Object.values(this.#kept.value.tracks).every((track) =>
      track.every((value, index) => value === track[index % 2]),
    );
  }

  /**
   * Notes where everything is after a step. Who is not named any more is forgotten.
   * @param nowMs the room's match time
   * @param places in whole numbers, if the records are to be short
   */
  record(nowMs: number, places: Iterable<readonly [key: string, place: Place]>): void {
    const { timesMs, tracks } = this.#kept.value;
    timesMs.push(nowMs);
    // One at or before the bound stays: what lies on it is between two steps.
    while ((timesMs[1] ?? Infinity) <= nowMs - REWIND_MS) timesMs.shift();
    const next: Record<string, number[]> = {};
    for (const [key, { x, y }] of places) {
      const track = tracks[key] ?? [];
      track.push(x, y);
      next[key] = track.slice(-2 * timesMs.length);
    }
    this.#kept.value.tracks = next;
  }

  /** Forgets where it was: it has jumped, and was never anywhere in between. */
  forget(key: string): void {
    delete this.#kept.value.tracks[key];
  }

  /**
   * Where it was at a match time: between two steps, in a straight line. Times before the bound count as the bound, times to
   * come as the last step. null if it was not there then.
   */
  at(key: string, seenMs: number): Place | null {
    const { timesMs, tracks } = this.#kept.value;
    const track = tracks[key] ?? [];
    const first = timesMs.length - track.length / 2;
    const lastMs = timesMs.at(-1) ?? 0;
    const boundedMs = Math.max(lastMs - REWIND_MS, Math.min(seenMs, lastMs));
    const after = timesMs.findIndex((timeMs) => timeMs >= boundedMs);
    const [beforeMs, afterMs] = [timesMs[after - 1], timesMs[after]];
    const to = placeIn(track, after - first);
    if (afterMs === undefined || afterMs === boundedMs) return to;
    const from = placeIn(track, after - 1 - first);
    if (beforeMs === undefined || from === null || to === null) return null;
    const sinceMs = Math.max(beforeMs, afterMs - this.#stepMs);
    const share = Math.max(0, (boundedMs - sinceMs) / (afterMs - sinceMs));
    return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
  }
}

function placeIn(track: readonly number[], index: number): Place | null {
  const [x, y] = [track[2 * index], track[2 * index + 1]];
  return x === undefined || y === undefined ? null : { x, y };
}
