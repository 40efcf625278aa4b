import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { waitFor } from '../support/wait-for.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const LAUNCHED = path.join(ROOT, 'tests', 'support', 'launched.ts');
const START = [path.join(ROOT, 'scripts', 'start.mjs'), LAUNCHED];
const DEV = [path.join(ROOT, 'scripts', 'start.mjs'), 'scripts/dev.mjs'];

let folder: string;
let running: Launch[];
beforeEach(async () => {
  running = [];
  folder = await mkdtemp(path.join(tmpdir(), 'gyre-launcher-'));
});
afterEach(async () => {
  for (const launch of running) {
    for (const pid of [...launch.servers(), -(launch.launcher.pid ?? 0)]) send(pid, 'SIGKILL');
  }
  await rm(folder, { recursive: true });
});

describe('npm start', () => {
  test('runs the server on the Node of the project and ends with its exit code', async () => {
    const launch = await start(process.execPath, [...START, '7']);
    expect(launch.text()).toContain('node 24.');
    launch.launcher.kill('SIGTERM');
    expect(await launch.exitCode()).toBe(7);
    expect(launch.text()).toMatch(/stopping SIGTERM\nstopped\n$/);
  });

  test('stops once and cleanly at a Ctrl-C, which reaches the whole group', async () => {
    const launch = await start('npm', await npmScript(START));
    send(-(launch.launcher.pid ?? 0), 'SIGINT');
    await launch.exitCode();
    await waitFor(() => launch.text().includes('stopped'), { what: 'the clean stop' });
    expect(launch.text().match(/stopping/g)).toHaveLength(1);
    await waitFor(() => !isAlive(launch.servers().at(-1)), { what: 'the end of the server' });
  });

  test('tells of a server that was killed', async () => {
    const launch = await start(process.execPath, START);
    send(launch.servers().at(-1), 'SIGKILL');
    expect(await launch.exitCode()).toBe(137);
  });

  test('leaves no server behind when the launcher is killed', async () => {
    const launch = await start(process.execPath, START);
    launch.launcher.kill('SIGKILL');
    await waitFor(() => launch.text().includes('stopped'), { what: 'the clean stop' });
    expect(launch.text()).toContain('stopping disconnect');
  });

  test('leaves no server behind when npm is killed', async () => {
    const launch = await start('npm', await npmScript(START));
    launch.launcher.kill('SIGKILL');
    await waitFor(() => launch.text().includes('stopped'), { what: 'the clean stop' });
    await waitFor(() => !isAlive(launch.servers().at(-1)), { what: 'the end of the server' });
  });
});

describe('npm run dev', () => {
  test('[ST-9] stops the server cleanly and starts it anew when a source changes, and ends with a Ctrl-C', async () => {
    const launch = await start(process.execPath, [...DEV, LAUNCHED, folder]);
    await writeFile(path.join(folder, 'rules.ts'), '// changed');
    await waitFor(() => launch.servers().length === 2, { what: 'the new server' });
    expect(launch.text()).toMatch(/process.*\nstopping SIGTERM\nstopped\nprocess/);
    expect(isAlive(launch.servers()[0])).toBe(false);
    send(-(launch.launcher.pid ?? 0), 'SIGINT');
    expect(await launch.exitCode()).toBe(0);
    expect(launch.text().match(/stopping/g)).toHaveLength(2);
  });

  test('leaves no server behind when the launcher is killed', async () => {
    const launch = await start(process.execPath, [...DEV, LAUNCHED, folder]);
    launch.launcher.kill('SIGKILL');
    await waitFor(() => launch.text().includes('stopped'), { what: 'the clean stop' });
    await waitFor(() => !isAlive(launch.servers().at(-1)), { what: 'the end of the server' });
  });
});

interface Launch {
  readonly launcher: ChildProcess;
  text(): string;
  /** The process id of every server that has said hello, the latest last. */
  servers(): number[];
  exitCode(): Promise<number>;
}

/** Starts it in a process group of its own, as a shell does, and waits for the server's hello. */
async function start(command: string, args: readonly string[]): Promise<Launch> {
  const { npm_lifecycle_event: _, ...env } = process.env;
  const launcher = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  let output = '';
  launcher.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  const launch: Launch = {
    launcher,
    text: () => output,
    servers: () => [...output.matchAll(/^process (\d+)/gm)].map(([, pid]) => Number(pid)),
    exitCode: async () => {
      await waitFor(() => launcher.exitCode !== null || launcher.signalCode !== null, {
        what: 'the end of the launcher',
      });
      return launcher.exitCode ?? -1;
    },
  };
  running.push(launch);
  await waitFor(() => launch.servers().length > 0, { what: "the server's hello" });
  return launch;
}

/** The arguments that make npm run a command as its start script, through a shell as it always does. */
async function npmScript(command: readonly string[]): Promise<string[]> {
  const start = ['node', ...command].map((word) => JSON.stringify(word)).join(' ');
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ scripts: { start } }));
  return ['start'];
}

function isAlive(pid: number | undefined): boolean {
  return send(pid, 0);
}

function send(pid: number | undefined, signal: NodeJS.Signals | 0): boolean {
  try {
    return pid !== undefined && pid !== 0 && process.kill(pid, signal);
  } catch {
    return false;
  }
}
