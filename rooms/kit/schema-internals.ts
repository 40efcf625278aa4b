/**
 * The one place that touches what `@colyseus/schema` keeps to itself. Everything here is pinned by
 * `schema-internals.test.ts`, so an upgrade that moves a part fails there, by name, and not in a running room.
 */
import {
  $changes,
  $childType,
  $refId,
  type ArraySchema,
  type ChangeTree,
  type Decoder,
  encode,
  Encoder,
  type EncodeDescriptor,
  getEncodeDescriptor,
  type MapSchema,
  Reflection,
  type Root,
  Schema,
  TypeContext,
} from '@colyseus/schema';

/** A class made by `schema({ … }, 'Name')`. */
// oxlint-disable-next-line typescript/no-explicit-any -- `never[]` refuses constructors whose one argument may be left out
export type SchemaClass<S extends Schema = Schema> = new (...args: any) => S;

/** What a field or an element holds: a primitive's name, a schema class, or a collection of either. */
export type FieldType = string | SchemaClass | Readonly<Record<string, unknown>>;

/** What `schema()` notes about a declared field. */
export interface FieldInfo {
  readonly name: string;
  /** The field's place on the wire. */
  readonly index: number;
  readonly type: FieldType;
  readonly tag?: number;
  readonly unreliable?: boolean;
  readonly patchOnly?: boolean;
  readonly fullStateOnly?: boolean;
  readonly deprecated?: boolean;
  readonly stream?: boolean;
}

interface JournalInternals {
  readonly keyByIndex: Map<number, string>;
  indexByKey: Record<string, number>;
  nextIndex: number;
  assign(key: string): number;
}

/** The byte before an instance's id, where the bytes turn to another instance. */
export const SWITCH_TO_STRUCTURE = 255;
/** The byte before a class' id, where an instance is of a subclass of its declared class. */
export const TYPE_ID = 213;

/** Used once a class and let go. Past it the library grows by itself, with a warning. */
const DESCRIPTION_BUFFER_BYTES = 512 * 1024;

const SCHEMA_FIELD_COUNT = '~__numFields';

export function changeTreeOf(ref: object): ChangeTree {
  return (ref as { [$changes]: ChangeTree })[$changes];
}

export function refIdOf(ref: object): number | undefined {
  return (ref as { [$refId]?: number })[$refId];
}

/** Gives a fresh instance the id under which clients know it; `Root.add` keeps an id that is already there. */
export function setRefId(ref: object, refId: number): void {
  // Not enumerable, as the library does it: the id must not show in deep comparisons.
  Object.defineProperty(ref, $refId, { value: refId, enumerable: false, writable: true });
}

/** `Root.add` gives it a new id when it is put into a state again. */
export function forgetRefId(ref: object): void {
  (ref as { [$refId]?: number | undefined })[$refId] = undefined;
}

export function childTypeOf(collection: object): FieldType {
  return (collection as { [$childType]: FieldType })[$childType];
}

export function setChildType(collection: object, type: FieldType): void {
  (collection as { [$childType]: FieldType })[$childType] = type;
}

/** The declared fields of a class, its parents' first, in wire order. */
export function fieldsOf(schemaClass: SchemaClass): readonly FieldInfo[] {
  const metadata = metadataOf(schemaClass);
  const last = (metadata?.[SCHEMA_FIELD_COUNT] as number | undefined) ?? -1;
  const fields: FieldInfo[] = [];
  for (let index = 0; index <= last; index++) {
    const field = metadata?.[index] as FieldInfo | undefined;
    if (field !== undefined) fields.push(field);
  }
  return fields;
}

export function fieldAt(schemaClass: SchemaClass, index: number): FieldInfo | undefined {
  return metadataOf(schemaClass)?.[index] as FieldInfo | undefined;
}

function metadataOf(schemaClass: SchemaClass): Record<string | number, unknown> | undefined {
  return (schemaClass as unknown as typeof Schema)[Symbol.metadata];
}

/** The types that a state class can reach, with their ids on the wire; the same object for each call. */
export function typesOf(schemaClass: SchemaClass): TypeContext {
  return TypeContext.cache(schemaClass as unknown as typeof Schema);
}

export function hasTypeId(types: TypeContext, schemaClass: SchemaClass): boolean {
  return types.has(schemaClass as unknown as typeof Schema);
}

export function isSchemaClass(type: FieldType): type is SchemaClass {
  return typeof type === 'function' && Schema.is(type);
}

/** A float that travels as an integer: a scalar, though its type is an object. */
export function isQuantized(type: FieldType): boolean {
  return typeof type === 'object' && type['quantized'] !== undefined;
}

/** The defaults that `schema()` gives to each new instance, local-only fields included; undefined for a class that `schema()` did not make. */
export function schemaDefaultsOf(schemaClass: SchemaClass): (() => Record<string, unknown>) | undefined {
  if (!Object.hasOwn(schemaClass, '_getDefaultValues')) return undefined;
  return (schemaClass as unknown as { _getDefaultValues: () => Record<string, unknown> })._getDefaultValues;
}

/** A recording instance whose constructor, `initialize()` and defaults did not run. */
export function createBlank<S extends Schema>(schemaClass: SchemaClass<S>): S {
  const instance = Object.create(schemaClass.prototype as object) as S;
  Schema.initialize(instance);
  return instance;
}

/** A decoding instance whose constructor, `initialize()` and defaults did not run. */
export function createBlankForDecoder<S extends Schema>(schemaClass: SchemaClass<S>): S {
  return (schemaClass as unknown as { initializeForDecoder(): S }).initializeForDecoder();
}

export function journalOf(map: MapSchema): JournalInternals {
  return (map as unknown as { journal: JournalInternals }).journal;
}

export function arrayItems(array: ArraySchema): readonly unknown[] {
  return (array as unknown as { items: unknown[] }).items;
}

/** Wire slots that were removed since the last encode; sparse. */
export function stagedDeletes(array: ArraySchema): readonly (boolean | undefined)[] {
  return (array as unknown as { deletedIndexes: boolean[] }).deletedIndexes;
}

export function nextRefIdOf(root: Root): number {
  return (root as unknown as { nextUniqueId: number }).nextUniqueId;
}

/** Whether a tree is queued for the next encode. */
export function hasQueuedChanges(root: Root): boolean {
  return root.changes.next !== undefined;
}

/** Visits the trees that wait for the next encode, in the order of the wire. */
export function visitQueuedTrees(root: Root, visit: (tree: ChangeTree) => void): void {
  for (let node = root.changes.next; node !== undefined; node = node.next) visit(node.changeTree);
}

/** Sends a tree's pending operations through another encode function than its class'. */
export function setEncodeDescriptor(tree: ChangeTree, descriptor: EncodeDescriptor): void {
  tree.encDescriptor = descriptor;
}

const NO_BUFFER = new Uint8Array(0);

/**
 * An `Encoder` without a buffer of its own: the library allocates `Encoder.BUFFER_SIZE` (16 KB) for each,
 * which for thousands of small rooms is most of their memory.
 *
 * @param grow called instead of the library's own growing (which warns on the console) when an encode did not fit;
 *   returns a buffer of at least `usedBytes`.
 */
export function createBufferlessEncoder<S extends Schema>(
  state: S,
  root: Root,
  grow: (usedBytes: number) => Uint8Array,
): Encoder<S> {
  const bufferSize = Encoder.BUFFER_SIZE;
  Encoder.BUFFER_SIZE = 0;
  try {
    const encoder = new Encoder<S>(state, root);
    // Never written: every encode names a buffer.
    encoder.sharedBuffer = NO_BUFFER;
    const hook = encoder as unknown as { _resizeBuffer: (buffer: Uint8Array, usedBytes: number) => Uint8Array };
    hook._resizeBuffer = (_buffer, usedBytes) => grow(usedBytes);
    return encoder;
  } finally {
    Encoder.BUFFER_SIZE = bufferSize;
  }
}

/**
 * The description of a state class' types for clients, as the library's own serializer sends it in the handshake.
 * Needs no instance: its constructor would be the author's.
 */
export function describeTypes(stateClass: SchemaClass): Uint8Array {
  const described = { context: typesOf(stateClass), state: createBlankForDecoder(stateClass) };
  const bufferSize = Encoder.BUFFER_SIZE;
  Encoder.BUFFER_SIZE = DESCRIPTION_BUFFER_BYTES;
  try {
    return Reflection.encode(described as unknown as Encoder);
  } finally {
    Encoder.BUFFER_SIZE = bufferSize;
  }
}

const encodeString = encode.string;
const withWellFormedStrings = new WeakSet<TypeContext>();

function encodeWellFormed(bytes: Uint8Array, value: string, it: { offset: number }): number {
  return encodeString(bytes, value?.toWellFormed(), it);
}

/**
 * Makes half a surrogate pair in a string go out as U+FFFD. The library announces one length for it and writes another, so
 * that a single player's name tears the state of everyone. Where it finds its string encoder: by name for elements and
 * keys, in each class for fields.
 */
export function keepStringsWellFormed(types: TypeContext): void {
  if (withWellFormedStrings.has(types)) return;
  withWellFormedStrings.add(types);
  encode.string = encodeWellFormed as typeof encode.string;
  for (const schemaClass of types.schemas.keys()) {
    const { encoders } = getEncodeDescriptor(createBlank(schemaClass));
    for (const field of fieldsOf(schemaClass)) if (field.type === 'string') encoders[field.index] = encodeWellFormed;
  }
}

/** Calls `onRef` for each id that a decoder takes up, before it does. */
export function watchDecodedRefs(decoder: Decoder, onRef: (refId: number) => void): void {
  const tracker = decoder.root;
  const addRef = tracker.addRef.bind(tracker);
  tracker.addRef = (refId, ref, incrementCount) => {
    onRef(refId);
    addRef(refId, ref, incrementCount);
  };
}

type DecodeOperation = (
  decoder: Decoder,
  bytes: Uint8Array,
  it: { offset: number },
  ref: object,
  changes: null,
) => number | void;

/** Decodes one operation on `ref`; -1 if the bytes name a field that its class does not have. */
export function decodeOperation(
  decoder: Decoder,
  bytes: Uint8Array,
  it: { offset: number },
  ref: object,
): number | void {
  const decode = (ref.constructor as unknown as { '~decoder': DecodeOperation })['~decoder'];
  return decode(decoder, bytes, it, ref, null);
}

/** Closes the decoding of one structure: arrays close the gaps that deletes left. */
export function endDecode(ref: object): void {
  (ref as { '~onDecodeEnd'?: () => void })['~onDecodeEnd']?.();
}
