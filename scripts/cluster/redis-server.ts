/** A Redis of the local cluster's own: a child process, its files in a folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { end, isRunning } from '../../loadtest/child-processes.ts';
import { createFileOnce } from '../../src/store/private-file.ts';

export interface RedisOptions {
  /** The server's program. */
  readonly binary: string;
  /** Made if needed; it holds the data, the password and the port. */
  readonly folder: string;
  readonly port: number;
  /** Told when it ends without having been asked to. */
  readonly onEnd: (how: string) => void;
}

const READY_LIMIT_MS = 15_000;
const LOOK_EVERY_MS = 25;
const STOP_LIMIT_MS = 10_000;
const OUTPUT_KEPT_CHARS = 2_000;

/** A running Redis, until it is stopped or ends. */
export class RedisServer {
  readonly url: string;
  readonly #options: RedisOptions;
  readonly #password: string;
  #child: ChildProcess | null = null;
  #output = '';

  private constructor(options: RedisOptions, password: string) {
    this.#options = options;
    this.#password = password;
    this.url = `redis://:${password}@127.0.0.1:${options.port}`;
  }

  /** Rejects with what the server wrote, if it doesn't get ready. One that a killed cluster has left behind is ended first. */
  static async start(options: RedisOptions): Promise<RedisServer> {
    const { folder, port } = options;
    await mkdir(folder, { recursive: true });
    const password = await keptPassword(folder);
    const portFile = path.join(folder, 'port');
    await endOrphan(Number(await readFile(portFile, 'utf8').catch(() => '0')), password);
    await writeFile(portFile, String(port));
    const redis = new RedisServer(options, password);
    await redis.#launch();
    return redis;
  }

  async #launch(): Promise<void> {
    // Settings go through its input: arguments stand in everybody's list of processes.
    const child = spawn(this.#options.binary, ['-'], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    this.#output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-OUTPUT_KEPT_CHARS);
      });
    }
    child.once('error', (error) => (this.#output += error.message));
    child.once('exit', (code, signal) => {
      if (child === this.#child) this.#options.onEnd(signal ?? `exit code ${code}`);
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(this.#settings());
    await this.#ready(child);
  }

  /** Writes everything down and ends. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    await end(child, 'SIGTERM', STOP_LIMIT_MS);
  }

  #settings(): string {
    const { folder, port } = this.#options;
    return [
      'bind 127.0.0.1',
      `port ${port}`,
      `dir ${JSON.stringify(path.resolve(folder))}`,
      `requirepass ${this.#password}`,
      'daemonize no',
      // Matches must outlive it, and nothing may be evicted.
      'appendonly yes',
      'save ""',
      'maxmemory-policy noeviction',
      '',
    ].join('\n');
  }

  async #ready(child: ChildProcess): Promise<void> {
    const endMs = performance.now() + READY_LIMIT_MS;
    while (!(await talk(this.#options.port, [`AUTH ${this.#password}`, 'PING'])).includes('+PONG')) {
      if (!isRunning(child)) throw new Error(`Redis does not start.\n${this.#output}`);
      if (performance.now() > endMs) {
        child.kill('SIGKILL');
        throw new Error(`Redis was not ready in time.\n${this.#output}`);
      }
      await pause(LOOK_EVERY_MS);
    }
  }
}

async function keptPassword(folder: string): Promise<string> {
  const file = path.join(folder, 'password');
  await createFileOnce(file, () => randomBytes(24).toString('base64url'));
  return await readFile(file, 'utf8');
}

/** Only a server on this very folder knows its password. */
async function endOrphan(port: number, password: string): Promise<void> {
  if (!(port > 0)) return;
  const asked = await talk(port, [`AUTH ${password}`, 'PING']);
  if (!asked.includes('+PONG')) return;
  await talk(port, [`AUTH ${password}`, 'SHUTDOWN']);
  const endMs = performance.now() + STOP_LIMIT_MS;
  while ((await talk(port, ['PING'])) !== '') {
    if (performance.now() > endMs)
      throw new Error(`A Redis on port ${port}, left behind by a killed cluster, does not end.`);
    await pause(LOOK_EVERY_MS);
  }
}

const TALK_LIMIT_MS = 1_000;

/** Says some lines to a server and resolves with all that it answers until as many came; '' if nobody is there. */
async function talk(port: number, lines: readonly string[]): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.setEncoding('utf8').setTimeout(TALK_LIMIT_MS, () => socket.destroy());
  socket.on('error', () => undefined);
  socket.on('connect', () => socket.write(lines.map((line) => `${line}\r\n`).join('')));
  let answer = '';
  socket.on('data', (text: string) => {
    answer += text;
    if (answer.split('\r\n').length > lines.length) socket.end();
  });
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}
