/** The OpenAPI 3.1 document, made of the very table that is served and the schemas that validate. */
import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiParameters,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { IDEMPOTENCY_KEY_PATTERN } from '../../../protocol/limits.ts';
import { PROBLEMS, type ProblemCode } from '../../../protocol/problems.ts';
import { Id } from '../../../protocol/shapes.ts';
import type { ResponseSpec, Route } from '../route.ts';
import { EXAMPLES, type OperationExample } from './examples.ts';

export type OpenApiDocument = ReturnType<typeof createDocument>;

const ProblemBody = z
  .looseObject({
    type: z.string().meta({ description: 'Address of the page that explains the code, on this server.' }),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    detail: z.string(),
    requestId: Id,
    retryable: z.boolean().meta({ description: 'Whether the same request may succeed later without being changed.' }),
    errors: z.array(
      z.object({
        pointer: z.string().optional().meta({ description: 'Into the body (RFC 6901, as a fragment).' }),
        parameter: z.string().optional().meta({ description: 'Of the query, or a header.' }),
        code: z.string(),
        detail: z.string(),
      }),
    ),
  })
  .meta({ id: 'Problem', description: 'RFC 9457. Codes may add fields of their own, such as `state` or `lobbyId`.' });

const RequestId = z.string().meta({ description: 'Names this request in the logs.' });
const Etag = z.string().meta({ description: 'The version of what the body shows, in quotes.' });

/** @param serverUrl where the service is reached, without a trailing slash; '' = where the document came from */
export function openApiDocument(routes: readonly Route[], serverUrl: string): OpenApiDocument {
  const tags = [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name }));
  return createDocument(
    {
      openapi: '3.1.0',
      info: { title: 'Gyre', version: '1', description: 'Players, lobbies and matches. Play itself is on WebSockets.' },
      servers: [{ url: serverUrl === '' ? '/' : serverUrl }],
      tags,
      paths: paths(routes),
      components: {
        securitySchemes: {
          player: { type: 'http', scheme: 'bearer', description: 'An access token, from `/v1/auth/guest`.' },
          operator: { type: 'http', scheme: 'bearer', description: "The operator's token." },
        },
      },
    },
    {
      override: ({ jsonSchema, io }) => {
        // Answers may get new fields at any time, and clients are told to ignore what they don't know.
        if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      },
    },
  );
}

function paths(routes: readonly Route[]): ZodOpenApiPathsObject {
  const byPath = Map.groupBy(routes, ({ path }) => path);
  const entries = [...byPath].map(([path, ofPath]) => {
    const operations = ofPath.map((route) => [route.method.toLowerCase(), operation(route)]);
    return [path, Object.fromEntries(operations)] as const;
  });
  return Object.fromEntries(entries);
}

function operation(route: Route): ZodOpenApiOperationObject {
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    ...(route.description !== '' && { description: route.description }),
    security: route.auth === 'none' ? [] : [{ [route.auth]: [] }],
    requestParams: parameters(route),
    ...(route.body && { requestBody: requestBody(route, route.body) }),
    responses: { ...successes(route), ...refusals(route) },
  };
}

function operationId({ method, path }: Route): string {
  const words = path
    .replace(/^\/v1/, '')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
  return [method.toLowerCase(), ...words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join('');
}

function parameters(route: Route): ZodOpenApiParameters {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const path =
    route.params instanceof z.ZodObject ? route.params : z.object(Object.fromEntries(names.map((name) => [name, Id])));
  return {
    ...(names.length > 0 && { path }),
    ...(route.query instanceof z.ZodObject && { query: route.query }),
    header: z.object(requestHeaders(route)),
  };
}

function requestHeaders(route: Route): Record<string, z.ZodType> {
  const hasVersion = Object.values(route.responses).some(({ etag }) => etag);
  return {
    'X-Gyre-Protocol': z
      .string()
      .optional()
      .meta({ description: 'Version of the contract that the client speaks: 1.' }),
    ...(route.idempotent && {
      'Idempotency-Key': z
        .string()
        .regex(new RegExp(IDEMPOTENCY_KEY_PATTERN))
        .optional()
        .meta({ description: 'The same key gives the same answer again, for 24 hours.' }),
    }),
    ...(hasVersion &&
      route.method !== 'GET' && {
        'If-Match': z.string().optional().meta({ description: 'Only if the version is still this one.' }),
      }),
    ...(hasVersion &&
      route.method === 'GET' && {
        'If-None-Match': z.string().optional().meta({ description: 'Only if the version is another one; else 304.' }),
      }),
  };
}

function requestBody(route: Route, schema: z.ZodType): NonNullable<ZodOpenApiOperationObject['requestBody']> {
  const types = route.method === 'PATCH' ? ['application/merge-patch+json', 'application/json'] : ['application/json'];
  return {
    required: !schema.safeParse({}).success,
    content: Object.fromEntries(types.map((type) => [type, { schema, ...exampleOf(route, 'request') }])),
  };
}

/** Spread into a media type: nothing, where there is none. */
function exampleOf({ method, path }: Route, side: keyof OperationExample): { example?: unknown } {
  const example = EXAMPLES[`${method} ${path}`]?.[side];
  return example === undefined ? {} : { example };
}

function successes(route: Route): ZodOpenApiResponsesObject {
  const entries = Object.entries(route.responses).map(([status, spec]) => [status, success(route, spec)] as const);
  const mayBeUnchanged = route.method === 'GET' && Object.values(route.responses).some(({ etag }) => etag);
  const unchanged: ZodOpenApiResponseObject = {
    description: 'It is still the version in `If-None-Match`.',
    headers: z.object({ 'X-Request-Id': RequestId, ETag: Etag }),
  };
  return { ...Object.fromEntries(entries), ...(mayBeUnchanged && { '304': unchanged }) };
}

function success(route: Route, { description, body, etag, location }: ResponseSpec): ZodOpenApiResponseObject {
  const replayed = z.literal('true').optional().meta({ description: 'This answer was kept from an earlier request.' });
  return {
    description,
    headers: z.object({
      'X-Request-Id': RequestId,
      ...(etag && { ETag: Etag }),
      ...(location && { Location: z.string().meta({ description: 'Path of what was created.' }) }),
      ...(route.idempotent && { 'Idempotency-Replayed': replayed }),
    }),
    ...(body && { content: { 'application/json': { schema: body, ...exampleOf(route, 'answer') } } }),
  };
}

/** The problems of a route by status: its own, and those that come with what it is. */
function refusals(route: Route): ZodOpenApiResponsesObject {
  const codes = [...new Set([...route.problems, ...commonProblems(route)])];
  const byStatus = Map.groupBy(codes, (code) => String(PROBLEMS[code].status));
  return Object.fromEntries([...byStatus].map(([status, ofStatus]) => [status, refusal(status, ofStatus)]));
}

function commonProblems(route: Route): readonly ProblemCode[] {
  const { method, auth, path, idempotent, responses } = route;
  const isVersioned = method !== 'GET' && Object.values(responses).some(({ etag }) => etag);
  return [
    ...(['invalid-request', 'not-acceptable', 'client-too-old', 'rate-limited'] as const),
    ...(['internal', 'dependency-unavailable'] as const),
    ...(auth === 'none' ? [] : (['unauthenticated', 'token-invalid'] as const)),
    ...(auth === 'player' ? (['token-expired', 'banned'] as const) : []),
    ...(method === 'GET' ? [] : (['body-too-large', 'unsupported-media-type'] as const)),
    ...(idempotent ? (['idempotency-in-progress', 'idempotency-mismatch'] as const) : []),
    ...(path.includes('{') ? (['not-found'] as const) : []),
    ...(isVersioned ? (['version-mismatch'] as const) : []),
  ];
}

function refusal(status: string, codes: readonly ProblemCode[]): ZodOpenApiResponseObject {
  const waits = status === '429' || status === '503';
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join('\n'),
    headers: z.object({
      'X-Request-Id': RequestId,
      ...(waits && { 'Retry-After': z.string().meta({ description: 'Seconds to wait, at least 1.' }) }),
      ...(status === '401' && { 'WWW-Authenticate': z.literal('Bearer') }),
    }),
    content: { 'application/problem+json': { schema: ProblemBody } },
  };
}
