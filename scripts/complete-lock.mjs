// `npm run lock:complete`, after a change of dependencies: names every platform's package in package-lock.json.
//
// npm leaves an optional package out of the lock when the registry at hand does not have it (mirrors often skip other
// platforms), and then `npm ci` refuses the lock on every machine. The entries say just enough for npm to pass over a
// package of another platform, and to fetch that of its own.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const PLATFORM =
  /(android|darwin|freebsd|linux|openharmony|win32|windows)-(arm64|arm|x64|ia32|ppc64|riscv64|s390x|loong64)(-.*)?$/;

/** Optional packages that the lock asks for and does not have: `[name, version, by whom]`. */
export function missingFromLock(packages) {
  return Object.entries(packages).flatMap(([where, parent]) =>
    Object.entries(parent.optionalDependencies ?? {})
      .filter(([name]) => !packages[`${where}/node_modules/${name}`] && !packages[`node_modules/${name}`])
      .map(([name, version]) => [name, version, parent]),
  );
}

function entryOf(name, version, { dev, devOptional }) {
  const [, system, cpu, variant] = PLATFORM.exec(name) ?? [];
  if (!system || !/^\d+\.\d+\.\d+/.test(version)) throw new Error(`${name}@${version} is no package of one platform`);
  const libc = system === 'linux' && variant ? { libc: [variant.includes('musl') ? 'musl' : 'glibc'] } : {};
  const os = [system === 'windows' ? 'win32' : system];
  return { version, cpu: [cpu], ...(dev && { dev }), ...(devOptional && { devOptional }), ...libc, optional: true, os };
}

if (import.meta.main) {
  const file = path.join(import.meta.dirname, '..', 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = missingFromLock(lock.packages);
  for (const [name, version, parent] of missing) lock.packages[`node_modules/${name}`] = entryOf(name, version, parent);
  const inOrder = Object.entries(lock.packages).toSorted(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(inOrder) }, null, 2)}\n`);
  console.log(`${missing.length} packages of other platforms added to package-lock.json`);
}
