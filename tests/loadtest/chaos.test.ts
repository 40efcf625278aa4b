import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { whyNoNetwork } from '../../loadtest/chaos/network.ts';
import type { ChaosResult } from '../../loadtest/chaos/result.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const RUN_LIMIT_MS = 400_000;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gyre-chaos-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

test(
  '[CL-63, CL-65] a short campaign on a cluster, a dozen faults: every promise is kept, and nothing is left running',
  async () => {
    const size = ['--processes', '3', '--kills', '14', '--matches', '2', '--sdk', '2', '--plain', '1', '--swarm', '4'];
    const { code, output } = await chaos(...size, '--seed', '5', '--longest', '1500');
    expect(output).toContain('verdict: every promise was kept');
    expect(code).toBe(0);
    expect(output).toContain(`seed 5: npm run chaos -- ${size.join(' ')}`);

    const { subjects } = await resultIn(folder);
    const [gyre] = subjects;
    expect(gyre?.verdicts.flatMap(({ broken }) => broken)).toEqual([]);
    expect(gyre?.totals).toMatchObject({ faults: 14, rooms: 2, roomsLost: 0, ticksUndone: 0, writesLost: 0 });
    // They did play, and were not spared.
    expect(gyre?.totals.inputs.sdk.sent).toBeGreaterThan(0);
    expect(gyre?.totals.inputs.plain.sent).toBeGreaterThan(0);
    expect(gyre?.totals.writes).toBeGreaterThan(0);
    expect(gyre?.totals.swarmMatches).toBeGreaterThan(0);
    expect(gyre?.totals.connectionsLost).toBeGreaterThan(0);
    expect(existsSync(path.join(folder, 'report.html'))).toBe(true);
    expect(leftOf(folder)).toEqual([]);
  },
  RUN_LIMIT_MS,
);

test(
  '[CL-63] a match whose processes are killed from outside, a dozen in half a minute, is not given up for it',
  async () => {
    // With these a match was once taken for what ends its processes.
    const size = ['--processes', '3', '--kills', '12', '--matches', '1', '--sdk', '1', '--plain', '1', '--swarm', '0'];
    const { code, output } = await chaos(...size, '--seed', '11', '--only', 'kill', '--longest', '200');
    expect(output).toContain('verdict: every promise was kept');
    expect(code).toBe(0);
    const { subjects } = await resultIn(folder);
    expect(subjects[0]?.totals).toMatchObject({ faults: 12, rooms: 1, roomsLost: 0, ticksUndone: 0, writesLost: 0 });
    expect(subjects[0]?.totals.connectionsLost).toBeGreaterThan(0);
  },
  RUN_LIMIT_MS,
);

test(
  '[CL-63] one process on its PostgreSQL, without Redis, keeps the same promises',
  async () => {
    const kinds = 'kill,pause-short,drain,postgres-fast,postgres-immediate';
    const size = ['--processes', '1', '--kills', '5', '--matches', '1', '--sdk', '2', '--plain', '2', '--swarm', '4'];
    const { code, output } = await chaos(...size, '--only', kinds, '--longest', '1000');
    expect(output).toContain('verdict: every promise was kept');
    expect(code).toBe(0);
    const { subjects } = await resultIn(folder);
    expect(new Set(subjects[0]?.injected.map(({ kind }) => kind))).toEqual(new Set(kinds.split(',')));
    expect(subjects[0]?.totals.connectionsLost).toBeGreaterThanOrEqual(4);
  },
  RUN_LIMIT_MS,
);

test(
  '[CL-64, CL-66] on plain Colyseus a room is gone with its process: that is found and told, and no breach; a network that could not be cut is one under --strict',
  async () => {
    const size = [
      '--against',
      'colyseus',
      '--processes',
      '2',
      '--kills',
      '2',
      '--matches',
      '2',
      '--sdk',
      '1',
      '--plain',
      '1',
    ];
    const { code, output } = await chaos(...size, '--only', 'kill,cut-redis', '--longest', '1000', '--strict');
    const why = whyNoNetwork();
    const { subjects, untried } = await resultIn(folder);
    expect(output).toContain('not so: No room was lost');
    expect(subjects[0]?.totals.roomsLost).toBeGreaterThan(0);
    expect(subjects[0]?.totals.ticksUndone).toBeGreaterThan(0);
    expect(untried).toEqual(why === null ? [] : [`a cut network: ${why}`]);
    expect(code).toBe(why === null ? 0 : 1);
    expect(output.includes('NOT TRIED: a cut network')).toBe(why !== null);
    expect(leftOf(folder)).toEqual([]);
    expect(namespaces()).toEqual([]);
  },
  RUN_LIMIT_MS,
);

test('[CL-65] a wrong argument is exit code 2, and how it is used', async () => {
  for (const args of [['--loud'], ['--kills', '0'], ['--only', 'rain'], ['--against', 'nobody'], ['--sdk', '9']]) {
    const { code, output } = await chaos(...args);
    expect(output).toContain('usage:');
    expect(code).toBe(2);
  }
});

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

let lastPid: number | undefined;

async function chaos(...args: string[]): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  // What it starts inherits the folder, and is known by it.
  const env = { ...process.env, NODE_OPTIONS: undefined, CI: undefined, TMPDIR: folder };
  const all = ['loadtest/chaos/run.ts', ...args, '--out', folder];
  const child = execFile(process.execPath, all, { cwd: ROOT, env }, (_error, stdout, stderr) => {
    resolve({ code: child.exitCode, output: stdout + stderr });
  });
  lastPid = child.pid;
  return await promise;
}

async function resultIn(out: string): Promise<ChaosResult> {
  return JSON.parse(await readFile(path.join(out, 'result.json'), 'utf8')) as ChaosResult;
}

/** Processes that have it in their environment. */
function leftOf(out: string): readonly string[] {
  if (!existsSync('/proc/self/fd')) return [];
  const open = (pid: string): boolean => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(out);
    } catch {
      return false;
    }
  };
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && open(name));
}

function namespaces(): readonly string[] {
  if (whyNoNetwork() !== null) return [];
  const listed = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' }).split('\n');
  return listed.filter((line) => line.startsWith(`gyre-chaos-${lastPid}-`));
}
