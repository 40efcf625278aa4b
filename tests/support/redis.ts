/** Real Redis servers for tests: each test has its own. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient } from '@redis/client';
import { findRedis } from '../../scripts/launch/find-redis.ts';

export interface TestRedisOptions {
  /** It keeps what it has over a stop and a start (an append-only file). */
  readonly persistent?: boolean;
  /** More of its command line, such as `['--requirepass', 'x']`. */
  readonly args?: readonly string[];
}

/** Below the ports that the kernel gives to connections, so that none takes it while the server is down. */
const PORTS = { from: 12_000, count: 18_000 };
const TRIES = 20;
/**
 * Runs the server, says its process id, and kills it when the pipe to whoever started it breaks, however that one ended.
 * What runs in the background has no standard input of its own, hence the third descriptor.
 */
const WRAPPER = `exec 3<&0
"$@" & server=$!
echo "pid $server"
{ cat <&3; kill -9 $server; } >/dev/null 2>&1 &
wait $server`;

/** Starts an empty Redis on a free port of loopback: `await using redis = await startRedis()`. */
export async function startRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gyre-redis-'));
  for (let tries = 1; ; tries += 1) {
    const redis = new TestRedis(folder, PORTS.from + Math.floor(Math.random() * PORTS.count), options);
    try {
      await redis.start();
      return redis;
    } catch (error) {
      if (tries < TRIES) continue;
      await rm(folder, { recursive: true });
      throw error;
    }
  }
}

/** A Redis server of a test's own. */
export class TestRedis implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  readonly #options: TestRedisOptions;
  #wrapper: ChildProcessWithoutNullStreams | null = null;
  #pid = 0;

  constructor(folder: string, port: number, options: TestRedisOptions) {
    this.port = port;
    this.#folder = folder;
    this.#options = options;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it again, on the same port: empty, or with what it had if it is persistent. */
  async start(): Promise<void> {
    const { persistent = false, args = [] } = this.#options;
    const own = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--daemonize', 'no', '--save', ''];
    // By default an answer may be ahead of the file, while the disk is slow; it never is when Redis doesn't wait for the disk.
    const kept = ['--dir', this.#folder, '--appendonly', persistent ? 'yes' : 'no', '--appendfsync', 'no'];
    const wrapper = spawn('sh', ['-c', WRAPPER, 'sh', findRedis(), ...own, ...kept, ...args]);
    // Nothing is ever written to it; that it ends is enough.
    wrapper.stdin.on('error', () => {});
    const output = await readyOrEnded(wrapper);
    if (wrapper.exitCode !== null) {
      wrapper.stdin.destroy();
      throw new Error(`redis-server has ended:\n${output}`);
    }
    this.#wrapper = wrapper;
    this.#pid = Number(/^pid (\d+)$/m.exec(output)?.[1]);
  }

  /** Ends it as a crash does. */
  async stop(): Promise<void> {
    const wrapper = this.#wrapper;
    if (wrapper === null) return;
    this.#wrapper = null;
    const ended = once(wrapper, 'exit');
    if (wrapper.exitCode === null) process.kill(this.#pid, 'SIGKILL');
    await ended;
    wrapper.stdin.destroy();
  }

  /** What it has kept is gone. To be called while it is stopped. */
  async forget(): Promise<void> {
    await rm(this.#folder, { recursive: true });
    await mkdir(this.#folder);
  }

  /** It answers nobody from now on; connections stay. */
  pause(): void {
    process.kill(this.#pid, 'SIGSTOP');
  }

  resume(): void {
    process.kill(this.#pid, 'SIGCONT');
  }

  /** One command, on a connection of its own. */
  async command(...args: readonly string[]): Promise<unknown> {
    const client = createClient({ url: this.url, socket: { reconnectStrategy: false } });
    client.on('error', () => {});
    await client.connect();
    try {
      return await client.sendCommand([...args]);
    } finally {
      client.destroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true });
  }
}

/** @returns what it has written until then */
function readyOrEnded(wrapper: ChildProcessWithoutNullStreams): Promise<string> {
  return new Promise((resolve) => {
    let output = '';
    const hear = (text: Buffer): void => {
      output += text.toString();
      if (output.includes('Ready to accept connections')) resolve(output);
    };
    wrapper.stdout.on('data', hear);
    wrapper.stderr.on('data', hear);
    wrapper.once('error', (error) => resolve(error.message));
    wrapper.once('exit', () => resolve(output));
  });
}
