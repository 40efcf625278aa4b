/** JSON Schema as a person reads it: in the manner of TypeScript, with bounds as comments. */

/** What of JSON Schema is shown. */
export interface ShownSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly ShownSchema[];
  readonly oneOf?: readonly ShownSchema[];
  readonly allOf?: readonly ShownSchema[];
  readonly items?: ShownSchema;
  readonly properties?: Readonly<Record<string, ShownSchema>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly [keyword: string]: unknown;
}

const BOUNDS = ['format', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems', 'default'];

export function schemaText(schema: ShownSchema, indent = ''): string {
  if (schema.$ref) return schema.$ref.split('/').at(-1) ?? '';
  if ('const' in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map((choice) => schemaText(choice, indent)).join(' | ');
  if (schema.allOf) return schema.allOf.map((part) => schemaText(part, indent)).join(' & ');
  if (schema.type === 'array') return `Array<${schemaText(schema.items ?? {}, indent)}>`;
  if (schema.properties) return objectText(schema, indent);
  if (schema.type === undefined) return 'any';
  return [schema.type].flat().join(' | ');
}

function objectText({ properties = {}, required = [] }: ShownSchema, indent: string): string {
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, property]) => {
    const optional = required.includes(name) ? '' : '?';
    return `${inner}${name}${optional}: ${schemaText(property, inner)}${comment(property)}`;
  });
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${indent}}`;
}

function comment(schema: ShownSchema): string {
  const words = schemaNotes(schema);
  return words === '' ? '' : `   // ${words}`;
}

/** Description and bounds in words, also of what is one of several; '' for none. */
export function schemaNotes(schema: ShownSchema): string {
  const choices = [schema, ...(schema.anyOf ?? schema.oneOf ?? [])];
  const bounds = choices.flatMap((choice) =>
    BOUNDS.filter((name) => name in choice).map((name) => `${name} ${JSON.stringify(choice[name])}`),
  );
  return [schema.description ?? '', ...bounds].filter(Boolean).join('; ');
}
