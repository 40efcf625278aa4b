import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { lockDataFolder } from './data-folder-lock.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'gyre-lock-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

test('[ST-4] a second one is refused and told who has the folder', async () => {
  const lock = await lockDataFolder(dataDir);
  await expect(lockDataFolder(dataDir, 0)).rejects.toMatchObject({
    name: 'ConfigError',
    message: expect.stringMatching(
      new RegExp(`^GYRE_DATA_DIR: ${dataDir} is in use .*process ${process.pid}, started 2`),
    ),
  });
  await lock.release();
});

test('a second one waits for a first that is about to end', async () => {
  const first = await lockDataFolder(dataDir);
  const second = lockDataFolder(dataDir);
  await first.release();
  const lock = await second;
  await expect(lockDataFolder(dataDir, 0)).rejects.toThrow(/in use/);
  await lock.release();
});

test('a lock file that is damaged is named, and what to do about it', async () => {
  await writeFile(path.join(dataDir, 'lock'), 'x'.repeat(300));
  await expect(lockDataFolder(dataDir, 0)).rejects.toMatchObject({
    name: 'ConfigError',
    message: expect.stringMatching(/^GYRE_DATA_DIR: .*lock is damaged; delete it/),
  });
});

test('a killed holder has nothing any more', async () => {
  const module = path.join(import.meta.dirname, 'data-folder-lock.ts');
  const program = `import { lockDataFolder } from ${JSON.stringify(module)};
    await lockDataFolder(${JSON.stringify(dataDir)}); console.log('held'); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(holder.stdout)) if (line === 'held') break;
  await expect(lockDataFolder(dataDir, 0)).rejects.toThrow(`process ${holder.pid}`);
  const ended = once(holder, 'exit');
  holder.kill('SIGKILL');
  await ended;
  await (await lockDataFolder(dataDir)).release();
});

test('a folder that cannot be used is named', async () => {
  const file = path.join(dataDir, 'file');
  await writeFile(file, '');
  await chmod(file, 0o400);
  await expect(lockDataFolder(file, 0)).rejects.toThrow(/^GYRE_DATA_DIR: .*file can't be used: /);
});
