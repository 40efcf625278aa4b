import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { isRunning } from '../child-processes.ts';

const LOOK_MS = 20;

export interface ListenerOptions {
  /** What it is called. */
  readonly name: string;
  readonly port: number;
  readonly limitMs: number;
}

/**
 * Resolves when a server that was just started takes connections; what it says to them is another matter.
 * @throws Error if it has ended, or the limit is over
 */
export async function untilItListens(child: ChildProcess, { name, port, limitMs }: ListenerOptions): Promise<void> {
  const deadlineMs = performance.now() + limitMs;
  while (!(await takesConnections(port))) {
    if (!isRunning(child)) throw new Error(`${name} ended with ${child.exitCode ?? child.signalCode}.`);
    if (performance.now() > deadlineMs) throw new Error(`${name} takes no connections.`);
    await pause(LOOK_MS);
  }
}

async function takesConnections(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
