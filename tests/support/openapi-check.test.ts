import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { openApiDocument } from '../../src/http/docs/openapi.ts';
import { defineRoute } from '../../src/http/route.ts';
import type { Answer } from './http.ts';
import { OpenApiCheck } from './openapi-check.ts';

const thing = defineRoute({
  method: 'GET',
  path: '/v1/things/{id}',
  summary: 'A thing',
  tag: 'Things',
  auth: 'none',
  responses: { 200: { description: 'It.', body: z.object({ size: z.int() }), etag: true } },
  handler: async () => ({ status: 200 }),
});
const check = new OpenApiCheck(openApiDocument([thing], ''));
const good = { status: 200, type: 'application/json', body: { size: 1 } as unknown, etag: '"1"' as string | null };

test.each([
  ['as documented', {}, /^$/],
  ['of an undocumented status', { status: 202 }, /document 202/],
  ['of another type', { type: 'text/html' }, /text\/html/],
  ['with a field of another type', { body: { size: 'big' } }, /size must be integer/],
  ['without a required field', { body: {} }, /required property 'size'/],
  ['without a documented header', { etag: null }, /lacks the header ETag/],
  [
    'that is a problem of another status',
    { status: 404, type: 'application/problem+json' },
    /required property 'code'/,
  ],
])('an answer %s is told', (_, change, told) => {
  expect(
    check.faults({ method: 'GET', path: '/v1/things/{id}', answer: answerOf({ ...good, ...change }) }).join(),
  ).toMatch(told);
});

function answerOf({ status, type, body, etag }: typeof good): Answer {
  const headers = new Headers({
    'Content-Type': type,
    'X-Request-Id': 'r_12345678',
    ...(etag !== null && { ETag: etag }),
  });
  return { status, headers, body, code: null };
}
