import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { PROTOCOL_VERSION } from './limits.ts';

/** The contract that each version stands for. Comments and spaces don't count. */
const HASHES: Readonly<Record<number, string>> = {
  1: 'f6ec95003780d314',
};

test('[RQ-13] the wire contract is the one that its version stands for', () => {
  // It has changed: if a client of before could notice, raise PROTOCOL_VERSION; then write down the new hash.
  expect(HASHES[PROTOCOL_VERSION]).toBe(hashOfContract());
});

function hashOfContract(): string {
  const hash = createHash('sha256');
  const files = globSync('*.ts', { cwd: import.meta.dirname }).filter((name) => !/\.(test|d)\.ts$/.test(name));
  for (const name of files.toSorted()) {
    const source = readFileSync(`${import.meta.dirname}/${name}`, 'utf8');
    hash.update(`${name}\n${withoutComments(source).replaceAll(/\s+/g, ' ')}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
}
