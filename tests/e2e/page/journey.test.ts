import { expect, test } from '@jest/globals';
import { waitFor } from '../../support/wait-for.ts';
import { usePageService } from './page-service.ts';
import type { PlayerPage } from './player-page.ts';
import { couple, inTurn, play, startGame } from './two-players.ts';

// As `npm start` gives it: with its own PostgreSQL, which a kill -9 leaves behind for the next start.
const service = usePageService({ embedded: true });

const TEST_TIMEOUT_MS = 90_000;

function forBoth(players: readonly PlayerPage[], act: (player: PlayerPage) => Promise<unknown>): Promise<unknown> {
  return Promise.all(players.map(act));
}

test(
  '[WE-1] two people play from sign-in through a kill -9 to a result and a rematch, without a reload',
  async () => {
    await using both = await couple(service.browser, service.gyre.endpoint);
    const { ann, ben } = both;
    await startGame(both, 'Through thick and thin');
    await forBoth([ann, ben], ({ page }) => page.evaluate(() => Object.assign(window, { neverReloaded: true })));
    await play(both, [4, 4, 3, 5]);
    const board = await ann.discs();
    const names = await ann.page.locator('.player-title').allTextContents();
    const [first, second] = await inTurn(both);
    const clockBefore = await first.clockSeconds();

    await service.gyre.kill();
    await forBoth([ann, ben], ({ page }) => page.getByText('Reconnecting… your seat is kept').waitFor());
    await ann.shoot('reconnecting');
    const clockStopped = await first.clockSeconds();
    await service.gyre.start();
    await forBoth([ann, ben], ({ page }) => page.getByText('Reconnecting…').waitFor({ state: 'detached' }));

    await forBoth([ann, ben], async (player) => expect(await player.discs()).toEqual(board));
    expect(await ann.page.locator('.player-title').allTextContents()).toEqual(names);
    expect([await first.status, await second.status].map((status) => status === 'Your turn')).toEqual([true, false]);
    // The turn is the one that it was, the outage is charged to nobody, and time goes on.
    const clockAfter = await first.clockSeconds();
    expect(clockStopped).toBeLessThanOrEqual(clockBefore);
    expect(clockAfter).toBeLessThanOrEqual(clockStopped);
    expect(clockAfter).toBeGreaterThan(0);
    await waitFor(async () => (await first.clockSeconds()) < clockAfter, { what: 'a clock that goes on' });

    await play(both, [2, 7]);
    await first.press(/^Column 1:/);
    await forBoth([ann, ben], ({ page }) => page.getByTestId('end').waitFor());
    expect(await first.page.getByTestId('end').getByRole('heading').textContent()).toBe('You won!');
    expect(await second.page.getByTestId('end').getByRole('heading').textContent()).toMatch(/^(Ann|Ben) won$/);
    await first.page.locator('.is-winning').nth(3).waitFor();
    await forBoth([ann, ben], (player) => player.shoot(player === first ? 'won' : 'lost'));

    await first.press('Rematch');
    await second.page.getByText('wants a rematch!').waitFor();
    await second.press('Rematch');
    await forBoth([ann, ben], ({ page }) => page.getByTestId('status').waitFor());
    await forBoth([ann, ben], async (player) => expect(await player.discs()).toEqual({}));
    await play(both, [4]);
    for (const { page, complaints } of [ann, ben]) {
      expect(await page.evaluate(() => 'neverReloaded' in window)).toBe(true);
      expect(complaints).toEqual([]);
    }
  },
  TEST_TIMEOUT_MS,
);

test(
  '[WE-1] a move that is made while the server is dead is played once when it is back',
  async () => {
    await using both = await couple(service.browser, service.gyre.endpoint);
    await startGame(both, 'Patience');
    await play(both, [4, 4]);
    const [first, second] = await inTurn(both);
    await service.gyre.kill();
    await first.page.getByText('Reconnecting…').waitFor();
    await first.press(/^Column 2:/);
    await first.page.locator('.hand.is-dropping').waitFor();
    await service.gyre.start();
    await waitFor(async () => (await second.discCount()) === 3, { what: 'the disc of the outage' });
    expect(Object.keys(await second.discs())).toContain('36');
    expect(await second.status).toBe('Your turn');
    expect(await first.discCount()).toBe(3);
  },
  TEST_TIMEOUT_MS,
);

test('[WE-1] a reload leads back to the same place: lobby list, lobby, game', async () => {
  await using both = await couple(service.browser, service.gyre.endpoint);
  const { ann, ben } = both;
  await ann.page.reload();
  await ann.page.getByRole('heading', { name: 'Find a game' }).waitFor();
  await startGame(both, 'Again');
  await play(both, [4, 3]);
  const board = await ben.discs();
  const [first] = await inTurn(both);
  const clockBefore = await first.clockSeconds();
  await first.page.reload();
  await first.page.getByTestId('board').waitFor();
  expect(await first.discs()).toEqual(board);
  expect(await first.status).toBe('Your turn');
  expect(await first.clockSeconds()).toBeLessThanOrEqual(clockBefore);
  await first.drop(2);
  await first.press('Resign');
  await first.page.getByRole('dialog').getByRole('button', { name: 'Resign' }).click();
  await ann.page.getByTestId('end').waitFor();
  expect(await first.page.getByTestId('end').textContent()).toContain('You gave up.');
  await ben.page.reload();
  await ben.page.getByRole('heading', { name: 'Again' }).waitFor();
  await ben.page.getByText('won the last game').waitFor();
}, 60_000);
