import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { waitFor } from '../../tests/support/wait-for.ts';
import { startEmbeddedPostgres } from './embedded.ts';

const HOST = path.join(import.meta.dirname, '..', '..', 'tests', 'support', 'embedded-host.ts');

let dataDir: string;
let lines: string[];
const log = (() => {
  const write = (line: string) => void lines.push(line);
  return { debug: write, info: write, warn: write, error: write };
})();

beforeEach(async () => {
  lines = [];
  dataDir = await mkdtemp(path.join(tmpdir(), 'gyre-embedded-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

describe('startEmbeddedPostgres', () => {
  test('makes a folder at the first start and finds everything again at the next', async () => {
    const first = await startEmbeddedPostgres({ dataDir, log });
    await write(first.url, 'first');
    await Promise.all([first.stop(), first.stop()]);
    const second = await startEmbeddedPostgres({ dataDir, log });
    expect(await read(second.url)).toEqual(['first']);
    await second.stop();
    expect((await stat(path.join(dataDir, 'postgres-password'))).mode & 0o777).toBe(0o600);
  });

  test('is to be reached from this machine alone, and with the password alone', async () => {
    const server = await startEmbeddedPostgres({ dataDir, log });
    expect(new URL(server.url).hostname).toBe('127.0.0.1');
    expect(await query(server.url, `SELECT setting FROM pg_settings WHERE name = 'listen_addresses'`)).toEqual([
      '127.0.0.1',
    ]);
    const wrong = new URL(server.url);
    wrong.password = 'guess';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    await server.stop();
  });

  test('starts over when its process was killed while it made the folder', async () => {
    await mkdir(path.join(dataDir, 'postgres.new', 'base'), { recursive: true });
    const server = await startEmbeddedPostgres({ dataDir, log });
    expect(await query(server.url, 'SELECT 1')).toEqual([1]);
    await server.stop();
  });

  test('[ST-5] refuses a folder of another major, with the way out, and leaves it as it is', async () => {
    await mkdir(path.join(dataDir, 'postgres'));
    await writeFile(path.join(dataDir, 'postgres', 'PG_VERSION'), '15\n');
    await expect(startEmbeddedPostgres({ dataDir, log })).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringMatching(
        /^GYRE_DATA_DIR: .*postgres was written by PostgreSQL 15 .*brings PostgreSQL 18.*empty folder.*configuration\.md/,
      ),
    });
    expect(await readFile(path.join(dataDir, 'postgres', 'PG_VERSION'), 'utf8')).toBe('15\n');
  });
});

describe('after a kill -9 of Gyre', () => {
  test('[ST-6] replaces the PostgreSQL left behind, with nothing acknowledged lost', async () => {
    const { host, url } = await startHost();
    await write(url, 'acknowledged');
    const orphan = await postmasterPid();
    await kill(host);
    expect(isAlive(orphan)).toBe(true);
    const server = await startEmbeddedPostgres({ dataDir, log });
    expect(await read(server.url)).toEqual(['acknowledged']);
    expect(await postmasterPid()).not.toBe(orphan);
    expect(lines.join('\n')).toContain(`process ${orphan}`);
    await server.stop();
  });

  test('[ST-6] and of PostgreSQL at once, starts again with nothing acknowledged lost', async () => {
    const { host, url } = await startHost();
    await write(url, 'acknowledged');
    process.kill(await postmasterPid(), 'SIGKILL');
    await kill(host);
    const server = await startEmbeddedPostgres({ dataDir, log });
    expect(await read(server.url)).toEqual(['acknowledged']);
    await server.stop();
  });

  test('and a restart of the machine, is not taken in by another process of the same number', async () => {
    const first = await startEmbeddedPostgres({ dataDir, log });
    await write(first.url, 'acknowledged');
    const file = path.join(dataDir, 'postgres', 'postmaster.pid');
    const left = await readFile(file, 'utf8');
    await first.stop();
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(stranger, 'spawn');
    await writeFile(file, left.replace(/^\d+/, String(stranger.pid)));
    const second = await startEmbeddedPostgres({ dataDir, log });
    expect(await read(second.url)).toEqual(['acknowledged']);
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    await second.stop();
    await kill(stranger);
  });
});

test('a PostgreSQL that was killed runs again at the same address, with nothing acknowledged lost', async () => {
  const server = await startEmbeddedPostgres({ dataDir, log });
  await write(server.url, 'acknowledged');
  const killed = await postmasterPid();
  process.kill(killed, 'SIGKILL');
  expect(await waitFor(() => read(server.url), { what: 'the new PostgreSQL' })).toEqual(['acknowledged']);
  expect(await postmasterPid()).not.toBe(killed);
  expect(lines.join('\n')).toMatch(/PostgreSQL has ended, starting it again \(SIGKILL/);
  await server.stop();
  await expect(query(server.url, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
});

test('a Ctrl-C for the whole group does not reach PostgreSQL', async () => {
  const { host, url } = await startHost();
  process.kill(-(host.pid as number), 'SIGINT');
  await waitFor(() => host.signalCode, { what: 'the end of the host' });
  expect(await query(url, 'SELECT 1')).toEqual([1]);
  const server = await startEmbeddedPostgres({ dataDir, log });
  await server.stop();
});

/** A process group of its own, as a shell would make it, with a PostgreSQL. */
async function startHost(): Promise<{ host: ChildProcess; url: string }> {
  const host = spawn(process.execPath, [HOST, dataDir], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  for await (const url of createInterface(host.stdout)) return { host, url };
  throw new Error('the host ended before it had started PostgreSQL');
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function postmasterPid(): Promise<number> {
  return Number.parseInt(await readFile(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function write(url: string, text: string): Promise<void> {
  await query(url, `CREATE TABLE IF NOT EXISTS notes (note text); INSERT INTO notes VALUES ('${text}')`);
}

function read(url: string): Promise<unknown[]> {
  return query(url, 'SELECT note FROM notes');
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // the server is killed under some of them
  await client.connect();
  try {
    const result = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return (result.rows ?? []).map(([first]) => first);
  } finally {
    await client.end();
  }
}
