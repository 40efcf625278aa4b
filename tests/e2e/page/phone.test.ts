import { expect, test } from '@jest/globals';
import { overflows } from './audit.ts';
import { usePageService } from './page-service.ts';
import { PHONE, type PlayerPage } from './player-page.ts';
import { couple, inTurn, play, startGame } from './two-players.ts';

const service = usePageService();

/** The narrowest that WCAG 2.2, 1.4.10 asks for. */
const NARROW = { width: 320, height: 640 };
const { width: PHONE_WIDTH = 0, height: PHONE_HEIGHT = 0 } = PHONE;

/** What is too wide for a phone, or for a narrow one. */
async function tooWide({ page }: PlayerPage): Promise<string[]> {
  const found = await overflows(page);
  await page.setViewportSize(NARROW);
  await drawn(page);
  found.push(...(await overflows(page)));
  await page.setViewportSize({ width: PHONE_WIDTH, height: PHONE_HEIGHT });
  return found;
}

/** Chromium brings what is measured by its container up to date when it draws the next frame. */
async function drawn(page: PlayerPage['page']): Promise<void> {
  await page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
  });
}

test.each(['dark', 'light'] as const)(
  '[WE-2] every screen fits a phone, %s',
  async (colorScheme) => {
    await using both = await couple(service.browser, service.gyre.endpoint, {
      ann: { colorScheme },
      ben: { ...PHONE, colorScheme },
    });
    const { ann, ben } = both;
    const found: Record<string, string[]> = {};
    const look = async (name: string): Promise<void> => {
      found[name] = await tooWide(ben);
      await Promise.all([ben.shoot(`${name}-phone-${colorScheme}`), ann.shoot(`${name}-desktop-${colorScheme}`)]);
    };
    const longName = 'W'.repeat(40);
    const code = await ann.createLobby(longName);
    await ben.page.getByText(longName).first().waitFor();
    await look('lobbies');
    await ben.press('Create a lobby');
    await look('new-lobby');
    await ben.page.keyboard.press('Escape');
    await ben.page.getByLabel('Have a code?').fill(code);
    await ben.press('Join');
    await ben.page.getByTestId('code').waitFor();
    await ben.page.getByRole('textbox', { name: 'Message' }).fill('m'.repeat(200));
    await ben.press('Send');
    await ann.page.getByText('mmmm').waitFor();
    await look('lobby');
    await ben.press('I’m ready');
    await ann.press('I’m ready');
    await ben.page.locator('.countdown').waitFor();
    await look('countdown');
    await ben.page.getByTestId('board').waitFor();
    await ann.page.getByTestId('board').waitFor();
    await play(both, [4, 3, 4, 3, 5, 4]);
    await look('game');
    const board = await ben.page.getByTestId('board').boundingBox();
    expect(
      board && board.x >= 0 && board.x + board.width <= PHONE_WIDTH && board.y + board.height <= PHONE_HEIGHT,
    ).toBe(true);
    const [first, second] = await inTurn(both);
    await first.drop(5);
    await second.drop(3);
    await first.drop(5);
    await second.press(/^Column 3:/);
    await Promise.all([ann, ben].map(({ page }) => page.getByTestId('end').waitFor()));
    await look('result');
    expect(found).toEqual(Object.fromEntries(Object.keys(found).map((screen) => [screen, []])));
  },
  60_000,
);

test('[WE-2] a game by touch', async () => {
  await using both = await couple(service.browser, service.gyre.endpoint, { ann: PHONE, ben: PHONE });
  await startGame(both, 'Thumbs');
  const [first, second] = await inTurn(both);
  await first.page.getByRole('button', { name: /^Column 7:/ }).tap();
  await second.page.locator('[data-cell="41"]').waitFor();
  const column = await first.page.getByRole('button', { name: /^Column 7:/ }).boundingBox();
  expect(column?.width).toBeGreaterThan(40);
}, 60_000);
