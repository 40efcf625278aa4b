import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readConfig } from './config.ts';
import { deriveKey, resolveSecret } from './secret.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gyre-secret-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('resolveSecret', () => {
  test('draws a secret once and keeps it, readable for its owner alone', async () => {
    const config = readConfig({ GYRE_DATA_DIR: path.join(folder, 'data') });
    const { secret } = await resolveSecret(config);
    expect(secret).toMatch(/^[\w-]{64}$/);
    expect((await resolveSecret(config)).secret).toBe(secret);
    expect((await stat(path.join(folder, 'data', 'secret'))).mode & 0o777).toBe(0o600);
  });

  test('gives two starts at the same time the same secret', async () => {
    const config = readConfig({ GYRE_DATA_DIR: folder });
    const settled = await Promise.all(Array.from({ length: 8 }, () => resolveSecret(config)));
    expect(new Set(settled.map(({ secret }) => secret)).size).toBe(1);
    expect(await readdir(folder)).toEqual(['secret']);
  });

  test('prefers the configured one and leaves the data folder alone', async () => {
    const GYRE_SECRET = 'hJ4mC0vJx1q8Zk2sT7bN5wYpR9dLfGaE';
    expect((await resolveSecret(readConfig({ GYRE_DATA_DIR: folder, GYRE_SECRET }))).secret).toBe(GYRE_SECRET);
    expect(await readdir(folder)).toEqual([]);
  });

  test.each([
    ['half', 'half\n'],
    ['empty', ''],
    ['of other bytes', `${'\ufffd\u0001'.repeat(40)}\n`],
  ])('refuses a damaged file (%s) instead of drawing another secret', async (_title, content) => {
    await writeFile(path.join(folder, 'secret'), content);
    await chmod(path.join(folder, 'secret'), 0o600);
    await expect(resolveSecret(readConfig({ GYRE_DATA_DIR: folder }))).rejects.toThrow(
      /^GYRE_SECRET: is unset and .* damaged/,
    );
    expect(await readFile(path.join(folder, 'secret'), 'utf8')).toBe(content);
  });
});

describe('deriveKey', () => {
  test('gives each purpose its own key, the same at every start', () => {
    const key = (secret: string, purpose: string) => deriveKey(secret, purpose).export();
    expect(key('s', 'access-token')).toEqual(key('s', 'access-token'));
    expect(key('s', 'access-token')).not.toEqual(key('s', 'seat'));
    expect(key('t', 'seat')).not.toEqual(key('s', 'seat'));
    expect(key('s', 'seat')).toHaveLength(32);
  });
});
