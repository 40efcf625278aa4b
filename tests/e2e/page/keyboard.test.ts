import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { waitFor } from '../../support/wait-for.ts';
import { audit } from './audit.ts';
import { usePageService } from './page-service.ts';
import { PlayerPage } from './player-page.ts';
import { couple, inTurn, startGame } from './two-players.ts';

const service = usePageService();

const MAX_STOPS = 40;

/** Presses Tab until what has the focus is named like this. On the way, each stop must show that it has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let stop = 0; stop < MAX_STOPS; stop++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement)) return null;
      const label =
        element instanceof HTMLInputElement || element instanceof HTMLSelectElement ? element.labels?.[0] : null;
      const shower = element.matches('.switch input, .choice-option input')
        ? (element.nextElementSibling ?? element)
        : element;
      const { outlineStyle, outlineWidth } = getComputedStyle(shower);
      return {
        name: element.getAttribute('aria-label') ?? label?.textContent ?? element.textContent ?? '',
        isSeen: element === document.body || (outlineStyle !== 'none' && outlineWidth !== '0px'),
      };
    });
    if (!focused) continue;
    if (!focused.isSeen) throw new Error(`the focus can't be seen on "${focused.name}"`);
    if (name.test(focused.name)) return;
  }
  throw new Error(`Tab does not lead to ${name}`);
}

function focusedText(page: Page): Promise<string> {
  return page.evaluate(() => document.activeElement?.textContent ?? '');
}

test('[WE-2] the way to a game, a whole game and a rematch by keys alone', async () => {
  await using ann = await PlayerPage.open(service.browser, service.gyre.endpoint);
  await using ben = await PlayerPage.open(service.browser, service.gyre.endpoint);
  const { page } = ann;
  const { keyboard } = page;
  await page.getByLabel('Your name').waitFor();
  // The field has the focus already.
  await keyboard.type('Ann');
  await keyboard.press('Enter');
  await waitFor(async () => (await focusedText(page)) === 'Find a game', { what: 'the focus on the new heading' });
  await tabTo(page, /^Create a lobby$/);
  await keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await waitFor(async () => (await focusedText(page)) === 'Create a lobby', { what: 'the focus, back where it was' });
  await keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  // Another game is one step before the name; the choice keeps the focus.
  await keyboard.press('Shift+Tab');
  await keyboard.press('ArrowRight');
  await page.getByRole('dialog').getByLabel('Time for a turn').waitFor();
  expect(await page.evaluate(() => (document.activeElement as HTMLInputElement).value)).toBe('connect-four');
  await keyboard.press('Tab');
  await keyboard.press('Enter');
  await waitFor(async () => (await focusedText(page)).startsWith('Ann’s game'), {
    what: 'the focus on the lobby’s name',
  });

  await ben.page.goto(`${service.gyre.endpoint}/?code=${await ann.code()}`);
  await ben.page.getByLabel('Your name').fill('Ben');
  await ben.press('Join the game');
  await ben.press('I’m ready');
  await tabTo(page, /I’m ready/);
  await keyboard.press('Enter');
  await page.getByTestId('board').waitFor();

  const both = { ann, ben, [Symbol.asyncDispose]: async () => undefined };
  let [mover] = await inTurn(both);
  if (mover === ben) await ben.drop(7);
  await waitFor(async () => (await ann.status) === 'Your turn', { what: 'Ann’s turn' });
  await tabTo(page, /^Column 4:/);
  await keyboard.press('ArrowLeft');
  await keyboard.press('ArrowLeft');
  const discs = await ann.discCount();
  await keyboard.press('Enter');
  await waitFor(async () => (await ann.discCount()) === discs + 1, { what: 'the disc in column 2' });
  expect(await ann.discs()).toHaveProperty('36');
  for (const row of [2, 3, 4]) {
    await waitFor(async () => (await ben.status) === 'Your turn', { what: 'Ben’s turn' });
    await ben.drop(row % 2 === 0 ? 6 : 5);
    await waitFor(async () => (await ann.status) === 'Your turn', { what: 'Ann’s turn' });
    await keyboard.press('2');
    await waitFor(async () => (await ann.discCount()) === discs + row * 2 - 1, { what: `disc ${row}` });
  }
  await waitFor(async () => (await focusedText(page)) === 'You won!', { what: 'the focus on the result' });
  await tabTo(page, /^Rematch$/);
  await keyboard.press('Space');
  await ben.press('Rematch');
  await page.getByTestId('status').waitFor();
  [mover] = await inTurn(both);
  expect([ann, ben]).toContain(mover);
  expect(ann.complaints).toEqual([]);
}, 60_000);

test('[WE-2] keys of the board stay out of the chat', async () => {
  await using both = await couple(service.browser, service.gyre.endpoint);
  await startGame(both, 'Words and numbers');
  const [first, second] = await inTurn(both);
  await first.page.getByRole('textbox', { name: 'Message' }).pressSequentially('4 in a row, 7 to go');
  await first.page.keyboard.press('Enter');
  await second.page.getByText('4 in a row, 7 to go').waitFor();
  expect(await first.discCount()).toBe(0);
}, 60_000);

test('[WE-2] every screen names what can be done on it, and readers are told of moves', async () => {
  await using both = await couple(service.browser, service.gyre.endpoint);
  const { ann, ben } = both;
  const screens: Record<string, string[]> = { lobbies: await audit(ann.page) };
  await ann.press('Create a lobby');
  screens['new lobby'] = await audit(ann.page);
  await ann.page.keyboard.press('Escape');
  await using stranger = await PlayerPage.open(service.browser, service.gyre.endpoint);
  await stranger.page.getByLabel('Your name').waitFor();
  screens['sign-in'] = await audit(stranger.page);
  await startGame(both, 'For all ears');
  screens['game'] = await audit(ann.page);
  const [first, second] = await inTurn(both);
  const name = first === ann ? 'Ann' : 'Ben';
  await first.drop(3);
  await second.page
    .getByRole('status')
    .getByText(`${name}: column 3, row 1. Your turn.`)
    .waitFor({ state: 'attached' });
  await second.page.getByRole('button', { name: 'Column 3: from the bottom', exact: false }).waitFor();
  await first.press('Resign');
  screens['resign'] = await audit(first.page);
  await first.page.getByRole('dialog').getByRole('button', { name: 'Resign' }).click();
  await second.page.getByTestId('end').waitFor();
  screens['result'] = await audit(second.page);
  await ben.press('Back to the lobby');
  await ben.page.getByTestId('code').waitFor();
  screens['lobby'] = await audit(ben.page);
  expect(screens).toEqual(Object.fromEntries(Object.keys(screens).map((screen) => [screen, []])));
}, 60_000);
