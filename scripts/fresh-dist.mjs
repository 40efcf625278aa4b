// A dist folder that is made anew when what it is made from has changed, by content and not by time: a checkout, a copy
// and an unpacked release all keep a dist that fits them.
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.dirname(import.meta.dirname);

/**
 * @typedef {object} Recipe
 * @property {string} dist where the outputs go
 * @property {readonly string[]} sources globs from the root of the repository: everything that the outputs depend on
 * @property {(work: string) => Promise<object & { files: readonly string[] }>} make fills an empty folder; gives back
 *   what the manifest says beside the hash, the names of its files among it
 */

/**
 * Makes a dist unless it is up to date. Two processes may do it at the same time. Rejects where the build tools are not
 * installed.
 * @param {Recipe} recipe
 * @returns {Promise<{ dist: string, built: boolean }>}
 */
export async function ensureFresh({ dist, sources, make }) {
  const sourceHash = hashOf(['scripts/fresh-dist.mjs', ...sources]);
  if (isUpToDate(dist, sourceHash)) return { dist, built: false };
  const work = path.join(dist, `.build-${process.pid}-${Math.random().toString(36).slice(2)}`);
  mkdirSync(work, { recursive: true });
  try {
    const manifest = await make(work);
    writeFileSync(path.join(work, 'manifest.json'), JSON.stringify({ ...manifest, sourceHash }, null, 2));
    // One by one, the manifest last: whoever reads in between sees files of one build or another, each whole.
    for (const name of [...manifest.files, 'manifest.json']) renameSync(path.join(work, name), path.join(dist, name));
    removeOthers(dist, manifest.files);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return { dist, built: true };
}

export function readManifest(dist) {
  return JSON.parse(readFileSync(path.join(dist, 'manifest.json'), 'utf8'));
}

function hashOf(sources) {
  const hash = createHash('sha256');
  const names = sources.flatMap((pattern) => globSync(pattern, { cwd: ROOT })).filter((name) => !/\.test/.test(name));
  for (const name of names.sort())
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(path.join(ROOT, name)));
  return hash.digest('hex');
}

function isUpToDate(dist, sourceHash) {
  try {
    const manifest = readManifest(dist);
    return manifest.sourceHash === sourceHash && manifest.files.every((name) => existsSync(path.join(dist, name)));
  } catch {
    return false;
  }
}

/** Outputs of earlier builds; another process's work is left alone. */
function removeOthers(dist, files) {
  for (const name of readdirSync(dist)) {
    if (name.startsWith('.build-') || name === 'manifest.json' || files.includes(name)) continue;
    rmSync(path.join(dist, name), { recursive: true, force: true });
  }
}
