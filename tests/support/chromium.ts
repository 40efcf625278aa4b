/** A real Chromium for tests of the page. */
import { chromium, type Browser } from 'playwright-core';
import { findProgram, installPackages } from '../../scripts/launch/system-programs.ts';

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
  const executablePath = findProgram(NAMES) ?? installChromium();
  return chromium.launch({ executablePath, args: FLAGS });
}

function installChromium(): string {
  installPackages('chromium', 'fonts-dejavu-core');
  const found = findProgram(NAMES);
  if (found) return found;
  throw new Error('the tests of the page need Chromium on the path: apt-get install chromium');
}
