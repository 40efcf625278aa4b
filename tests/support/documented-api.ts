import { type Answer, Api, type RequestHeaders } from './http.ts';
import type { OpenApiDocument } from '../../src/http/docs/openapi.ts';
import { OpenApiCheck } from './openapi-check.ts';

/** What all clients of one test have seen of a service. */
export interface Documentation {
  readonly document: OpenApiDocument;
  readonly check: OpenApiCheck;
  /** `GET /v1/lobbies 200`, for each answer that came. */
  readonly seen: Set<string>;
  /** Where an answer was not as documented. */
  readonly faults: string[];
}

export function documentation(document: OpenApiDocument): Documentation {
  return { document, check: new OpenApiCheck(document), seen: new Set(), faults: [] };
}

/** A client that holds each answer against the OpenAPI document. */
export class DocumentedApi extends Api {
  readonly #url: string;
  readonly #documentation: Documentation;

  constructor(url: string, shared: Documentation, headers: RequestHeaders = {}) {
    super(url, headers);
    this.#url = url;
    this.#documentation = shared;
  }

  override with(headers: RequestHeaders): DocumentedApi {
    return new DocumentedApi(this.#url, this.#documentation, { ...this.headers, ...headers });
  }

  override async send<Body = unknown>(
    method: string,
    path: string,
    request?: Parameters<Api['send']>[2],
  ): Promise<Answer<Body>> {
    const answer = await super.send<Body>(method, path, request);
    const { document, check, seen, faults } = this.#documentation;
    const template = templateOf(document, method, path);
    seen.add(`${method} ${template} ${answer.status}`);
    faults.push(...check.faults({ method, path: template, answer }));
    return answer;
  }
}

/** The documented path that fits, the one with fewer parameters first. */
function templateOf(document: OpenApiDocument, method: string, path: string): string {
  const actual = path.split('?')[0] ?? '';
  const fitting = Object.entries(document.paths ?? {})
    .filter(([, item]) => method.toLowerCase() in item)
    .map(([template]) => template)
    .filter((template) => new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(actual))
    .toSorted((a, b) => a.split('{').length - b.split('{').length);
  return fitting[0] ?? actual;
}
