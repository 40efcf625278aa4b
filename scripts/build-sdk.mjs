// `npm run build:sdk`: makes client-sdk/dist from client-sdk/ and protocol/. The server calls ensureSdkBuilt() when it
// starts, which does nothing while dist is up to date.
//   index.js, index.d.ts   the package's module and its one rolled-up declaration
//   gyre-client.js         one self-contained module for browsers, with Colyseus' SDK in it
//   gyre-client.tgz        what `npm install` takes
//   manifest.json          names, version, sizes, and the hash of what it was made from
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureFresh, readManifest, ROOT } from './fresh-dist.mjs';

const SDK = path.join(ROOT, 'client-sdk');
/** The public types, kept in the repository so that a change of them shows in a diff. Written when this is run by hand. */
const PUBLIC_API = path.join(SDK, 'api', 'index.d.ts');
const SOURCES = [
  'scripts/build-sdk.mjs',
  'client-sdk/*.ts',
  'client-sdk/{package.json,README.md,LICENSE}',
  'protocol/*.ts',
  'tsconfig.sdk.json',
  'node_modules/@colyseus/sdk/package.json',
];
const OUTPUTS = ['index.js', 'index.d.ts', 'gyre-client.js', 'gyre-client.tgz'];

/** Where the built SDK lies. */
export const SDK_DIST = path.join(SDK, 'dist');

/**
 * Builds the SDK unless its dist is up to date. Two processes may do it at the same time. Rejects where the build tools
 * are not installed, as in a production install without a dist.
 * @returns {Promise<{ dist: string, built: boolean }>}
 */
export function ensureSdkBuilt() {
  return ensureFresh({ dist: SDK_DIST, sources: SOURCES, make });
}

async function make(work) {
  await bundle(work);
  await packTarball(work);
  const { name, version, dependencies } = readPackage();
  const bytes = Object.fromEntries(OUTPUTS.map((output) => [output, statSync(path.join(work, output)).size]));
  return { name, version, dependencies, files: OUTPUTS, bytes };
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

function readPackage() {
  return JSON.parse(readFileSync(path.join(SDK, 'package.json'), 'utf8'));
}

if (import.meta.main) {
  const { dist, built } = await ensureSdkBuilt();
  copyFileSync(path.join(dist, 'index.d.ts'), PUBLIC_API);
  const { bytes } = readManifest(dist);
  console.log(`${built ? 'built' : 'up to date'}: ${path.relative(process.cwd(), dist)}`);
  for (const [name, size] of Object.entries(bytes)) console.log(`  ${name}  ${(size / 1024).toFixed(1)} KiB`);
}
