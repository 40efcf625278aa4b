import { decode, Decoder, MapSchema, OPERATION, Schema } from '@colyseus/schema';
import {
  createBlankForDecoder,
  decodeOperation,
  endDecode,
  fieldAt,
  type SchemaClass,
  SWITCH_TO_STRUCTURE,
  TYPE_ID,
  typesOf,
  watchDecodedRefs,
} from './schema-internals.ts';
import { RestoreError } from './state-errors.ts';

const DEFINITION_MISMATCH = -1;

/** Everything that our encoder and the library's full states write for an array and for a map. */
const ARRAY_OPERATIONS: ReadonlySet<number> = new Set([
  OPERATION.CLEAR,
  OPERATION.DELETE,
  OPERATION.DELETE_BY_REFID,
  OPERATION.ADD,
  OPERATION.REPLACE,
  OPERATION.MOVE,
]);
const MAP_OPERATIONS: ReadonlySet<number> = new Set([
  OPERATION.CLEAR,
  OPERATION.DELETE,
  OPERATION.ADD,
  OPERATION.REPLACE,
  OPERATION.DELETE_AND_ADD,
]);

type SchemaCtor = Parameters<Decoder['getInstanceType']>[2];

/**
 * A decoder for reading a log back. A client's decoder skips what it doesn't understand and carries on; one that rebuilds
 * the authority throws.
 */
export class StrictDecoder<S extends Schema> extends Decoder<S> {
  #maxRefId = 0;

  constructor(stateClass: SchemaClass<S>) {
    super(createBlankForDecoder(stateClass), typesOf(stateClass));
    watchDecodedRefs(this, (refId) => {
      if (!Number.isSafeInteger(refId) || refId < 0)
        throw new RestoreError('The bytes name an instance without a valid id.');
      if (refId > this.#maxRefId) this.#maxRefId = refId;
    });
    this.root.removeRef = this.#strictRemoveRef(this.root.removeRef.bind(this.root));
  }

  /** The highest instance id in all frames so far, those of instances that are gone again included. */
  get maxRefId(): number {
    return this.#maxRefId;
  }

  /**
   * Applies one frame.
   *
   * @param code the protocol code that it must begin with.
   * @throws RestoreError if the frame is torn, of another kind, or does not fit the class or the frames before.
   */
  apply(frame: Uint8Array, code: number): void {
    if (frame[0] !== code)
      throw new RestoreError(`Expected a frame with code ${code}, got ${frame[0] ?? 'an empty one'}.`);
    // Reading past the end of an array gives undefined, and a string that is cut off is read as a shorter one. With a
    // byte more than there is, either ends past the end.
    const bytes = new Uint8Array(frame.length + 1);
    bytes.set(frame);
    try {
      this.#applyOperations(bytes, frame.length);
    } catch (error) {
      if (error instanceof RestoreError) throw error;
      throw new RestoreError('The bytes could not be decoded.', { cause: error });
    }
    this.root.garbageCollectDeletedRefs();
  }

  override getInstanceType(bytes: Uint8Array, it: { offset: number }, defaultType: SchemaCtor): SchemaCtor {
    const named = bytes[it.offset] === TYPE_ID;
    const start = it.offset + 1;
    const type = super.getInstanceType(bytes, it, defaultType);
    if (named && this.context.get(decode.number(bytes, { offset: start })) === undefined) {
      throw new RestoreError('The bytes name a type that the state class does not know.');
    }
    if (type !== defaultType && !(type.prototype instanceof defaultType)) {
      throw new RestoreError(`The bytes put a "${type.name}" where a "${defaultType.name}" belongs.`);
    }
    return type;
  }

  #applyOperations(bytes: Uint8Array, length: number): void {
    const it = { offset: 1 };
    let ref: object = this.state;
    this.currentRefId = 0;
    while (it.offset < length) {
      if (bytes[it.offset] === SWITCH_TO_STRUCTURE) {
        it.offset++;
        endDecode(ref);
        this.currentRefId = decode.number(bytes, it);
        ref = this.#known(this.currentRefId);
      } else {
        assertOperation(bytes[it.offset] as number, ref);
        if (decodeOperation(this, bytes, it, ref) === DEFINITION_MISMATCH) throw unknownField(ref);
      }
      if (it.offset > length) throw new RestoreError('The bytes end in the middle of an operation.');
    }
    endDecode(ref);
  }

  #known(refId: number): object {
    const ref = this.root.refs.get(refId);
    if (ref === undefined)
      throw new RestoreError(`The bytes change instance ${refId}, which no frame before has brought.`);
    return ref;
  }

  #strictRemoveRef(removeRef: (refId: number) => void): (refId: number) => void {
    return (refId) => {
      if (!((this.root.refCount[refId] ?? 0) > 0))
        throw new RestoreError(`The bytes remove instance ${refId}, which is not there.`);
      removeRef(refId);
    };
  }
}

function assertOperation(byte: number, ref: object): void {
  if (ref instanceof Schema) {
    // As the library packs it: the operation in the two high bits, the field's index in the rest.
    const operation = byte & OPERATION.DELETE_AND_ADD;
    if (fieldAt(ref.constructor as SchemaClass, byte % (operation || 255)) === undefined) throw unknownField(ref);
    return;
  }
  const known = ref instanceof MapSchema ? MAP_OPERATIONS : ARRAY_OPERATIONS;
  if (!known.has(byte))
    throw new RestoreError(`The bytes hold the operation ${byte}, which no ${ref.constructor.name} knows.`);
}

function unknownField(ref: object): RestoreError {
  return new RestoreError(`The bytes set a field that the class "${ref.constructor.name}" does not have.`);
}
