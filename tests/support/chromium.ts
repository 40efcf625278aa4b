/** A real Chromium for tests of the page. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Nothing that a test needs: no display, no sandbox (containers), nothing that calls home or changes between runs. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Starts Chromium; the caller closes it. Installs it first when there is none and the test runs as root on Debian.
 * @throws Error that says what to install
 */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium() ?? installChromium();
  return chromium.launch({ executablePath, args: FLAGS });
}

function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  const candidates = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return candidates.find(isExecutable);
}

function installChromium(): string {
  if (process.getuid?.() === 0) {
    console.error('No Chromium on the path: installing it (apt-get install chromium) …');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    // Two workers may come here at once: the second waits for the first.
    const options = ['-qq', '-y', '-o', 'DPkg::Lock::Timeout=180'];
    const apt = (...args: string[]) =>
      spawnSync('apt-get', [...options, ...args], { env, stdio: ['ignore', 'ignore', 2] });
    // The package list of a fresh image is empty or stale.
    apt('update');
    apt('install', '--no-install-recommends', 'chromium', 'fonts-dejavu-core');
  }
  const found = findChromium();
  if (found) return found;
  throw new Error('the tests of the page need Chromium on the path: apt-get install chromium');
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
