// `npm run build:sdk`: makes client-sdk/dist from client-sdk/ and protocol/. The server calls ensureSdkBuilt() when it
// starts, which does nothing while dist is up to date.
//   index.js, index.d.ts   the package's module and its one rolled-up declaration
//   gyre-client.js         one self-contained module for browsers, with Colyseus' SDK in it
//   gyre-client.tgz        what `npm install` takes
//   manifest.json          names, version, sizes, and the hash of what it was made from
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.dirname(import.meta.dirname);
const SDK = path.join(ROOT, 'client-sdk');
const SOURCES = [
  'client-sdk/*.ts',
  'client-sdk/{package.json,README.md,LICENSE}',
  'protocol/*.ts',
  'tsconfig.sdk.json',
];
const OUTPUTS = ['index.js', 'index.d.ts', 'gyre-client.js', 'gyre-client.tgz'];

/** Where the built SDK lies. */
export const SDK_DIST = path.join(SDK, 'dist');

/**
 * Builds the SDK unless its dist is up to date. Two processes may do it at the same time. Rejects where the build tools
 * are not installed, as in a production install without a dist.
 * @returns {Promise<{ dist: string, built: boolean }>}
 */
export async function ensureSdkBuilt() {
  const sourceHash = hashOfSources();
  if (isUpToDate(sourceHash)) return { dist: SDK_DIST, built: false };
  const work = path.join(SDK_DIST, `.build-${process.pid}-${Math.random().toString(36).slice(2)}`);
  mkdirSync(work, { recursive: true });
  try {
    await bundle(work);
    await packTarball(work);
    writeManifest(work, sourceHash);
    // One by one, the manifest last: whoever reads in between sees files of one build or another, each whole.
    for (const name of [...OUTPUTS, 'manifest.json']) renameSync(path.join(work, name), path.join(SDK_DIST, name));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return { dist: SDK_DIST, built: true };
}

function hashOfSources() {
  const hash = createHash('sha256').update(readFileSync(import.meta.filename));
  const files = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: ROOT })).filter((name) => !/\.test/.test(name));
  for (const name of files.sort((one, other) => (one < other ? -1 : 1)))
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(path.join(ROOT, name)));
  hash.update(readFileSync(path.join(ROOT, 'node_modules/@colyseus/sdk/package.json')));
  return hash.digest('hex');
}

function isUpToDate(sourceHash) {
  if (!OUTPUTS.every((name) => existsSync(path.join(SDK_DIST, name)))) return false;
  try {
    return JSON.parse(readFileSync(path.join(SDK_DIST, 'manifest.json'), 'utf8')).sourceHash === sourceHash;
  } catch {
    return false;
  }
}

async function bundle(outDir) {
  const { build } = await import('tsdown');
  const common = {
    config: false,
    cwd: ROOT,
    outDir,
    clean: false,
    format: 'esm',
    target: 'es2023',
    tsconfig: 'tsconfig.sdk.json',
    logLevel: 'error',
  };
  await Promise.all([
    build({
      ...common,
      entry: { index: 'client-sdk/index.ts' },
      platform: 'neutral',
      dts: true,
      deps: { neverBundle: [/^@colyseus\//] },
    }),
    build({
      ...common,
      entry: { 'gyre-client': 'client-sdk/index.ts' },
      platform: 'browser',
      dts: false,
      minify: true,
      deps: { alwaysBundle: [/./] },
    }),
  ]);
}

/** What `npm pack` would make, without needing npm on the machine that serves it. */
async function packTarball(work) {
  const { create } = await import('tar');
  const { files } = readPackage();
  const stage = path.join(work, 'package');
  for (const name of ['package.json', ...files]) {
    const from = name.startsWith('dist/') ? path.join(work, path.basename(name)) : path.join(SDK, name);
    mkdirSync(path.dirname(path.join(stage, name)), { recursive: true });
    writeFileSync(path.join(stage, name), readFileSync(from), { mode: 0o644 });
  }
  // The same sources make the same bytes: npm keeps the hash of a tarball in the lock of whoever installs it.
  const mtime = new Date('1985-10-26T08:15:00Z');
  const names = ['package.json', ...files].map((name) => `package/${name}`);
  create({ file: path.join(work, 'gyre-client.tgz'), cwd: work, gzip: true, portable: true, mtime, sync: true }, names);
  rmSync(stage, { recursive: true });
}

function writeManifest(work, sourceHash) {
  const { name, version, dependencies } = readPackage();
  const bytes = Object.fromEntries(OUTPUTS.map((output) => [output, statSync(path.join(work, output)).size]));
  writeFileSync(
    path.join(work, 'manifest.json'),
    JSON.stringify({ name, version, dependencies, bytes, sourceHash }, null, 2),
  );
}

function readPackage() {
  return JSON.parse(readFileSync(path.join(SDK, 'package.json'), 'utf8'));
}

if (import.meta.main) {
  const { dist, built } = await ensureSdkBuilt();
  const { bytes } = JSON.parse(readFileSync(path.join(dist, 'manifest.json'), 'utf8'));
  console.log(`${built ? 'built' : 'up to date'}: ${path.relative(process.cwd(), dist)}`);
  for (const [name, size] of Object.entries(bytes)) console.log(`  ${name}  ${(size / 1024).toFixed(1)} KiB`);
}
