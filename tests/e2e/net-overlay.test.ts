import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type * as Sdk from '../../client-sdk/index.ts';
import { SDK_DIST } from '../../scripts/build-sdk.mjs';
import { launchChromium } from '../support/chromium.ts';

let browser: Browser;
let bundle: string;
beforeAll(async () => {
  [browser, bundle] = await Promise.all([
    launchChromium(),
    readFile(path.join(SDK_DIST, 'gyre-client.js'), { encoding: 'utf8' }),
  ]);
}, 120_000);
afterAll(() => browser?.close());

/** A page with the overlay of a match whose figures are these; `remove` takes the overlay away. */
async function pageWithOverlay(errors: readonly number[]): Promise<Page> {
  const page = await browser.newPage();
  await page.evaluate(
    async ([code, plotted]) => {
      const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
      const { showNetOverlay } = (await import(url)) as typeof Sdk;
      const net = { pingMs: 153, jitterMs: 12, tickRateHz: 20, patchesPerSecond: 19.8, bytesPerSecond: 2_048 };
      const more = { pendingInputs: 3, correctionsLastMinute: 1, lastError: 0.5 };
      const stats = {
        pending: 3,
        compared: 4,
        corrections: 1,
        correctionsLastMinute: 1,
        errors: plotted,
        histogram: [],
      };
      const remove = showNetOverlay({ netStats: () => ({ ...net, ...more }) }, { prediction: { stats } });
      Object.assign(globalThis, { remove });
    },
    [bundle, errors] as const,
  );
  return page;
}

/** How many pixels of the plot are drawn in the colour of errors. */
function plottedPixels(page: Page): Promise<number> {
  return page.locator('[data-gyre="net-overlay"] canvas').evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    let count = 0;
    for (let at = 0; at < data.length; at += 4) if ((data[at] ?? 0) > 250 && (data[at + 2] ?? 0) < 150) count += 1;
    return count;
  });
}

test('[SD-14] the overlay says how the network does and plots what was corrected, until it is removed', async () => {
  const page = await pageWithOverlay([0, 0, 0.5, 0]);
  const overlay = page.locator('[data-gyre="net-overlay"]');
  expect((await overlay.textContent())?.split('\n').map((line) => line.replaceAll(/ +/gu, ' '))).toEqual([
    'ping 153 ms, 12 ms late',
    'tick 20.0 Hz, 19.8 patches/s',
    'received 2.0 KiB/s',
    'pending 3',
    'corrected 1/min, last 0.50',
    'errors 0 to 0.50',
  ]);
  expect(await plottedPixels(page)).toBeGreaterThan(30);
  await page.evaluate(() => (globalThis as unknown as { remove(): void }).remove());
  expect(await overlay.count()).toBe(0);
  await page.close();
});

test('[SD-14] where nothing was corrected the plot is empty', async () => {
  const page = await pageWithOverlay([0, 0, 0, 0]);
  expect(await plottedPixels(page)).toBe(0);
  await page.close();
});
