import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { freePort } from '../support/gyre-process.ts';
import { waitFor } from '../support/wait-for.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const INSTALL_MS = 240_000;
const STOP_MS = 30_000;

test(
  '[ST-1, ST-2] npm start alone, in a folder with nothing installed and by the machine’s own Node, serves everything on one port',
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'gyre-fresh-'));
    const port = await freePort();
    const npm = spawn('npm', ['start'], { cwd: await copyProject(folder), env: bareEnvironment(port), detached: true });
    const output = collect(npm);
    try {
      await waitFor(() => npm.exitCode !== null || output().includes('Gyre is ready'), {
        timeoutMs: INSTALL_MS,
        everyMs: 200,
      });
      expect(output()).toContain(`http://localhost:${port}`);
      expect(output()).toMatch(/embedded PostgreSQL in .*; set DATABASE_URL to use your own/);
      expect(await served(port)).toEqual([
        ['/', 200, 'text/html; charset=utf-8'],
        ['/readyz', 200, 'application/json'],
        ['/v1/games', 200, 'application/json'],
        ['/docs', 200, 'text/html; charset=utf-8'],
        ['/sdk/gyre-client.tgz', 200, 'application/gzip'],
      ]);
      const ended = once(npm, 'exit');
      // Ctrl-C reaches the whole group.
      process.kill(-(npm.pid ?? 0), 'SIGINT');
      await waitFor(() => npm.exitCode !== null || npm.signalCode !== null, {
        timeoutMs: STOP_MS,
        what: 'a clean stop',
      });
      await ended;
      await expect(fetch(`http://127.0.0.1:${port}/livez`)).rejects.toThrow('fetch failed');
    } finally {
      if (npm.exitCode === null && npm.signalCode === null) process.kill(-(npm.pid ?? 0), 'SIGKILL');
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  },
  INSTALL_MS + STOP_MS,
);

/** What a clone holds. */
async function copyProject(folder: string): Promise<string> {
  const list = await promisify(execFile)('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
  });
  const files = list.stdout.split('\n').filter((name) => name !== '');
  for (const name of files) await cp(path.join(ROOT, name), path.join(folder, name)).catch(ignoreDeleted);
  return folder;
}

/** A file that git still lists may be gone from the work tree. */
function ignoreDeleted(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

/** Without the project's own Node on the path, as on a machine that has only its own. */
function bareEnvironment(port: number): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, DATABASE_URL: _database, NODE_ENV: _mode, ...env } = process.env;
  const PATH = (env['PATH'] ?? '').split(path.delimiter).filter((entry) => !entry.includes('node_modules'));
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !/^(npm_|GYRE_)/i.test(name)));
  return { ...own, PATH: PATH.join(path.delimiter), PORT: String(port), HOST: '127.0.0.1' };
}

function collect({ stdout, stderr }: ChildProcess): () => string {
  let text = '';
  for (const stream of [stdout, stderr]) stream?.on('data', (chunk) => (text += String(chunk)));
  return () => text;
}

async function served(port: number): Promise<unknown[]> {
  const paths = ['/', '/readyz', '/v1/games', '/docs', '/sdk/gyre-client.tgz'];
  return await Promise.all(
    paths.map(async (each) => {
      const answer = await fetch(`http://127.0.0.1:${port}${each}`);
      await answer.arrayBuffer();
      return [each, answer.status, answer.headers.get('content-type')];
    }),
  );
}
