import { type ArraySchema, type MapSchema, Schema } from '@colyseus/schema';
import { childTypeOf, fieldsOf, isSchemaClass, type SchemaClass } from './schema-internals.ts';
import { UnrecordableStateError } from './state-errors.ts';

/** The unset fields of one instance, by their index on the wire. */
export interface UnsetFields {
  readonly ref: Schema;
  readonly indexes: readonly number[];
}

/**
 * Looks at every instance of a state for what only a running state can show.
 *
 * @returns the instances that have unset fields: a full state has to name them.
 * @throws UnrecordableStateError with the path of an instance that is in two places, or that has a property which is no
 *   field of its class: neither would be there after a restore.
 */
export function inspectState(state: Schema): UnsetFields[] {
  const inspection: Inspection = { paths: new Map(), unset: [] };
  visit(state, 'state', inspection);
  return inspection.unset;
}

interface Inspection {
  readonly paths: Map<object, string>;
  readonly unset: UnsetFields[];
}

function visit(ref: unknown, path: string, inspection: Inspection): void {
  if (ref === null || typeof ref !== 'object') return;
  const first = inspection.paths.get(ref);
  if (first !== undefined) {
    throw new UnrecordableStateError(
      `The same instance is at ${first} and at ${path}, which can't be recorded. Way out: keep it in one place and its key or id in the other.`,
    );
  }
  inspection.paths.set(ref, path);
  if (ref instanceof Schema) visitFields(ref, path, inspection);
  else if (isSchemaClass(childTypeOf(ref))) visitElements(ref as MapSchema<object>, path, inspection);
}

function visitElements(
  collection: MapSchema<object> | ArraySchema<object>,
  path: string,
  inspection: Inspection,
): void {
  const entries: Iterable<[string | number, object]> = collection.entries();
  for (const [key, value] of entries) visit(value, `${path}[${JSON.stringify(key)}]`, inspection);
}

function visitFields(ref: Schema, path: string, inspection: Inspection): void {
  const local = Object.keys(ref)[0];
  if (local !== undefined) {
    throw new UnrecordableStateError(
      `${path} (${ref.constructor.name}) has the property "${local}", which is no field of its schema and can't be recorded. Way out: declare it as a field, or keep it in \`keep\`.`,
    );
  }
  const values = ref as unknown as Readonly<Record<string, unknown>>;
  const indexes: number[] = [];
  for (const { name, index } of fieldsOf(ref.constructor as SchemaClass)) {
    const value = values[name];
    if (value === undefined || value === null) indexes.push(index);
    else visit(value, `${path}.${name}`, inspection);
  }
  if (indexes.length > 0) inspection.unset.push({ ref, indexes });
}
