import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describeTypes, type SchemaClass } from './schema-internals.ts';

const SCHEMA_PACKAGE = '@colyseus/schema';

const fingerprints = new WeakMap<object, string>();

/**
 * A hash over all that two builds must agree on to read each other's state: names, order and types of the fields of every
 * class that the state can hold, and the version of the schema package. Part of a room's `compat`. Server only.
 *
 * @returns 64 hex digits.
 */
export function stateFingerprint(stateClass: SchemaClass): string {
  const known = fingerprints.get(stateClass);
  if (known !== undefined) return known;
  const fingerprint = createHash('sha256')
    .update(`${SCHEMA_PACKAGE}@${schemaPackageVersion()}\n`)
    .update(describeTypes(stateClass))
    .digest('hex');
  fingerprints.set(stateClass, fingerprint);
  return fingerprint;
}

function schemaPackageVersion(): string {
  let folder = path.dirname(createRequire(import.meta.url).resolve(SCHEMA_PACKAGE));
  // The package does not export its package.json, so it is found from its entry upwards.
  while (path.basename(folder) !== 'schema') folder = path.dirname(folder);
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}
