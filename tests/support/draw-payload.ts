import { z } from 'zod';

/** A source of numbers of at least 0 and less than 1. */
export type Draw = () => number;

interface JsonSchema {
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** Draws a payload that fits a message's schema, so that tests can play any game without knowing it. */
export function drawPayload(schema: z.ZodType, draw: Draw): unknown {
  if (schema.safeParse(undefined).success) return null;
  return drawValue(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema, draw);
}

function drawValue(schema: JsonSchema, draw: Draw): unknown {
  if ('const' in schema) return schema.const;
  if (schema.enum !== undefined) return pick(schema.enum, draw);
  if (schema.anyOf !== undefined) return drawValue(pick(schema.anyOf, draw), draw);
  switch (schema.type) {
    case 'integer':
      return Math.floor(between(schema, draw, 1));
    case 'number':
      return between(schema, draw, 0);
    case 'boolean':
      return draw() < 0.5;
    case 'string':
      return 'x'.repeat(1 + Math.floor(draw() * 8));
    case 'null':
      return null;
    case 'array':
      return Array.from({ length: Math.floor(draw() * 4) }, () => drawValue(schema.items ?? {}, draw));
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, property]) => [name, drawValue(property, draw)]),
      );
    case undefined:
      // Anything that JSON can say.
      return [null, draw() < 0.5, 'x', [draw()], { any: draw() }][Math.floor(draw() * 5)];
    default:
      throw new Error(`Teach drawValue() this schema: ${JSON.stringify(schema)}`);
  }
}

function between({ minimum = -1_000, maximum = 1_000 }: JsonSchema, draw: Draw, inclusive: 0 | 1): number {
  return minimum + draw() * (maximum - minimum + inclusive);
}

export function pick<Item>(items: readonly Item[], draw: Draw): Item {
  const item = items[Math.floor(draw() * items.length)];
  if (item === undefined) throw new Error('There is nothing to pick from.');
  return item;
}
