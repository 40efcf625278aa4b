import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import path from 'node:path';
import { answersWell, end, isRunning } from '../child-processes.ts';
import { machineMs } from './clock.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const READY_LIMIT_MS = 60_000;
const READY_LOOK_MS = 50;
const DRAIN_LIMIT_MS = 60_000;
/** What a service manager waits before it starts a process again. */
const RESTART_PAUSE_MS = 500;

export interface MemberOptions {
  readonly index: number;
  /** The process's program, from the root of the repository. */
  readonly entry: string;
  /** What the command begins with: where it is to run. */
  readonly within: readonly string[];
  readonly address: { readonly host: string; readonly port: number };
  /** What it answers with 2xx when it is ready. */
  readonly readyPath: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
}

/** A process that ended without being asked to. */
export interface SelfEnd {
  readonly member: number;
  readonly atMs: number;
  readonly how: string;
}

/** A place for one process of the cluster, kept running as a service manager would: whatever ends there is started again. */
export class Member {
  readonly index: number;
  readonly address: MemberOptions['address'];
  readonly selfEnds: SelfEnd[] = [];
  readonly #options: MemberOptions;
  readonly #log: WriteStream;
  #child: ChildProcess | null = null;
  /** Whether a process is to be here. */
  #wanted = false;

  constructor(options: MemberOptions) {
    this.index = options.index;
    this.address = options.address;
    this.#options = options;
    this.#log = createWriteStream(options.logFile);
  }

  /** Of the process that was started last; null before. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Resolves when it is ready. @throws Error if it isn't within 60 s */
  async start(): Promise<void> {
    this.#wanted = true;
    this.#launch();
    await this.untilReady();
  }

  async untilReady(): Promise<void> {
    const deadlineMs = performance.now() + READY_LIMIT_MS;
    while (!(await this.isReady())) {
      if (performance.now() > deadlineMs) throw new Error(`process ${this.index} did not get ready`);
      await pause(READY_LOOK_MS);
    }
  }

  async isReady(): Promise<boolean> {
    const { host, port } = this.address;
    return await answersWell(`http://${host}:${port}${this.#options.readyPath}`);
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL', READY_LIMIT_MS);
  }

  /** As a deployment does. @returns whether it ended by itself, within a minute */
  async drain(): Promise<boolean> {
    return await this.#end('SIGTERM', DRAIN_LIMIT_MS);
  }

  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** At once, without waiting: for the end of everything. */
  killNow(): void {
    this.#wanted = false;
    this.#child?.kill('SIGKILL');
  }

  #launch(): void {
    const { entry, within, env } = this.#options;
    const words = [...within, process.execPath, entry];
    const child = spawn(words[0] as string, words.slice(1), {
      cwd: ROOT,
      env: { ...process.env, NODE_OPTIONS: undefined, NODE_ENV: undefined, ...env },
      // With a channel it notices the end of this process, however that ends, and stops.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const output of [child.stdout, child.stderr]) output?.pipe(this.#log, { end: false });
    this.#child = child;
    child.once('exit', (code, signal) => void this.#ended(child, String(signal ?? code)));
    child.once('error', (error) => void this.#ended(child, String(error)));
  }

  async #ended(child: ChildProcess, how: string): Promise<void> {
    if (!this.#wanted || child !== this.#child) return;
    this.selfEnds.push({ member: this.index, atMs: machineMs(), how });
    await pause(RESTART_PAUSE_MS);
    if (this.#wanted && child === this.#child) this.#launch();
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM', limitMs: number): Promise<boolean> {
    this.#wanted = false;
    const child = this.#child;
    if (child === null || !isRunning(child)) return true;
    await end(child, signal, limitMs);
    return child.signalCode !== 'SIGKILL';
  }
}
