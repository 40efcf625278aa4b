import { PassThrough } from 'node:stream';
import { afterEach, expect, test } from '@jest/globals';
import { freePorts } from '../../scripts/cluster/free-ports.ts';
import { Member } from '../../scripts/cluster/member.ts';
import { showOutput } from '../../scripts/cluster/output.ts';
import { waitFor } from '../support/wait-for.ts';

const running: Member[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((member) => member.stop()));
});

const START = { timeoutMs: 30_000, what: 'the process' };

async function start(env: Readonly<Record<string, string>> = {}): Promise<{ member: Member; events: string[] }> {
  const [port = 0] = await freePorts(1);
  const events: string[] = [];
  const member = new Member({
    name: 'gyre-1',
    port,
    entry: 'tests/cluster-command/member-process.ts',
    env: { NODE_OPTIONS: undefined, ...env },
    onEvent: (what) => events.push(what),
  });
  running.push(member);
  return { member, events };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('[CL-56] a process that was killed is started again, at the same port', async () => {
  const { member, events } = await start();
  await waitFor(() => member.isReady, START);
  const first = member.pid;
  member.kill();
  await waitFor(() => member.pid !== null && member.pid !== first && member.isReady, START);
  expect(member.restarts).toBe(1);
  expect(events.map((event) => event.replace(/, after .*/, ''))).toEqual([
    'is ready',
    'is killed (SIGKILL)',
    'has ended (SIGKILL)',
    'is ready',
  ]);
});

test('[CL-56] one that never starts is given up', async () => {
  const { member, events } = await start({ FAILS: 'yes' });
  await waitFor(() => member.state === 'given-up', START);
  expect(events.at(-1)).toBe('does not start (exit code 3), and is given up after 5 times');
  expect(member.pid).toBeNull();
});

test('[CL-56] a paused one takes nothing and lives; it goes on when it may', async () => {
  const { member } = await start();
  await waitFor(() => member.isReady, START);
  const { pid } = member;
  member.pause();
  expect(member).toMatchObject({ state: 'paused', isReady: false, pid });
  member.resume();
  await waitFor(() => member.isReady, START);
  expect(member).toMatchObject({ restarts: 0, pid });
});

test('[CL-56] a stop ends also one that is paused, and nothing is started again', async () => {
  const { member } = await start();
  await waitFor(() => member.isReady, START);
  const pid = Number(member.pid);
  member.pause();
  await member.stop();
  expect(member.state).toBe('stopped');
  expect(isAlive(pid)).toBe(false);
});

test('of what a process writes, warnings and complaints are shown by its name', async () => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const lines: string[] = [];
  showOutput('gyre-2', { stdout, stderr }, (line) => lines.push(line));
  stdout.end(
    'Gyre is ready.\n{"level":"info","msg":"dull"}\n{"level":"warn","time":"t","matchId":"m_1","msg":"odd","err":{"message":"why"}}\n{"half',
  );
  stderr.end('a stack\n\n');
  await waitFor(() => lines.length === 3, { what: 'the lines' });
  expect(lines.toSorted()).toEqual(['gyre-2  a stack', 'gyre-2  warn: odd (why) matchId="m_1"', 'gyre-2  {"half']);
});
