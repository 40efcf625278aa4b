// What everybody does with the processes that they start; scripts/cluster/ and tests/ do, too.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const ANSWER_LIMIT_MS = 1_000;

/** Whether it has been started and not ended. */
export function isRunning(child: ChildProcess | null): boolean {
  return child !== null && child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** Ends it by a signal, whether it is paused or not, and by force after the limit. Resolves when it has ended. */
export async function end(child: ChildProcess | null, signal: NodeJS.Signals, limitMs?: number): Promise<void> {
  if (child === null || !isRunning(child)) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  // One that is paused hears of it only then.
  child.kill('SIGCONT');
  const stuck = limitMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), limitMs);
  await exited;
  clearTimeout(stuck);
}

/** Whether somebody says at this address, within a second, that all is well. */
export async function answersWell(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) })).ok;
  } catch {
    return false;
  }
}
