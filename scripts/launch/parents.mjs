import fs from 'fs';

const POLL_MS = 200;

/**
 * Calls `stop` once when the npm that started us is gone: killed with -9 it can pass no signal on, and a server that
 * goes on without it would hold the port and the data folder against the next start.
 *
 * Only under npm: whoever runs the launcher by hand (nohup, a service manager) may well leave before it ends.
 */
export function onParentGone(stop) {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  // npm runs scripts by `sh -c`, and some shells stay as a link between: then npm is our grandparent.
  const shellsParent = isShell(parent) ? parentOf(parent) : undefined;
  const poll = setInterval(() => {
    const present = process.ppid === parent && (shellsParent === undefined || parentOf(parent) === shellsParent);
    if (present) return;
    clearInterval(poll);
    stop();
  }, POLL_MS);
  poll.unref();
}

function isShell(pid) {
  const [command = '', option] = read('/proc/' + pid + '/cmdline').split('\0');
  return /(^|\/)(ba|da|z|k|a)?sh$/.test(command) && option === '-c';
}

function parentOf(pid) {
  // The second field is the command in brackets, which may hold anything; the fields after it don't.
  const [, parent] = read('/proc/' + pid + '/stat')
    .replace(/^.*\) /s, '')
    .split(' ');
  return parent;
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return ''; // no /proc here (macOS): only the parent itself is watched
  }
}
