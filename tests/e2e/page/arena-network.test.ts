import { expect, test } from '@jest/globals';
import { waitFor } from '../../support/wait-for.ts';
import { aimAt, arenaFacts, inArena, openArena, sees, untilArena } from './arena-page.ts';
import { usePageService } from './page-service.ts';
import { PlayerPage } from './player-page.ts';
import { complaintsOf, couple } from './two-players.ts';

const service = usePageService();

/** The overlay stands beside the map. */
const WINDOW = { width: 1140, height: 640 };

/** What each plays: keys that are held until so many steps were compared since. */
const DANCES = {
  ann: ['KeyD', 'KeyS', 'KeyA', 'KeyW', 'KeyD', 'KeyW', 'KeyA', 'KeyS'],
  ben: ['KeyA', 'KeyW', 'KeyD', 'KeyS', 'KeyA', 'KeyS', 'KeyD', 'KeyW'],
} as const;
const STEPS_A_KEY = 14;

async function dance(player: PlayerPage, keys: readonly string[], target: string): Promise<void> {
  for (const key of keys) {
    const { compared } = await arenaFacts(player);
    await aimAt(player, target);
    await player.page.keyboard.down(key);
    await untilArena(player, (facts) => facts.compared >= compared + STEPS_A_KEY, `${STEPS_A_KEY} steps`);
    await player.page.keyboard.up(key);
  }
}

test('[WE-9] [WE-5] two windows at 150 ms ± 30 ms and 2 % loss: the overlay shows the network, and predictions that are right', async () => {
  const address = `${service.gyre.endpoint}/?latency=150&jitter=30&loss=0.02`;
  await using both = await couple(service.browser, address, { ann: WINDOW, ben: WINDOW });
  const { ann, ben } = both;
  const code = await openArena(ann, service.gyre.endpoint);
  await ben.page.getByLabel('Have a code?').fill(code);
  await ben.press('Join');
  await inArena(ben);
  await Promise.all([untilArena(ann, sees('Ben'), 'Ben'), untilArena(ben, sees('Ann'), 'Ann')]);
  for (const { page } of [ann, ben]) await page.keyboard.press('KeyN');
  await Promise.all([dance(ann, DANCES.ann, 'Ben'), dance(ben, DANCES.ben, 'Ann')]);
  for (const player of [ann, ben]) {
    const overlay = player.page.getByTestId('net');
    await waitFor(
      async () =>
        Number.parseInt(
          (await overlay
            .getByText(/^\d+ ms$/)
            .first()
            .textContent()) ?? '',
          10,
        ) >= 100,
      {
        what: 'a slow network',
      },
    );
    expect(await overlay.getByLabel('Try a bad network').inputValue()).toBe('address');
    expect((await arenaFacts(player)).compared).toBeGreaterThanOrEqual(DANCES.ann.length * STEPS_A_KEY);
  }
  await Promise.all([ann.shoot('arena-150ms-ann'), ben.shoot('arena-150ms-ben')]);
  // A lobby that is entered changes the address, but not the network.
  expect(new URL(ann.page.url()).search).toBe('?latency=150&jitter=30&loss=0.02');
  await ann.page.getByLabel('Try a bad network').selectOption('As it is');
  await waitFor(async () => !(await ann.page.getByTestId('net').textContent())?.includes('…'), { what: 'a network' });
  expect(complaintsOf(both)).toEqual([]);
}, 60_000);

test('[WE-5] one’s own fighter moves before the room can know, however slow the network is', async () => {
  await using ann = await PlayerPage.open(service.browser, `${service.gyre.endpoint}/?latency=2000`);
  await ann.signIn('Ann');
  await openArena(ann, service.gyre.endpoint);
  const { x } = await untilArena(ann, ({ hp }) => hp === 100, 'Ann');
  // Read as it happens, in the page itself: only the game's own time counts.
  const firstMove = ann.page.getByTestId('arena').evaluate(
    (canvas: HTMLElement, before) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (canvas.dataset['x'] !== before) resolve({ roomX: canvas.dataset['roomX'] });
        };
        new MutationObserver(look).observe(canvas, { attributes: true });
        look();
      }),
    String(x),
  );
  await ann.page.keyboard.down(x < 800 ? 'KeyD' : 'KeyA');
  expect(await firstMove).toEqual({ roomX: String(x) });
  await ann.page.keyboard.up(x < 800 ? 'KeyD' : 'KeyA');
  expect(ann.complaints).toEqual([]);
}, 60_000);
