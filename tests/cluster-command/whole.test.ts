import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ViewState } from '../../scripts/cluster/view-shapes.ts';
import { lockDataFolder } from '../../src/store/embedded/data-folder-lock.ts';
import { waitFor } from '../support/wait-for.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const LONG_MS = 300_000;
const SLOWLY = { timeoutMs: 120_000, everyMs: 100 };

let folder: string;
let running: ChildProcess | null;
beforeEach(async () => {
  running = null;
  folder = await mkdtemp(path.join(tmpdir(), 'gyre-cluster-'));
});
afterEach(async () => {
  if (running && running.exitCode === null) {
    running.kill('SIGTERM');
    await once(running, 'exit');
  }
  await rm(folder, { recursive: true, force: true });
});

interface Running {
  readonly child: ChildProcess;
  readonly front: string;
  readonly view: string;
}

async function start(...args: readonly string[]): Promise<Running> {
  const child = spawn(
    process.execPath,
    ['scripts/cluster/main.ts', '--port', '0', '--processes', '2', '--data', folder, ...args],
    { cwd: ROOT, env: { ...process.env, NODE_OPTIONS: undefined }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  running = child;
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  const ready = () => {
    if (child.exitCode !== null) throw new Error(output);
    return /Ctrl-C stops everything/.test(output);
  };
  await waitFor(ready, { ...SLOWLY, what: 'the cluster' });
  const [, front = ''] = /play +http:\/\/localhost:(\d+)/.exec(output) ?? [];
  const [, view = ''] = /watch +(http:\S+)/.exec(output) ?? [];
  return { child, front: `http://127.0.0.1:${front}`, view };
}

async function stateOf({ view }: Running): Promise<ViewState> {
  return (await (await fetch(`${view}state`)).json()) as ViewState;
}

async function act({ view }: Running, on: string, what: string): Promise<number> {
  const headers = { 'Content-Type': 'application/json' };
  return (await fetch(`${view}act`, { method: 'POST', headers, body: JSON.stringify({ on, act: what }) })).status;
}

async function stop({ child }: Running): Promise<number | null> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
  return child.exitCode;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test(
  '[CL-59] npm run cluster: robots play, a killed process’ matches move on, a drained one is empty, and a stop leaves nothing behind',
  async () => {
    const cluster = await start('--bots', '4');
    expect((await fetch(`${cluster.front}/readyz`)).status).toBe(200);
    const owned = (state: ViewState) => state.cluster?.matches?.filter(({ owner }) => owner !== null) ?? [];
    const before = await waitFor(
      async () => {
        const state = await stateOf(cluster);
        return owned(state).length > 0 ? state : null;
      },
      { ...SLOWLY, what: 'a match' },
    );
    const [match] = owned(before);
    const { address } = before.cluster?.processes.find(({ incarnation }) => incarnation === match?.owner) ?? {};
    const victim = before.members.find((member) => member.address === address);
    expect(await act(cluster, victim?.name ?? '', 'kill')).toBe(200);
    const restarted = (state: ViewState, name: string, times: number) =>
      state.members.some((member) => member.name === name && member.restarts === times && member.state === 'ready');
    await waitFor(async () => restarted(await stateOf(cluster), victim?.name ?? '', 1), {
      ...SLOWLY,
      what: 'it again',
    });
    const other = before.members.find((member) => member !== victim)?.name ?? '';
    expect(await act(cluster, other, 'drain')).toBe(200);
    await waitFor(async () => restarted(await stateOf(cluster), other, 1), {
      ...SLOWLY,
      what: 'the drained one again',
    });
    const after = await stateOf(cluster);
    expect(await stop(cluster)).toBe(0);
    expect(after.members.filter(({ pid }) => pid !== null && isAlive(pid))).toEqual([]);
    await expect(fetch(`${cluster.front}/readyz`)).rejects.toThrow('fetch failed');
    await (await lockDataFolder(folder, 0)).release();
  },
  LONG_MS,
);
