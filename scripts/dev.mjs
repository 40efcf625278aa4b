// `npm run dev`, or `dev.mjs <entry> <folder to watch>…`: the server, stopped cleanly and started anew when a source
// changes. A clean stop parks the matches and the next start takes them up again, so an edit costs no match.
import { spawn } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import path from 'node:path';
import { exitCode } from './launch/supervise.mjs';

const root = path.dirname(import.meta.dirname);
const [entry = 'src/main.ts', ...watched] = process.argv.slice(2);
const SOURCE = /\.(ts|tsx|js|mjs|json|css|html|svg|sql)$/;
/** What the start itself makes. */
const MADE = /(^|[\\/])dist([\\/]|$)/;
/** Editors write a file in several steps, and a checkout writes many. */
const SETTLE_MS = 150;
/** A server that can't stop by then is stuck; its matches are in the log all the same. */
const STOP_DEADLINE_MS = 15_000;

let server = start();
let leaving = false;
let restarting = false;
let settle;

function start() {
  const child = spawn(process.execPath, [entry], {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  child.on('exit', (code, signal) => {
    if (leaving) process.exit(exitCode(code, signal));
    if (!restarting) console.error('gyre dev: the server has ended; it starts again when a file changes');
  });
  return child;
}

async function restart() {
  if (leaving || restarting) return;
  restarting = true;
  await stop(server);
  restarting = false;
  if (!leaving) server = start();
}

function stop(child) {
  if (hasEnded(child)) return Promise.resolve();
  const stuck = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
  child.kill('SIGTERM');
  return new Promise((resolve) => {
    child.once('exit', () => {
      clearTimeout(stuck);
      resolve();
    });
  });
}

function leave(signal) {
  leaving = true;
  if (hasEnded(server)) process.exit(0);
  server.kill(signal);
}

function hasEnded(child) {
  return child.exitCode !== null || child.signalCode !== null;
}

process.on('SIGINT', () => leave('SIGINT'));
process.on('SIGTERM', () => leave('SIGTERM'));
process.on('SIGHUP', () => leave('SIGTERM'));
process.on('disconnect', () => leave('SIGTERM'));

for (const folder of watched.map((name) => path.resolve(root, name)).filter(existsSync)) {
  watch(folder, { recursive: true }, (_event, file) => {
    if (!file || !SOURCE.test(file) || MADE.test(file) || file.includes('.test.')) return;
    clearTimeout(settle);
    settle = setTimeout(() => {
      console.error(`gyre dev: ${path.basename(file)} has changed, restarting`);
      void restart();
    }, SETTLE_MS);
  });
}
