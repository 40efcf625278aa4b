import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { end } from '../../loadtest/child-processes.ts';
import type { Peer } from '../../src/cluster/peers.ts';
import { newId } from '../../src/store/ids.ts';

const FILE = path.join(import.meta.dirname, '../cluster/peer-child-process.ts');

/** A process of a cluster that is one: it can be killed and stopped. */
export class PeerChild implements AsyncDisposable {
  readonly peer: Peer;
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, { incarnation, port }: { incarnation: string; port: number }) {
    this.#child = child;
    this.port = port;
    this.peer = { incarnation, address: `127.0.0.1:${port}` };
  }

  static async start(): Promise<PeerChild> {
    const incarnation = newId('i');
    const child = spawn(process.execPath, [FILE, incarnation], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    return new PeerChild(child, { incarnation, port: Number(said.toString()) });
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    await end(this.#child, 'SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
