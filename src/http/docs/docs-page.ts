/** The API, readable: one page made of the OpenAPI document, without scripts and without anything from elsewhere. */
import { escapeHtml, htmlPage, inlineMarkdown } from './html.ts';
import type { OpenApiDocument } from './openapi.ts';
import { schemaNotes, schemaText, type ShownSchema } from './schema-text.ts';

interface ShownOperation {
  readonly method: string;
  readonly path: string;
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly {
    name: string;
    in: string;
    required?: boolean;
    description?: string;
    schema?: ShownSchema;
  }[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses?: Readonly<Record<string, { readonly description?: string; readonly content?: Content }>>;
}
type Content = Readonly<Record<string, { readonly schema?: ShownSchema }>>;

const TOKEN_NEEDED: Readonly<Record<string, string>> = {
  player: 'Needs an access token.',
  operator: 'Needs the operator’s token.',
};

export function docsPage(document: OpenApiDocument): string {
  const operations: ShownOperation[] = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item as Record<string, object>).map(([method, operation]) => ({
      ...operation,
      method: method.toUpperCase(),
      path,
    })),
  );
  const byTag = Map.groupBy(operations, ({ tags }) => tags?.[0] ?? '');
  const sections = [...byTag].map(([tag, ofTag]) => `<h2>${escapeHtml(tag)}</h2>${ofTag.map(operationHtml).join('')}`);
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) =>
      `<h3 id="${escapeHtml(name)}"><code>${escapeHtml(name)}</code></h3>${schemaHtml(schema as ShownSchema)}`,
  );
  return htmlPage(
    'Gyre API',
    `<h1>Gyre API</h1>
<p>${inlineMarkdown(document.info.description ?? '')} For tools: <a href="/v1/openapi.json">OpenAPI 3.1</a>. Refusals: <a href="/problems">problems</a>.</p>
${sections.join('')}
<h2>Shapes</h2>${schemas.join('')}`,
  );
}

function operationHtml(operation: ShownOperation): string {
  const { method, path, summary = '', description = '', security = [] } = operation;
  const who = security.flatMap((entry) => Object.keys(entry)).join(', ');
  return `<details><summary><b>${method}</b> <code>${escapeHtml(path)}</code> ${inlineMarkdown(summary)}</summary><div>
<p>${inlineMarkdown(description)} ${TOKEN_NEEDED[who] ?? 'Needs no token.'}</p>
${parametersHtml(operation)}${bodyHtml(operation)}${responsesHtml(operation)}</div></details>`;
}

function parametersHtml({ parameters = [] }: ShownOperation): string {
  const rows = parameters.map(
    (parameter) =>
      `<tr><td><code>${escapeHtml(parameter.name)}</code></td><td>${parameter.in}${parameter.required ? ', required' : ''}</td>` +
      `<td><code>${escapeHtml(schemaText(parameter.schema ?? {}))}</code> ${inlineMarkdown(parameterNotes(parameter))}</td></tr>`,
  );
  return rows.length === 0 ? '' : `<h4>Parameters</h4><table>${rows.join('')}</table>`;
}

/** A parameter and its schema are often described in the same words. */
function parameterNotes({ description = '', schema = {} }: NonNullable<ShownOperation['parameters']>[number]): string {
  const notes = schemaNotes(schema);
  return notes.startsWith(description) ? notes : `${description} ${notes}`;
}

function bodyHtml({ requestBody }: ShownOperation): string {
  if (!requestBody) return '';
  return `<h4>Body${requestBody.required ? '' : ' (may be left out)'}</h4>${contentHtml(requestBody.content)}`;
}

function responsesHtml({ responses = {} }: ShownOperation): string {
  const rows = Object.entries(responses).map(([status, { description = '', content }]) => {
    const isProblem = content !== undefined && 'application/problem+json' in content;
    const body = content && !isProblem ? contentHtml(content) : '';
    return `<tr><td>${status}</td><td>${isProblem ? problemLinks(description) : inlineMarkdown(description)}${body}</td></tr>`;
  });
  return `<h4>Answers</h4><table>${rows.join('')}</table>`;
}

function problemLinks(description: string): string {
  return description
    .split('\n')
    .map((line) => escapeHtml(line).replace(/`([a-z-]+)`/, '<a href="/problems/$1"><code>$1</code></a>'))
    .join('<br>');
}

function contentHtml(content: Content): string {
  const [first] = Object.values(content);
  return first?.schema ? schemaHtml(first.schema) : '';
}

function schemaHtml(schema: ShownSchema): string {
  const name = schema.$ref?.split('/').at(-1);
  if (name !== undefined) return ` <a href="#${escapeHtml(name)}"><code>${escapeHtml(name)}</code></a>`;
  return `<pre>${escapeHtml(schemaText(schema))}</pre>`;
}
