import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { answersWell, end, isRunning } from '../../loadtest/child-processes.ts';
import { showOutput } from './output.ts';

/**
 * `starting`: not ready yet; `ready`: takes requests; `away`: runs, but doesn't (it drains, or a store is away);
 * `paused`: stopped by a signal; `ended`: about to be started again; `given-up`: it doesn't start; `stopped`: for good.
 */
export type MemberState = 'starting' | 'ready' | 'away' | 'paused' | 'ended' | 'given-up' | 'stopped';

export interface MemberOptions {
  readonly name: string;
  readonly port: number;
  /** What is run, from the root of the project. */
  readonly entry: string;
  /** Besides this process's environment; the port is added. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told of what becomes of it, in words. */
  readonly onEvent: (what: string) => void;
}

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const RESTART_AFTER_MS = 500;
/** Starts in a row that came to nothing. */
const MAX_FAILURES = 5;
const LOOK_EVERY_MS = 250;
const STOP_LIMIT_MS = 15_000;

/** A process of the cluster that is started again whenever it ends. */
export class Member {
  readonly name: string;
  readonly port: number;
  readonly #options: MemberOptions;
  #child: ChildProcess | null = null;
  #state: MemberState = 'ended';
  #starts = 0;
  #failures = 0;
  #stopping = false;
  #paused = false;
  #restart: NodeJS.Timeout | null = null;

  constructor(options: MemberOptions) {
    this.name = options.name;
    this.port = options.port;
    this.#options = options;
    this.#launch();
  }

  get state(): MemberState {
    return this.#paused ? 'paused' : this.#state;
  }

  get isReady(): boolean {
    return this.state === 'ready';
  }

  /** null while it doesn't run. */
  get pid(): number | null {
    return isRunning(this.#child) ? (this.#child?.pid ?? null) : null;
  }

  /** How often it was started again. */
  get restarts(): number {
    return this.#starts - 1;
  }

  /** `kill -9`. */
  kill(): void {
    this.#options.onEvent('is killed (SIGKILL)');
    this.#child?.kill('SIGKILL');
  }

  /** Stops it in its tracks: it neither ends nor answers. */
  pause(): void {
    if (this.#paused || !this.#child?.kill('SIGSTOP')) return;
    this.#paused = true;
    this.#options.onEvent('is paused (SIGSTOP)');
  }

  resume(): void {
    if (!this.#paused || !this.#child?.kill('SIGCONT')) return;
    this.#paused = false;
    this.#options.onEvent('goes on (SIGCONT)');
  }

  /** Ends it for good: cleanly, or by force after 15 s. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#restart) clearTimeout(this.#restart);
    await end(this.#child, 'SIGTERM', STOP_LIMIT_MS);
    this.#state = 'stopped';
  }

  #launch(): void {
    const { entry, env, name, port } = this.#options;
    const child = spawn(process.execPath, [entry], {
      cwd: ROOT,
      env: { ...process.env, ...env, PORT: String(port) },
      // With a channel it notices the end of this process, however that ends, and stops. A group of its own: a Ctrl-C in
      // the terminal is for this process, which stops everything in order.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    this.#child = child;
    this.#state = 'starting';
    this.#paused = false;
    this.#starts += 1;
    if (child.stdout && child.stderr) showOutput(name, { stdout: child.stdout, stderr: child.stderr });
    child.once('error', (error) => this.#options.onEvent(`can't be started: ${error.message}`));
    child.once('exit', (code, signal) => this.#ended(child, signal ?? `exit code ${code}`));
    void this.#watch(child);
  }

  #ended(child: ChildProcess, how: string): void {
    if (child !== this.#child) return;
    if (this.#state === 'starting') this.#failures += 1;
    this.#state = 'ended';
    this.#paused = false;
    if (this.#stopping) return;
    if (this.#failures >= MAX_FAILURES) {
      this.#state = 'given-up';
      this.#options.onEvent(`does not start (${how}), and is given up after ${this.#failures} times`);
      return;
    }
    this.#options.onEvent(`has ended (${how})`);
    this.#restart = setTimeout(() => this.#launch(), RESTART_AFTER_MS);
  }

  /** Looks whether it takes requests, for as long as it lives. */
  async #watch(child: ChildProcess): Promise<void> {
    const startMs = performance.now();
    while (child === this.#child && this.pid !== null) {
      const ready = await answersWell(`http://127.0.0.1:${this.port}/readyz`);
      if (child !== this.#child || this.pid === null) return;
      if (ready && this.#state === 'starting') {
        this.#failures = 0;
        this.#options.onEvent(`is ready, after ${((performance.now() - startMs) / 1_000).toFixed(1)} s`);
      }
      if (ready) this.#state = 'ready';
      else if (this.#state === 'ready') this.#state = 'away';
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}
