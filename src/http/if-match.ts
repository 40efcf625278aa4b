import { invalidParameter, ProblemError } from './problem.ts';

/** No version has it. */
const MATCHES_NONE = 0;

/**
 * The version in an `If-Match` header: null if there is none or it is `*`, 0 if it can't be a version. A weak tag is
 * taken as a strong one, since proxies that compress make it so.
 * @throws ProblemError `invalid-request` for anything but one entity tag
 */
export function parseIfMatch(header: string | undefined): number | null {
  if (header === undefined || header.trim() === '*') return null;
  const tag = /^\s*(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*$/.exec(header)?.[1];
  if (tag === undefined) {
    throw invalidParameter('If-Match', { code: 'invalid-format', detail: 'must be one ETag, such as "3"' });
  }
  return /^[1-9]\d{0,9}$/.test(tag) ? Number(tag) : MATCHES_NONE;
}

/** @throws ProblemError `version-mismatch` with the present version, if another one was asked for */
export function requireVersion(ifMatch: number | null, version: number): void {
  if (ifMatch === null || ifMatch === version) return;
  throw new ProblemError('version-mismatch', `The version is ${version} now.`, { extensions: { version } });
}
