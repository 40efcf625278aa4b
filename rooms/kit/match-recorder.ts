import type { Schema } from '@colyseus/schema';
import type { Durability } from './define-game.ts';
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

/** What a step has done to the match. */
export interface RecordedStep {
  /** See `StepOutput`. */
  readonly record: CommitRecord | null;
  readonly patch: Uint8Array | null;
  readonly changed: boolean;
}

/**
 * Ids of new instances that a snapshot sets aside. Clients have seen instances that came after it; if a crash takes the room back
 * to it, these ids must not come to mean others. Who runs the room has another one recorded before they are used up.
 */
const SPARE_REF_IDS = 4_096;

/** Writes what a match becomes into commit records. */
export class MatchRecorder {
  readonly #encoder: StateEncoder<Schema>;
  readonly #hidden: HiddenSource;
  readonly #durability: Durability;
  /** What was recorded last of what the room knows beside its state. */
  #revision: number;
  #keptBytes: Uint8Array | null = null;

  /** What there is now counts as recorded: a full record of it comes first. */
  constructor(encoder: StateEncoder<Schema>, hidden: HiddenSource, durability: Durability) {
    this.#encoder = encoder;
    this.#hidden = hidden;
    this.#durability = durability;
    encoder.encodePatch();
    this.#revision = hidden.revision();
    if (hidden.keeps()) this.#keptBytes = packHidden(hidden.read());
  }

  /**
   * What has changed since the step before.
   *
   * @param mustLast something of it may not be lost with a state that is taken back: with `snapshot`, all of it is recorded
   * @throws Error for a state or a kept value that could not be brought back as it is
   */
  step(moment: Moment, mustLast: boolean): RecordedStep {
    const patch = this.#encoder.encodePatch();
    switch (this.#durability) {
      case 'commit': {
        const record = this.#patch(moment, patch);
        return { record, patch, changed: record !== null };
      }
      case 'snapshot': {
        const hiddenChanged = this.#hasChangedHidden();
        return { record: mustLast ? this.full(moment) : null, patch, changed: patch !== null || hiddenChanged };
      }
      case 'none':
        return { record: null, patch, changed: patch !== null };
      default:
        return this.#durability satisfies never;
    }
  }

  /** Everything, as of the last step. */
  full({ tick, timeMs }: Moment): CommitRecord {
    const nextRefId = this.#encoder.nextRefId + (this.#durability === 'snapshot' ? SPARE_REF_IDS : 0);
    const hidden = packHidden(this.#hidden.read());
    return { kind: 'full', tick, timeMs, state: this.#encoder.encodeFull(), hidden, nextRefId };
  }

  #patch({ tick, timeMs }: Moment, state: Uint8Array | null): CommitRecord | null {
    const hidden = this.#changedHidden();
    if (state === null && hidden === null) return null;
    return { kind: 'patch', tick, timeMs, state, hidden, nextRefId: this.#encoder.nextRefId };
  }

  #hasChangedHidden(): boolean {
    if (this.#hidden.keeps()) return this.#changedHidden() !== null;
    const revision = this.#hidden.revision();
    const changed = revision !== this.#revision;
    this.#revision = revision;
    return changed;
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
