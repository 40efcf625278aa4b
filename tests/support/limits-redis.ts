/** A real Redis on a socket of a test's own, as far as limits need one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient } from '@redis/client';
import type { LuaScript, RedisScripts } from '../../src/cluster/redis-scripts.ts';
import { waitFor } from './wait-for.ts';

type Client = ReturnType<typeof createClient>;

/** Whatever becomes of the test, the server ends after so long. */
const LIFE_S = 180;

export class LimitsRedis implements AsyncDisposable {
  readonly #folder: string;
  readonly #server: ChildProcess;
  readonly #clients: Client[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
    const own = ['--port', '0', '--unixsocket', this.#path, '--save', '', '--appendonly', 'no', '--dir', folder];
    this.#server = spawn('timeout', [`${LIFE_S}`, 'redis-server', ...own], { stdio: 'ignore' });
  }

  static async start(): Promise<LimitsRedis> {
    return new LimitsRedis(await mkdtemp(path.join(tmpdir(), 'gyre-limits-')));
  }

  /** A connection of one process. */
  async connect(): Promise<RedisScripts> {
    const client = await waitFor(() => this.#open(), { what: 'Redis' });
    this.#clients.push(client);
    return { key: (name) => `gyre:${name}`, run: (script, call) => run(client, script, call) };
  }

  /** All keys. */
  async keys(): Promise<string[]> {
    return (await this.#clients[0]?.keys('*')) ?? [];
  }

  /** It ends as in a crash. */
  async kill(): Promise<void> {
    if (this.#server.exitCode !== null || this.#server.signalCode !== null) return;
    const ended = once(this.#server, 'exit');
    // `timeout` passes it on.
    this.#server.kill('SIGTERM');
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.kill();
    await rm(this.#folder, { recursive: true });
  }

  async #open(): Promise<Client> {
    const client: Client = createClient({ socket: { path: this.#path, tls: false, reconnectStrategy: false } });
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  get #path(): string {
    return path.join(this.#folder, 'redis.sock');
  }
}

async function run(
  client: Client,
  { source }: LuaScript,
  { keys, args }: Parameters<RedisScripts['run']>[1],
): Promise<unknown> {
  return await client.eval(source, { keys: [...keys], arguments: [...args] });
}
