/** What zod finds wrong, in the words of the contract: RFC 6901 pointers and kebab-case codes. */
import type { z } from 'zod';
import type { ProblemDetail } from '../../protocol/problems.ts';
import { ProblemError } from './problem.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Where the fault lies. `pointer`: in the body, below this prefix (`#` is the body itself). `parameter`: in the query. */
export type Place = { readonly pointer: string } | { readonly parameter: true };

/** More would only help somebody who sends garbage. */
const MAX_ERRORS = 20;

/** Parses `input`, or throws the 400 that names each of its faults. */
export function parseOrProblem<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  place: Place,
): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const errors = problemDetails(parsed.error.issues, { input, place });
  const [first] = errors;
  const where = first?.parameter ?? first?.pointer ?? '#';
  throw new ProblemError('invalid-request', `${where}: ${first?.detail ?? 'is not valid'}.`, { errors });
}

/** One entry a fault. `input` is what was parsed: it tells what is missing from what is of the wrong type. */
export function problemDetails(
  issues: readonly Issue[],
  { input, place }: { readonly input: unknown; readonly place: Place },
): readonly ProblemDetail[] {
  const details = issues.flatMap((issue) => faultsOf(issue, input)).slice(0, MAX_ERRORS);
  return details.map(({ path, code, detail }) =>
    'parameter' in place
      ? { parameter: path.map(String).join('.'), code, detail }
      : { pointer: toPointer(place.pointer, path), code, detail },
  );
}

interface Fault {
  readonly path: Path;
  readonly code: string;
  readonly detail: string;
}

function faultsOf(issue: Issue, input: unknown): readonly Fault[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], code: 'unknown-field', detail: 'is not a known field' }));
  }
  if (valueAt(input, path) === undefined) return [{ path, code: 'required', detail: 'is required' }];
  return [{ path, ...codeAndDetail(issue) }];
}

function codeAndDetail(issue: Exclude<Issue, { code: 'unrecognized_keys' }>): Omit<Fault, 'path'> {
  if (issue.code === 'custom') {
    const code: unknown = issue.params?.code;
    return { code: typeof code === 'string' ? code : 'invalid-value', detail: issue.message };
  }
  switch (issue.code) {
    case 'invalid_type':
      return { code: 'wrong-type', detail: `must be ${withArticle(issue.expected)}` };
    case 'too_small':
      return {
        code: 'too-small',
        detail: bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum),
      };
    case 'too_big':
      return {
        code: 'too-large',
        detail: bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum),
      };
    case 'invalid_value':
      return { code: 'invalid-value', detail: `must be one of ${issue.values.map(String).join(', ')}` };
    case 'invalid_format':
      return {
        code: 'invalid-format',
        detail: `must be a valid ${issue.format === 'regex' ? 'identifier' : issue.format}`,
      };
    case 'not_multiple_of':
      return { code: 'not-multiple-of', detail: `must be a multiple of ${issue.divisor}` };
    case 'invalid_key':
    case 'invalid_element':
    case 'invalid_union':
    default:
      return { code: 'invalid-value', detail: 'is none of the allowed values' };
  }
}

function bound(origin: string, relation: string, limit: number | bigint): string {
  if (origin === 'string') return `must have ${relation} ${limit} characters`;
  if (origin === 'array' || origin === 'set' || origin === 'map') return `must have ${relation} ${limit} items`;
  return `must be ${relation} ${limit}`;
}

function withArticle(type: string): string {
  if (type === 'int') return 'an integer';
  if (type === 'record') return 'an object';
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.hasOwn(value, key) ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  }
  return value;
}

function toPointer(prefix: string, path: Path): string {
  return [prefix, ...path.map((key) => String(key).replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');
}
