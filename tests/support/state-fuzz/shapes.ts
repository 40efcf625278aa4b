import { type FieldBuilder, type Schema, schema, t } from '@colyseus/schema';
import type { SchemaClass } from '../../../rooms/kit/schema-internals.ts';
import type { Random } from './random.ts';

export const PRIMITIVES = [
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
] as const;
export type Primitive = (typeof PRIMITIVES)[number];

type AnyField = FieldBuilder<unknown, boolean, boolean>;

/** A random state class: nested schemas, arrays and maps of both, some fields optional, some classes with a subclass. */
export function randomStateClass(random: Random): SchemaClass {
  return randomClass(random, 3, 'State');
}

function randomClass(random: Random, depth: number, name: string): SchemaClass {
  const made: SchemaClass[] = [];
  const child = (): SchemaClass => {
    const again = made.length > 0 && random.chance(0.5);
    if (!again) made.push(randomClass(random, depth - 1, `${name}${made.length}`));
    return random.pick(made);
  };
  const fields = randomFields(random, depth, child);
  const base = schema(fields as never, name) as unknown as SchemaClass & {
    extend(fields: object, name: string): SchemaClass;
  };
  // The encoder finds subclasses on its own; instances of one may stand wherever the class may.
  if (depth < 3 && random.chance(0.2)) base.extend({ extra: t.uint16(), extras: t.array('string') }, `${name}Sub`);
  return base;
}

function randomFields(random: Random, depth: number, child: () => SchemaClass): Record<string, AnyField> {
  const fields: Record<string, AnyField> = {};
  const count = random.chance(0.1) ? random.int(9, 40) : random.int(1, 6);
  for (let index = 0; index < count; index++) fields[`f${index}`] = randomField(random, depth, child);
  return fields;
}

function randomField(random: Random, depth: number, child: () => SchemaClass): AnyField {
  const kind = depth === 0 ? random.int(0, 4) : random.int(2, 9);
  const field = fieldOfKind(random, kind, child) as AnyField;
  return random.chance(0.2) ? field.optional() : field;
}

function fieldOfKind(random: Random, kind: number, child: () => SchemaClass): unknown {
  const childClass = (): never => child() as never;
  switch (kind) {
    case 0:
    case 1:
    case 2:
      return t[random.pick(PRIMITIVES)]();
    case 3:
      return t.array(random.pick(PRIMITIVES));
    case 4:
      return random.chance(0.3) ? randomQuantized(random) : t.map(random.pick(PRIMITIVES));
    case 5:
      return t.ref(childClass());
    case 6:
    case 7:
      return t.array(childClass());
    default:
      return t.map(childClass());
  }
}

function randomQuantized(random: Random): unknown {
  const bits = random.pick([8, 16, 32] as const);
  return random.chance(0.5)
    ? t.angle({ bits })
    : t.quantized({ min: -random.int(1, 90), max: random.int(1, 90), bits });
}

/** A value that the wire carries exactly, so that states can be compared to the bit. */
export function randomValue(random: Random, type: Primitive): string | boolean | number {
  switch (type) {
    case 'string':
      return random.pick(['', 'a', 'b', 'ünï', '🎲', 'long '.repeat(random.int(1, 12))]);
    case 'boolean':
      return random.chance(0.5);
    case 'number':
      return random.pick([0, 1, -1, 0.5, -2.25, 127, 128, 65_536, -70_000, 4_294_967_296, 1e12 + 1]);
    case 'float32':
      return Math.fround((random.next() - 0.5) * 1000);
    case 'float64':
      return (random.next() - 0.5) * 1e9;
    case 'int64':
    case 'uint64':
      return (
        random.pick([0, 1, 4_294_967_295, 4_294_967_296, 2 ** 52 + 1]) *
          (type === 'int64' && random.chance(0.5) ? -1 : 1) +
        0
      );
    default:
      return randomInteger(random, type);
  }
}

function randomInteger(random: Random, type: string): number {
  const bits = Number(type.replace(/\D+/, ''));
  const min = type.startsWith('u') ? 0 : -(2 ** (bits - 1));
  const max = type.startsWith('u') ? 2 ** bits - 1 : 2 ** (bits - 1) - 1;
  // Small numbers often, so that neighbours are equal often.
  return random.chance(0.7) ? random.int(0, 3) : random.pick([min, max]);
}

export function fieldValues(instance: Schema): Record<string, unknown> {
  return instance as unknown as Record<string, unknown>;
}
