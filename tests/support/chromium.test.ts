import { expect, test } from '@jest/globals';
import { launchChromium } from './chromium.ts';

/** The first run on a fresh machine installs the browser. */
const INSTALL_MS = 300_000;

test(
  'launchChromium gives a browser that runs a page',
  async () => {
    await using browser = await launchChromium();
    const page = await browser.newPage();
    await page.setContent('<h1>Gyre</h1><script>document.title = String(6 * 7)</script>');
    expect(await page.title()).toBe('42');
    expect(await page.getByRole('heading').textContent()).toBe('Gyre');
  },
  INSTALL_MS,
);
