import { type ChangeTree, encode, type Encoder, MapSchema, OPERATION, type Schema } from '@colyseus/schema';
import { forgetArray, planArray, settleArray } from './array-patch.ts';
import { settleMapOrder } from './map-order.ts';
import {
  createBufferlessEncoder,
  describeTypes,
  hasQueuedChanges,
  keepStringsWellFormed,
  nextRefIdOf,
  refIdOf,
  type SchemaClass,
  SWITCH_TO_STRUCTURE,
  TYPE_ID,
  typesOf,
  visitQueuedTrees,
} from './schema-internals.ts';
import { StateRoot } from './state-root.ts';
import { assertRecordable } from './state-support.ts';
import { inspectState, type UnsetFields } from './state-walk.ts';

/** Colyseus' protocol codes for state frames (`Protocol` of `@colyseus/shared-types`), the first byte of each. */
export const ROOM_STATE_CODE = 14;
export const ROOM_STATE_PATCH_CODE = 15;

/**
 * "Delete and add field 21" is the same byte as the mark of a subclass' id, and decoders take it for that behind a
 * `t.ref()`. A plain add replaces a value as well.
 */
const TYPE_ID_FIELD = TYPE_ID & ~OPERATION.DELETE_AND_ADD;

const SCRATCH_START_BYTES = 64 * 1024;
const FRAME_HEADER_BYTES = 1;
/** A structure's mark and its id. */
const SWITCH_MAX_BYTES = 10;

/** One buffer for all rooms of the process: an encode runs to its end and its bytes are copied out before the next begins. */
let scratch = new Uint8Array(SCRATCH_START_BYTES);

const handshakes = new WeakMap<object, Uint8Array>();

/**
 * The authoritative encoding of one room's state: what its clients are sent, and what its log holds. There must be only
 * one for a state; a second one would record no changes.
 *
 * Every array of bytes that it hands out belongs to the caller. It keeps no buffer of its own.
 *
 * What an encoded state does not carry: `float32`, `quantized` and fractional `number` fields as precisely as the running
 * room may hold them, integers past their type's range, half surrogate pairs, and the difference between null and undefined. A restored room
 * has what clients saw.
 */
export class StateEncoder<S extends Schema> {
  readonly state: S;
  readonly #root: StateRoot;
  readonly #encoder: Encoder<S>;

  /**
   * All that the state holds now counts as changed: the first `encodePatch` builds it from nothing.
   *
   * @param options.nextRefId the first id to give to an instance that has none. Left out: 0.
   * @throws UnrecordableStateError if the state's class is not recordable (see `assertRecordable`).
   */
  constructor(state: S, options: { readonly nextRefId?: number } = {}) {
    const stateClass = state.constructor as SchemaClass<S>;
    assertRecordable(stateClass);
    this.state = state;
    const types = typesOf(stateClass);
    keepStringsWellFormed(types);
    this.#root = new StateRoot(types, options.nextRefId ?? 0);
    this.#encoder = createBufferlessEncoder(state, this.#root, growScratch);
  }

  /** For a state whose instances carry their ids already, and that clients know as it is: nothing counts as changed. */
  static resume<S extends Schema>(state: S, nextRefId: number): StateEncoder<S> {
    const encoder = new StateEncoder(state, { nextRefId });
    const trees: ChangeTree[] = [];
    visitQueuedTrees(encoder.#root, (tree) => trees.push(tree));
    encoder.#encoder.discardChanges();
    for (const tree of trees) if (tree.isArray) settleArray(tree);
    return encoder;
  }

  /** The id that the next new instance gets: the one counter that a log records beside the bytes. It only grows. */
  get nextRefId(): number {
    return nextRefIdOf(this.#root);
  }

  /** Whether the state may have changed since the last `encodePatch`. */
  get hasChanges(): boolean {
    return hasQueuedChanges(this.#root) || this.#root.hasDetached;
  }

  /**
   * The changes since the last call, as a ROOM_STATE_PATCH frame; null if there are none. Whoever had the state before and
   * decodes it has the state that `encodeFull` gives after it, whether or not anyone is connected.
   *
   * @throws UnrecordableStateError for an instance in two places, gaps in an array, or a map key like "constructor". The
   *   room can't go on after it: its changes have no faithful patch.
   */
  encodePatch(): Uint8Array | null {
    if (!this.hasChanges) return null;
    this.#root.reattachKept();
    this.#assertNoSharing();
    const arrays = this.#settleCollections();
    const frame = this.#encode(ROOM_STATE_PATCH_CODE, (it) => this.#encoder.encode(it, undefined, scratch));
    this.#encoder.discardChanges();
    for (const tree of arrays) settleArray(tree);
    for (const tree of this.#root.takeLost()) forgetArray(tree);
    return frame.length > FRAME_HEADER_BYTES ? frame : null;
  }

  /**
   * The whole state as of the last `encodePatch`, as a ROOM_STATE frame.
   *
   * @throws Error if anything changed since then: a client that got those changes here would get them again with the
   *   next patch, and the log would tie them to the wrong tick. Call `encodePatch` first.
   * @throws UnrecordableStateError for an instance that has properties beside its fields, or is in two places.
   */
  encodeFull(): Uint8Array {
    if (this.hasChanges) throw new Error('encodeFull() with changes pending: call encodePatch() first.');
    const unset = inspectState(this.state);
    return this.#encode(ROOM_STATE_CODE, (it) => {
      this.#encoder.encodeAll(it, scratch);
      return writeUnsetFields(unset, it);
    });
  }

  /** The description of the state's types for a joining client; one copy for all rooms of the class. Not to be changed. */
  handshake(): Uint8Array {
    const stateClass = this.state.constructor;
    const known = handshakes.get(stateClass);
    if (known !== undefined) return known;
    const bytes = describeTypes(stateClass as SchemaClass);
    handshakes.set(stateClass, bytes);
    return bytes;
  }

  #encode(code: number, write: (it: { offset: number }) => Uint8Array): Uint8Array {
    const written = write({ offset: FRAME_HEADER_BYTES });
    const frame = written.slice();
    frame[0] = code;
    return frame;
  }

  #settleCollections(): ChangeTree[] {
    const arrays: ChangeTree[] = [];
    visitQueuedTrees(this.#root, (tree) => {
      if (tree.isArray) {
        planArray(tree);
        arrays.push(tree);
      } else if (tree.ref instanceof MapSchema) {
        settleMapOrder(tree.ref, tree);
      } else if (tree.operationAt(TYPE_ID_FIELD) === OPERATION.DELETE_AND_ADD) {
        tree.setOperationAt(TYPE_ID_FIELD, OPERATION.ADD);
      }
    });
    return arrays;
  }

  #assertNoSharing(): void {
    for (const tree of this.#root.takeSuspects() ?? []) {
      if ((this.#root.refCount[refIdOf(tree.ref as object) as number] ?? 0) <= 1) continue;
      inspectState(this.state);
      return;
    }
  }
}

/**
 * Names the fields that have no value. The library leaves them out of a full state, and a client that comes back after
 * one of them was unset would keep the old value for good.
 */
function writeUnsetFields(unset: readonly UnsetFields[], it: { offset: number }): Uint8Array {
  for (const { ref, indexes } of unset) {
    ensureScratch(it.offset + SWITCH_MAX_BYTES + indexes.length);
    scratch[it.offset++] = SWITCH_TO_STRUCTURE;
    encode.number(scratch, refIdOf(ref) as number, it);
    for (const index of indexes) scratch[it.offset++] = OPERATION.DELETE | index;
  }
  return scratch.subarray(0, it.offset);
}

function ensureScratch(bytes: number): void {
  if (bytes <= scratch.length) return;
  const smaller = scratch;
  growScratch(bytes).set(smaller);
}

function growScratch(usedBytes: number): Uint8Array {
  scratch = new Uint8Array(2 ** Math.ceil(Math.log2(usedBytes)));
  return scratch;
}
