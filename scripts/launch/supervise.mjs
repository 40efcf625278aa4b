import { spawn } from 'child_process';
import os from 'os';
import { onParentGone } from './parents.mjs';

/** One Ctrl-C reaches us from the terminal and once more from npm; within this time they are one wish. */
const SAME_WISH_MS = 1000;

/**
 * Runs `node args…` as our only child, and ends as it ends, with its exit code.
 *
 * A stop signal is passed on once. Should we be killed without a chance to pass anything on, the child sees its IPC
 * channel close; should npm be killed above us, we notice and stop the child. So nothing is left running that nobody
 * knows of.
 */
export function supervise(node, args, cwd) {
  const child = spawn(node, args, { cwd, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  forwardStopSignals(child);
  onParentGone(() => child.kill('SIGTERM'));
  child.on('error', (error) => {
    console.error('Gyre cannot start: ' + error.message);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(exitCode(code, signal)));
}

/** What a shell would report: the code itself, or 128 and the number of the signal. */
export function exitCode(code, signal) {
  return code === null ? 128 + (os.constants.signals[signal] || 0) : code;
}

function forwardStopSignals(child) {
  let lastAtMs = -Infinity;
  const forward = (signal) => {
    const nowMs = Date.now();
    if (nowMs - lastAtMs < SAME_WISH_MS) return;
    lastAtMs = nowMs;
    child.kill(signal);
  };
  process.on('SIGINT', () => forward('SIGINT'));
  process.on('SIGTERM', () => forward('SIGTERM'));
  // A closed terminal is a wish to stop as well, and to stop cleanly.
  process.on('SIGHUP', () => forward('SIGTERM'));
}
