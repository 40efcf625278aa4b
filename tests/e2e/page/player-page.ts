/** A player in front of a browser of their own. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { api, type Api } from '../../support/http.ts';
import { waitFor } from '../../support/wait-for.ts';

const ARTEFACTS = path.resolve(import.meta.dirname, '..', '..', '..', 'artefacts', 'page');
const PATIENCE_MS = 15_000;

export interface PlayerOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly isPhone?: boolean;
}

export const PHONE: PlayerOptions = { width: 390, height: 844, isPhone: true };

export class PlayerPage implements AsyncDisposable {
  readonly page: Page;
  /** What the browser complained about: errors of scripts, of the policy, of the console. */
  readonly complaints: string[] = [];
  readonly #context: BrowserContext;

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => this.complaints.push(String(error.stack)));
    page.on('console', (message) => {
      // A server that is down, or a refused request, is logged by the browser itself.
      const isNetwork = /Failed to load resource|WebSocket connection|net::ERR/.test(message.text());
      if (message.type() === 'error' && !isNetwork) this.complaints.push(message.text());
    });
  }

  static async open(browser: Browser, url: string, options: PlayerOptions = {}): Promise<PlayerPage> {
    const { width = 1280, height = 800, colorScheme = 'dark', isPhone = false } = options;
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme,
      isMobile: isPhone,
      hasTouch: isPhone,
      // Nobody waits for discs to fall.
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    await page.goto(url);
    return new PlayerPage(context, page);
  }

  async signIn(name: string): Promise<void> {
    await this.page.getByLabel('Your name').fill(name);
    await this.page.getByLabel('Your name').press('Enter');
    await this.page.getByTestId('me').getByText(name).waitFor();
  }

  press(name: string | RegExp): Promise<void> {
    return this.page.getByRole('button', { name, exact: true }).click();
  }

  /** Of connect four, through the dialog; `change` fills in more of it. */
  async createLobby(name: string, change: (dialog: Page) => Promise<unknown> = async () => undefined): Promise<string> {
    await this.press('Create a lobby');
    await this.page.getByRole('dialog').getByText('Connect four').click();
    await this.page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
    await change(this.page);
    await this.press('Create');
    return this.code();
  }

  async code(): Promise<string> {
    return (await this.page.getByTestId('code').textContent()) ?? '';
  }

  get status(): Promise<string | null> {
    return this.page.getByTestId('status').textContent();
  }

  /** What lies on the board: cell → side. */
  async discs(): Promise<Record<string, string>> {
    const cells = await this.page
      .locator('.cell')
      .evaluateAll((found) => found.map((cell) => [cell.getAttribute('data-cell'), cell.getAttribute('data-side')]));
    return Object.fromEntries(cells) as Record<string, string>;
  }

  /** Drops a disc, and waits until it lies there. */
  async drop(column: number): Promise<void> {
    const before = await this.discCount();
    await this.page.getByRole('button', { name: new RegExp(`^Column ${column}:`) }).click();
    await waitFor(async () => (await this.discCount()) > before, { what: `a disc in column ${column}` });
  }

  discCount(): Promise<number> {
    return this.page.locator('.cell').count();
  }

  /** Seconds on the clock of whoever has the turn. */
  async clockSeconds(): Promise<number> {
    const text = (await this.page.getByTestId('clock').textContent()) ?? '';
    const [minutes = 0, seconds = 0] = text.split(':').map(Number);
    return minutes * 60 + seconds;
  }

  /** Kept under artefacts/page, to be looked at. */
  async shoot(name: string): Promise<void> {
    mkdirSync(ARTEFACTS, { recursive: true });
    await this.page.screenshot({ path: path.join(ARTEFACTS, `${name}.png`) });
  }

  /** Another client of the same player's, to ask for what the page doesn't offer. */
  async client(endpoint: string): Promise<Api> {
    const asked = this.page.waitForRequest((request) => 'authorization' in request.headers());
    await this.page.reload();
    const { authorization = '' } = (await asked).headers();
    return api(endpoint).with({ Authorization: authorization });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
  }
}
