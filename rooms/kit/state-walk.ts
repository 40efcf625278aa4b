import { ArraySchema, MapSchema, Schema } from '@colyseus/schema';
import { fieldsOf, type SchemaClass } from './schema-internals.ts';
import { UnrecordableStateError } from './state-errors.ts';

/**
 * Looks at every instance of a state for what only a running state can show.
 *
 * @throws UnrecordableStateError with the path of an instance that is in two places, or that has a property which is no
 *   field of its class: neither would be there after a restore.
 */
export function assertOneOwnerEach(state: Schema): void {
  const paths = new Map<object, string>();
  visit(state, 'state', paths);
}

function visit(ref: unknown, path: string, paths: Map<object, string>): void {
  if (ref === null || typeof ref !== 'object') return;
  const first = paths.get(ref);
  if (first !== undefined) {
    throw new UnrecordableStateError(
      `The same instance is at ${first} and at ${path}, which can't be recorded. Way out: keep it in one place and its key or id in the other.`,
    );
  }
  paths.set(ref, path);
  if (ref instanceof Schema) visitFields(ref, path, paths);
  else if (ref instanceof MapSchema)
    for (const [key, value] of ref) visit(value, `${path}.get(${JSON.stringify(key)})`, paths);
  else if (ref instanceof ArraySchema)
    for (const [index, value] of ref.entries()) visit(value, `${path}[${index}]`, paths);
}

function visitFields(ref: Schema, path: string, paths: Map<object, string>): void {
  const local = Object.keys(ref)[0];
  if (local !== undefined) {
    throw new UnrecordableStateError(
      `${path} (${ref.constructor.name}) has the property "${local}", which is no field of its schema and can't be recorded. Way out: declare it as a field, or keep it in \`keep\`.`,
    );
  }
  const values = ref as unknown as Readonly<Record<string, unknown>>;
  for (const field of fieldsOf(ref.constructor as SchemaClass))
    visit(values[field.name], `${path}.${field.name}`, paths);
}
