import { JsonObject } from '../../../protocol/shapes.ts';
import { keepBytes } from '../kept-bytes.ts';
import { defineRoute, type Route } from '../route.ts';
import type { OpenApiDocument } from './openapi.ts';

export function openApiRoute(document: () => OpenApiDocument): Route {
  return defineRoute({
    method: 'GET',
    path: '/v1/openapi.json',
    summary: 'This document',
    tag: 'About',
    auth: 'none',
    responses: { 200: { description: 'OpenAPI 3.1.', body: JsonObject } },
    handler: async () => ({ status: 200, body: keepBytes(document()) }),
  });
}
