/** Holds what the service answers against what its OpenAPI document says. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenApiDocument } from '../../src/http/docs/openapi.ts';
import type { Answer } from './http.ts';

/** A request that was answered; `path` is the document's, with parameters in braces. */
export interface Answered {
  readonly method: string;
  readonly path: string;
  readonly answer: Answer;
}

export class OpenApiCheck {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #document: OpenApiDocument;

  constructor(document: OpenApiDocument) {
    // The package is CommonJS; its types say otherwise.
    (addFormats as unknown as (ajv: Ajv2020) => void)(this.#ajv);
    this.#document = document;
    this.#ajv.addSchema(document, 'openapi');
  }

  /** What differs, in words; empty if the answer is as documented: status, body, required headers. */
  faults({ method, path, answer }: Answered): readonly string[] {
    const status = String(answer.status);
    const where = ['paths', path, method.toLowerCase(), 'responses', status];
    const response = this.#at(where) as Documented | undefined;
    if (!response) return [`${method} ${path} doesn't document ${status}`];
    const missing = Object.entries(response.headers ?? {})
      .filter(([name, header]) => header.required && !answer.headers.has(name))
      .map(([name]) => `${method} ${path} ${status} lacks the header ${name}`);
    return [...missing, ...this.#bodyFaults([...where, 'content'], response, answer)];
  }

  #bodyFaults(where: readonly string[], { content }: Documented, answer: Answer): readonly string[] {
    if (!content) return answer.body === null ? [] : [`${where[1]} has a body that isn't documented`];
    const type = answer.headers.get('Content-Type') ?? '';
    if (!(type in content)) return [`${where[1]} is of type ${type}, which isn't documented`];
    const pointer = [...where, type, 'schema'].map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'));
    const validate = this.#ajv.compile({ $ref: `openapi#/${pointer.map(encodeURIComponent).join('/')}` });
    if (validate(answer.body)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${where[1]} ${instancePath} ${message}`);
  }

  #at(path: readonly string[]): unknown {
    let value: unknown = this.#document;
    for (const key of path) value = (value as Record<string, unknown> | undefined)?.[key];
    return value;
  }
}

interface Documented {
  readonly headers?: Readonly<Record<string, { readonly required?: boolean }>>;
  readonly content?: Readonly<Record<string, unknown>>;
}
