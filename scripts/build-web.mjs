// `npm run build:web`: makes web/dist from web/ and what it imports. The server calls ensureWebBuilt() when it starts,
// which does nothing while dist is up to date.
//   index.html                     names the others
//   page-<hash>.{js,css}, …        what it loads: a name never stands for two contents
//   <name>.br, <name>.gz           the same, compressed
//   manifest.json                  their names, and the hash of what they were made from
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { ensureFresh, readManifest, ROOT } from './fresh-dist.mjs';

const WEB = path.join(ROOT, 'web');
const FONTS = path.join(ROOT, 'node_modules/@fontsource-variable/outfit');
const SOURCES = [
  'scripts/build-web.mjs',
  'web/*.{ts,tsx,html,css,svg}',
  'web/*/**/*.{ts,tsx,css}',
  'client-sdk/*.ts',
  'protocol/*.ts',
  'rooms/*/*rules.ts',
  'node_modules/{preact,rolldown,@colyseus/sdk,@colyseus/schema,@fontsource-variable/outfit}/package.json',
];
/** What is not worth it: fonts are compressed already. */
const COMPRESSED = /\.(js|css|svg|html)$/;

/** Where the built page lies. */
export const WEB_DIST = path.join(WEB, 'dist');

/**
 * Builds the page unless its dist is up to date.
 * @returns {Promise<{ dist: string, built: boolean }>}
 */
export function ensureWebBuilt() {
  return ensureFresh({ dist: WEB_DIST, sources: SOURCES, make });
}

async function make(work) {
  const files = [];
  const write = (name, content) => {
    writeFileSync(path.join(work, name), content);
    files.push(name);
    return name;
  };
  const writeHashed = (name, content) => write(hashedName(name, content), content);
  const script = writeHashed('page.js', await bundle());
  const styles = writeHashed('page.css', styleSheet(writeHashed));
  const icon = writeHashed('icon.svg', readFileSync(path.join(WEB, 'icon.svg')));
  write('index.html', fill(readFileSync(path.join(WEB, 'index.html'), 'utf8'), { script, styles, icon }));
  for (const name of files.filter((name) => COMPRESSED.test(name))) {
    const content = readFileSync(path.join(work, name));
    write(`${name}.gz`, await promisify(gzip)(content, { level: 9 }));
    write(`${name}.br`, await promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
  }
  return { files };
}

async function bundle() {
  const { rolldown } = await import('rolldown');
  const build = await rolldown({
    input: path.join(WEB, 'main.tsx'),
    cwd: ROOT,
    platform: 'browser',
    tsconfig: false,
    transform: { target: 'es2023', jsx: { runtime: 'automatic', importSource: 'preact' } },
    logLevel: 'warn',
  });
  const { output } = await build.generate({ format: 'esm', minify: true, codeSplitting: false });
  await build.close();
  return output[0].code;
}

/** One style sheet: each `@import './…';` is replaced by its file, and each `url('font:…')` by that font. */
function styleSheet(writeHashed) {
  const main = readFileSync(path.join(WEB, 'page.css'), 'utf8');
  const whole = main.replace(/@import '(\.\/[^']+)';/g, (_, name) => readFileSync(path.join(WEB, name), 'utf8'));
  return whole.replace(/url\('font:([^']+)'\)/g, (_, name) => {
    return `url('${writeHashed(name, readFileSync(path.join(FONTS, 'files', name)))}')`;
  });
}

function hashedName(name, content) {
  const { name: stem, ext } = path.parse(name);
  return `${stem}-${createHash('sha256').update(content).digest('base64url').slice(0, 10)}${ext}`;
}

function fill(template, names) {
  return template.replace(/\{\{(\w+)\}\}/g, (_, key) => `assets/${names[key]}`);
}

if (import.meta.main) {
  const { dist, built } = await ensureWebBuilt();
  console.log(`${built ? 'built' : 'up to date'}: ${path.relative(process.cwd(), dist)}`);
  for (const name of readManifest(dist).files) {
    console.log(`  ${name}  ${(readFileSync(path.join(dist, name)).length / 1024).toFixed(1)} KiB`);
  }
}
