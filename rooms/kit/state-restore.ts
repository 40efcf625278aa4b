import { ArraySchema, MapSchema, type Schema } from '@colyseus/schema';
import {
  childTypeOf,
  createBlank,
  fieldsOf,
  type FieldType,
  isQuantized,
  isSchemaClass,
  journalOf,
  refIdOf,
  type SchemaClass,
  setChildType,
  setRefId,
} from './schema-internals.ts';
import { ROOM_STATE_CODE, ROOM_STATE_PATCH_CODE, StateEncoder } from './state-encoder.ts';
import { RestoreError } from './state-errors.ts';
import { assertRecordable } from './state-support.ts';
import { StrictDecoder } from './strict-decoder.ts';

export interface RecordedState {
  /** What `encodeFull` gave. */
  readonly full: Uint8Array;
  /** What `encodePatch` gave after it, in order, without the nulls. */
  readonly patches: readonly Uint8Array[];
  /** `StateEncoder.nextRefId` as recorded with the full state, or any later one. */
  readonly nextRefId: number;
}

export interface RestoredState<S extends Schema> {
  readonly state: S;
  readonly encoder: StateEncoder<S>;
}

/**
 * Builds a room's state anew from its log: the last full state and the patches after it.
 *
 * Clients of the lost room that then receive `encodeFull` keep every instance that was alive, with its callbacks. For that
 * the new instances carry the ids and map indexes of the old, and new ids go on where the old ended. (A decoded tree can't
 * serve as the state itself: it records no changes.) No constructor and no `initialize()` of the state's classes runs.
 *
 * A cut exactly between two operations, or a missing patch on which no other builds, can't be seen in the bytes: the log has
 * to give its records whole, in order and without gaps.
 *
 * @throws RestoreError for torn bytes, bytes of another class, a missing patch that others build on, or a `nextRefId` too low
 *   for the full state.
 * @throws UnrecordableStateError if the class is not recordable.
 */
export function restoreState<S extends Schema>(stateClass: SchemaClass<S>, recorded: RecordedState): RestoredState<S> {
  assertRecordable(stateClass);
  const decoder = new StrictDecoder(stateClass);
  decoder.apply(recorded.full, ROOM_STATE_CODE);
  if (!(recorded.nextRefId > decoder.maxRefId)) {
    throw new RestoreError(
      `nextRefId ${recorded.nextRefId} is not past instance ${decoder.maxRefId} of the full state.`,
    );
  }
  for (const patch of recorded.patches) decoder.apply(patch, ROOM_STATE_PATCH_CODE);
  const state = rebuildInstance(decoder.state, stateClass, new Set());
  const nextRefId = Math.max(recorded.nextRefId, decoder.maxRefId + 1);
  return { state, encoder: StateEncoder.resume(state, nextRefId) };
}

function rebuildInstance<S extends Schema>(decoded: S, schemaClass: SchemaClass<S>, seen: Set<number>): S {
  const instance = createBlank(schemaClass);
  adoptRefId(instance, decoded, seen);
  const from = decoded as unknown as Readonly<Record<string, unknown>>;
  const to = instance as unknown as Record<string, unknown>;
  for (const field of fieldsOf(schemaClass)) {
    const value = from[field.name];
    if (value !== undefined) to[field.name] = rebuildField(value, field.type, seen);
  }
  return instance;
}

function rebuildField(value: unknown, type: FieldType, seen: Set<number>): unknown {
  if (isQuantized(type)) return rebuildPrimitive(value, 'number');
  if (value instanceof MapSchema) return rebuildMap(value, seen);
  if (value instanceof ArraySchema) return rebuildArray(value, seen);
  return rebuildElement(value, type, seen);
}

function rebuildElement(value: unknown, type: FieldType, seen: Set<number>): unknown {
  if (!isSchemaClass(type)) return rebuildPrimitive(value, type as string);
  if (value === undefined || !((value as object) instanceof (type as unknown as typeof Schema))) {
    throw new RestoreError(`The bytes leave no "${type.name}" where one belongs.`);
  }
  const instance = value as Schema;
  return rebuildInstance(instance, instance.constructor as SchemaClass, seen);
}

function rebuildPrimitive(value: unknown, type: string): unknown {
  const expected = type === 'string' || type === 'boolean' ? type : 'number';
  if (typeof value === expected) return value;
  throw new RestoreError(`The bytes leave ${typeof value} where a ${type} belongs.`);
}

function rebuildArray(decoded: ArraySchema, seen: Set<number>): ArraySchema {
  const array = new ArraySchema();
  const type = childTypeOf(decoded);
  setChildType(array, type);
  adoptRefId(array, decoded, seen);
  for (const value of decoded) array.push(rebuildElement(value, type, seen));
  return array;
}

function rebuildMap(decoded: MapSchema, seen: Set<number>): MapSchema {
  const map = new MapSchema();
  const type = childTypeOf(decoded);
  setChildType(map, type);
  adoptRefId(map, decoded, seen);
  const indexes = journalOf(decoded).indexByKey;
  const journal = journalOf(map);
  for (const [key, value] of decoded) {
    const index = indexes[key];
    if (index === undefined) throw new RestoreError(`The bytes give the map key "${key}" no index.`);
    journal.keyByIndex.set(index, key);
    journal.indexByKey[key] = index;
    // Past all that live; those of keys that are gone may be given again, as after clear().
    journal.nextIndex = Math.max(journal.nextIndex, index + 1);
    map.set(key, rebuildElement(value, type, seen));
  }
  return map;
}

function adoptRefId(instance: object, decoded: object, seen: Set<number>): void {
  const refId = refIdOf(decoded);
  if (refId === undefined) throw new RestoreError('The bytes name an instance that they never bring.');
  if (seen.has(refId)) throw new RestoreError(`The bytes put instance ${refId} in two places.`);
  seen.add(refId);
  setRefId(instance, refId);
}
