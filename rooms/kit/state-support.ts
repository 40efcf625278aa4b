import {
  type FieldInfo,
  type FieldType,
  fieldsOf,
  isQuantized,
  isSchemaClass,
  type SchemaClass,
  schemaDefaultsOf,
} from './schema-internals.ts';
import { UnrecordableStateError } from './state-errors.ts';

const PRIMITIVES: ReadonlySet<string> = new Set([
  'string',
  'boolean',
  'number',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'float32',
  'float64',
]);

/** Field options under which a value is missing from patches or from full states, which are all that a log holds. */
const REFUSED_OPTIONS: readonly (readonly [keyof FieldInfo, string, string])[] = [
  ['tag', '.view()', 'send hidden things to their owner as messages, and keep them in `keep`'],
  ['unreliable', '.unreliable()', 'leave the option away'],
  ['patchOnly', '.patchOnly()', 'send it as a message instead'],
  ['fullStateOnly', '.fullStateOnly()', 'leave the option away: a field that never changes costs nothing'],
  ['deprecated', '.deprecated()', 'remove the field; rooms never move between builds whose schema differs'],
  ['stream', '.stream()', 'use a plain t.map()'],
];

const recordable = new WeakSet<object>();

/**
 * Refuses a state class whose instances a match log could not bring back exactly. Called when a game is registered, and
 * again, at no cost, by each encoder.
 *
 * Allowed are primitives, `t.quantized()`, `t.array()` and `t.map()` of primitives or schemas, and `t.ref()`, all in
 * classes made with `schema()`, inherited or not. What only a running state can show (one instance in two places, local
 * properties) is refused by the encoder.
 *
 * @throws UnrecordableStateError naming class, field and the way out.
 */
export function assertRecordable(stateClass: SchemaClass): void {
  if (recordable.has(stateClass)) return;
  assertClass(stateClass, new Set());
  recordable.add(stateClass);
}

function assertClass(schemaClass: SchemaClass, seen: Set<SchemaClass>): void {
  if (seen.has(schemaClass)) return;
  seen.add(schemaClass);
  assertMadeWithSchema(schemaClass);
  const fields = fieldsOf(schemaClass);
  assertNoLocalFields(schemaClass, fields);
  for (const field of fields) {
    assertOptions(schemaClass, field);
    assertFieldType(schemaClass, field, seen);
  }
}

function refuse(schemaClass: SchemaClass, field: string, problem: string, wayOut: string): never {
  throw new UnrecordableStateError(
    `State class "${schemaClass.name}", field "${field}": ${problem} can't be recorded, so a match could not outlive its process. Way out: ${wayOut}.`,
  );
}

function assertMadeWithSchema(schemaClass: SchemaClass): void {
  // A restored instance is made without running a constructor, which only classes of schema() stand: a hand-written
  // one may hold private fields, that nothing records.
  if (schemaDefaultsOf(schemaClass) !== undefined) return;
  throw new UnrecordableStateError(
    `State class "${schemaClass.name}" was not made with schema() and can't be recorded. Way out: define it as schema({ … }, '${schemaClass.name}'); methods go among the fields.`,
  );
}

function assertNoLocalFields(schemaClass: SchemaClass, fields: readonly FieldInfo[]): void {
  const declared = new Set(fields.map((field) => field.name));
  for (const name of Object.keys(schemaDefaultsOf(schemaClass)?.() ?? {})) {
    if (!declared.has(name)) {
      refuse(schemaClass, name, '.noSync()', 'keep it in `keep`, which is recorded');
    }
  }
}

function assertOptions(schemaClass: SchemaClass, field: FieldInfo): void {
  for (const [option, name, wayOut] of REFUSED_OPTIONS) {
    if (field[option] !== undefined && field[option] !== false) refuse(schemaClass, field.name, name, wayOut);
  }
}

function assertFieldType(schemaClass: SchemaClass, field: FieldInfo, seen: Set<SchemaClass>): void {
  const type = field.type;
  if (isQuantized(type)) return;
  if (typeof type === 'string' || isSchemaClass(type)) return assertElementType(schemaClass, field, type, seen);
  const [kind, element] = Object.entries(type)[0] ?? ['nothing', undefined];
  if (kind !== 'array' && kind !== 'map') refuse(schemaClass, field.name, `t.${kind}()`, 'use t.map() or t.array()');
  return assertElementType(schemaClass, field, element as FieldType, seen);
}

function assertElementType(schemaClass: SchemaClass, field: FieldInfo, type: FieldType, seen: Set<SchemaClass>): void {
  if (isSchemaClass(type)) return assertClass(type, seen);
  if (typeof type === 'string' && PRIMITIVES.has(type)) return;
  if (type === 'bigint64' || type === 'biguint64') {
    refuse(schemaClass, field.name, `t.${type}()`, 'use t.int64() or t.uint64(), exact up to 2^53, or a string');
  }
  refuse(schemaClass, field.name, `the type ${JSON.stringify(type)}`, `use one of ${[...PRIMITIVES].join(', ')}`);
}
