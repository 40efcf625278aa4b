import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { missingFromLock } from '../../scripts/complete-lock.mjs';
import { isInstalled } from '../../scripts/launch/install.mjs';

interface Package {
  readonly version?: string;
  readonly optional?: boolean;
  readonly dev?: boolean;
}
type Packages = Record<string, Package>;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'gyre-install-'));
});
afterEach(() => rm(root, { recursive: true }));

describe('isInstalled', () => {
  const wanted: Packages = { '': {}, 'node_modules/a': { version: '1.0.0' } };
  const darwin: Packages = { ...wanted, 'node_modules/darwin': { version: '1.0.0', optional: true } };
  const tools: Packages = { ...wanted, 'node_modules/tool': { version: '1.0.0', dev: true } };

  test.each<[what: string, lock: Packages, installed: Packages | null, expected: boolean]>([
    ['all there', wanted, { 'node_modules/a': { version: '1.0.0' } }, true],
    ['nothing there', wanted, null, false],
    ['another version there', wanted, { 'node_modules/a': { version: '1.0.1' } }, false],
    ['one missing', wanted, {}, false],
    ['only the package of another platform missing', darwin, { 'node_modules/a': { version: '1.0.0' } }, true],
    ['a tool missing', tools, { 'node_modules/a': { version: '1.0.0' } }, false],
  ])('%s', async (_what, lock, installed, expected) => {
    await lay(lock, installed);
    expect(isInstalled(root)).toBe(expected);
  });

  test('asks for no tools in production', async () => {
    await lay(tools, { 'node_modules/a': { version: '1.0.0' } });
    const { NODE_ENV } = process.env;
    process.env.NODE_ENV = 'production';
    expect(isInstalled(root)).toBe(true);
    process.env.NODE_ENV = NODE_ENV;
  });

  test('asks for the Node that the project runs on', async () => {
    await lay(wanted, { 'node_modules/a': { version: '1.0.0' } });
    await rm(path.join(root, 'node_modules', 'node'), { recursive: true });
    expect(isInstalled(root)).toBe(false);
  });
});

test('package-lock.json names the packages of every platform (npm run lock:complete adds them)', async () => {
  const lock = await readFile(path.join(import.meta.dirname, '..', '..', 'package-lock.json'), 'utf8');
  const { packages } = JSON.parse(lock) as { packages: Record<string, unknown> };
  expect(missingFromLock(packages).map(([name]) => name)).toEqual([]);
  expect(lock).not.toContain('"resolved"');
});

async function lay(lock: Packages, installed: Packages | null): Promise<void> {
  await writeFile(path.join(root, 'package-lock.json'), JSON.stringify({ packages: lock }));
  await mkdir(path.join(root, 'node_modules', 'node', 'bin'), { recursive: true });
  await writeFile(
    path.join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node'),
    '',
  );
  if (!installed) return;
  await writeFile(path.join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: installed }));
}
