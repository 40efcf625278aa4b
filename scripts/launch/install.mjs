import { spawnSync } from 'child_process';
import fs from 'fs';
import path from 'path';
import { ownNode } from './own-node.mjs';

/** Runs `npm ci` unless everything that the lock file asks for is there. Throws when that fails. */
export function ensureInstalled(root) {
  if (isInstalled(root)) return;
  console.error('Gyre: installing its dependencies (npm ci), as on every first start and after an update …');
  const npm = npmCommand();
  const { status, error } = spawnSync(
    npm.file,
    npm.args.concat(['ci', '--no-audit', '--no-fund', '--loglevel=error']),
    {
      cwd: root,
      // Standard output belongs to the server; scripts read its banner from there.
      stdio: ['ignore', 2, 2],
      shell: npm.shell,
    },
  );
  if (error) throw new Error('npm could not be run: ' + error.message);
  if (status !== 0) throw new Error('npm ci failed (exit code ' + status + '); its message is above');
  if (!isInstalled(root)) throw new Error('npm ci went well, yet node_modules does not match package-lock.json');
}

/** Whether node_modules holds exactly the versions of package-lock.json, and the Node that the project runs on. */
export function isInstalled(root) {
  if (!fs.existsSync(ownNode(root))) return false;
  // npm writes this file last, so an interrupted install has none.
  const installed = readPackages(path.join(root, 'node_modules', '.package-lock.json'));
  const wanted = readPackages(path.join(root, 'package-lock.json'));
  if (!installed || !wanted) return false;
  return Object.keys(wanted).every((name) => name === '' || isSatisfied(wanted[name], installed[name]));
}

function isSatisfied(wanted, installed) {
  if (installed) return installed.version === wanted.version;
  // Binaries of other platforms are never installed, tools of development not in production.
  if (wanted.optional || wanted.devOptional || wanted.link) return true;
  return Boolean(wanted.dev || wanted.peer) && process.env.NODE_ENV === 'production';
}

function readPackages(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function npmCommand() {
  // Under `npm start` this is the very npm that runs us, so no other one has to be on the path.
  const cli = process.env.npm_execpath;
  if (cli && /npm-cli\.c?js$/.test(cli)) return { file: process.execPath, args: [cli], shell: false };
  return { file: 'npm', args: [], shell: process.platform === 'win32' };
}
