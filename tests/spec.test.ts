import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';

const ROOT = path.dirname(import.meta.dirname);
const RULE = /[A-Z0-9]{2}-\d+/.source;

const rules = new Set(matchesOf(new RegExp(`\\*\\*(${RULE})\\*\\*`, 'g'), read('docs/spec.md')));
const testFiles = globSync('{protocol,rooms,src,client-sdk,web,tests}/**/*.{test,contract,test-d}.ts', {
  cwd: ROOT,
}).filter((file) => !file.endsWith('spec.test.ts'));
const cited = new Set(
  testFiles
    .flatMap((file) => matchesOf(new RegExp(`\\[(${RULE}(?:, ${RULE})*)\\]`, 'g'), read(file)))
    .flatMap((list) => list.split(', ')),
);

test('every numbered rule of docs/spec.md is cited by a test', () => {
  expect([...rules].filter((rule) => !cited.has(rule))).toEqual([]);
});

test('every number that a test cites is in docs/spec.md', () => {
  expect([...cited].filter((rule) => !rules.has(rule))).toEqual([]);
});

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

function matchesOf(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].map(([, match]) => match ?? '');
}
