import { ArraySchema, MapSchema, Schema } from '@colyseus/schema';
import { fieldsOf, journalOf, refIdOf, type SchemaClass } from '../../../rooms/kit/schema-internals.ts';
import { fieldValues } from './shapes.ts';

export interface CanonicalOptions {
  /** Maps in their own order, or by key. */
  readonly mapOrder: boolean;
  /** The indexes under which the wire names a map's entries. */
  readonly mapIndexes?: boolean;
}

/** A state as comparable text, with the ids of its instances. */
export function canonical(state: Schema, options: CanonicalOptions): string {
  return JSON.stringify(describe(state, options), null, 1);
}

function describe(value: unknown, options: CanonicalOptions): unknown {
  if (value instanceof Schema) return describeSchema(value, options);
  if (value instanceof MapSchema) return describeMap(value, options);
  if (value instanceof ArraySchema)
    return { id: refIdOf(value), items: [...value].map((item) => describe(item, options)) };
  return Object.is(value, -0) ? 0 : value;
}

function describeSchema(value: Schema, options: CanonicalOptions): unknown {
  const fields: Record<string, unknown> = { id: refIdOf(value) };
  for (const field of fieldsOf(value.constructor as SchemaClass)) {
    const fieldValue = fieldValues(value)[field.name];
    if (fieldValue !== undefined && fieldValue !== null) fields[field.name] = describe(fieldValue, options);
  }
  return fields;
}

function describeMap(map: MapSchema, options: CanonicalOptions): unknown {
  const entries = [...map.entries()];
  if (!options.mapOrder) entries.sort(([a], [b]) => (a < b ? -1 : 1));
  const { indexByKey } = journalOf(map);
  return {
    id: refIdOf(map),
    entries: entries.map(([key, value]) => [
      key,
      options.mapIndexes === true ? indexByKey[key] : 0,
      describe(value, options),
    ]),
  };
}
