import { afterAll, beforeAll } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../support/chromium.ts';
import { GyreProcess, type GyreProcessOptions } from '../../support/gyre-process.ts';

const START_TIMEOUT_MS = 120_000;

/** A browser and the command itself, with the page, for all tests of a file. */
export function usePageService(options: GyreProcessOptions = {}): {
  readonly browser: Browser;
  readonly gyre: GyreProcess;
} {
  let browser: Browser | undefined;
  let gyre: GyreProcess | undefined;
  beforeAll(async () => {
    [browser, gyre] = await Promise.all([launchChromium(), GyreProcess.start({ entry: 'src/main.ts', ...options })]);
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await browser?.close();
    await gyre?.[Symbol.asyncDispose]();
  });
  return {
    get browser() {
      if (!browser) throw new Error('no browser before the tests begin');
      return browser;
    },
    get gyre() {
      if (!gyre) throw new Error('no service before the tests begin');
      return gyre;
    },
  };
}
