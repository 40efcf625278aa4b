import type { Schema } from '@colyseus/schema';
import type { AnyRoomClass } from './game-room.ts';
import { type HiddenState, packChangedHidden, packHidden, unpackHidden } from './hidden-state.ts';
import type { CommitRecord, RecordedMatch } from './ports.ts';
import { restoreState, StateEncoder } from './state-codec.ts';
import { RestoreError } from './state-errors.ts';

/** A moment of a match. */
export interface Moment {
  readonly tick: number;
  readonly timeMs: number;
}

/** A match as its records have it. */
export interface ReadMatch extends Moment {
  readonly encoder: StateEncoder<Schema>;
  readonly hidden: HiddenState;
}

/** What a room knows beside its state. */
export interface HiddenSource {
  read(): HiddenState;
  /** Grows whenever it may have changed, its kept values aside. */
  revision(): number;
  /** It has values that its author can change at any time. */
  keeps(): boolean;
}

/** Writes what a match becomes into commit records. */
export class MatchRecorder {
  readonly #encoder: StateEncoder<Schema>;
  readonly #hidden: HiddenSource;
  /** What was recorded last of what the room knows beside its state. */
  #revision: number;
  #keptBytes: Uint8Array | null = null;

  /** What there is now counts as recorded: a full record of it comes first. */
  constructor(encoder: StateEncoder<Schema>, hidden: HiddenSource) {
    this.#encoder = encoder;
    this.#hidden = hidden;
    encoder.encodePatch();
    this.#revision = hidden.revision();
    if (hidden.keeps()) this.#keptBytes = packHidden(hidden.read());
  }

  /**
   * What has changed since the last record; null if nothing has.
   * @throws Error for a state or a kept value that could not be brought back as it is
   */
  patch({ tick, timeMs }: Moment): CommitRecord | null {
    const state = this.#encoder.encodePatch();
    const hidden = this.#changedHidden();
    if (state === null && hidden === null) return null;
    const { nextRefId } = this.#encoder;
    return { kind: 'patch', tick, timeMs, state, hidden, nextRefId };
  }

  /** Everything, as of the last record. */
  full({ tick, timeMs }: Moment): CommitRecord {
    const { nextRefId } = this.#encoder;
    const hidden = packHidden(this.#hidden.read());
    return { kind: 'full', tick, timeMs, state: this.#encoder.encodeFull(), hidden, nextRefId };
  }

  /** null if it is still what was recorded last: so it is in most ticks. Kept values can change without anybody's being told. */
  #changedHidden(): Uint8Array | null {
    if (this.#hidden.keeps()) {
      const packed = packChangedHidden(this.#hidden.read(), this.#keptBytes);
      this.#keptBytes = packed ?? this.#keptBytes;
      return packed;
    }
    const revision = this.#hidden.revision();
    if (revision === this.#revision) return null;
    this.#revision = revision;
    return packHidden(this.#hidden.read());
  }
}

/** An encoder of a new match's state. */
export function newEncoder(room: AnyRoomClass): StateEncoder<Schema> {
  return new StateEncoder(new (stateClassOf(room))());
}

/** Reads a match back from its records. @throws RestoreError if they don't fit this build of the game */
export function readMatch(room: AnyRoomClass, { full, patches, timeMs }: RecordedMatch): ReadMatch {
  const last = patches.at(-1) ?? full;
  const hidden = patches.findLast((record) => record.hidden !== null)?.hidden ?? full.hidden;
  if (full.state === null || hidden === null) throw new RestoreError('The full record has no state.');
  const { encoder } = restoreState<Schema>(stateClassOf(room), {
    full: full.state,
    patches: patches.flatMap((record) => record.state ?? []),
    nextRefId: last.nextRefId,
  });
  return { encoder, hidden: unpackHidden(hidden), tick: last.tick, timeMs: Math.max(last.timeMs, timeMs) };
}

function stateClassOf(room: AnyRoomClass): new () => Schema {
  return room.game.state as unknown as new () => Schema;
}
