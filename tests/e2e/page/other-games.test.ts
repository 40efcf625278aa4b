import { expect, test } from '@jest/globals';
import type { Lobby } from '../../../protocol/lobbies.ts';
import { waitFor } from '../../support/wait-for.ts';
import { audit, overflows } from './audit.ts';
import { usePageService } from './page-service.ts';
import { PHONE, type PlayerPage } from './player-page.ts';
import { complaintsOf, couple } from './two-players.ts';

const service = usePageService({ entry: 'tests/support/two-games-host.ts' });

function foreign({ page }: PlayerPage): Promise<void> {
  return page.getByRole('heading', { name: 'This page can’t play Team Race' }).waitFor();
}

function browser({ page }: PlayerPage): Promise<void> {
  return page.getByRole('heading', { name: 'Find a game' }).waitFor();
}

test('[WE-3] a game that the page has no board for is in no list, is named where one is in it, and can be left', async () => {
  await using both = await couple(service.browser, service.gyre.endpoint, { ben: PHONE });
  const { ann, ben } = both;
  const [annsClient, bensClient] = [await ann.client(service.gyre.endpoint), await ben.client(service.gyre.endpoint)];
  const { body: lobby, status } = await annsClient.post<Lobby>('/v1/lobbies', {
    game: 'team-race',
    name: 'Round and round',
    startMode: 'host',
  });
  expect(status).toBe(201);
  await ann.page.reload();
  await foreign(ann);
  await ben.page.getByText('It’s quiet right now.').waitFor();
  const { code } = (await annsClient.get<{ code: string }>(`/v1/lobbies/${lobby.id}`)).body;
  await ben.page.goto(`${service.gyre.endpoint}/?code=${code}`);
  await foreign(ben);
  expect([await audit(ben.page), await overflows(ben.page)]).toEqual([[], []]);
  await ben.shoot('other-game-phone');

  await bensClient.patch(`/v1/lobbies/${lobby.id}/members/me`, { ready: true });
  expect((await annsClient.post(`/v1/lobbies/${lobby.id}/start`, { countdownMs: 0 })).status).toBe(202);
  await waitFor(async () => (await annsClient.get<Lobby>(`/v1/lobbies/${lobby.id}`)).body.state === 'in-match', {
    what: 'a match of the other game',
  });
  await foreign(ann);
  // Its seat in the match is what a reload leads to.
  await ben.page.reload();
  await foreign(ben);
  await Promise.all([ann, ben].map((player) => player.press('Leave')));
  await Promise.all([browser(ann), browser(ben)]);
  await Promise.all([ann, ben].map(({ page }) => page.reload()));
  await Promise.all([browser(ann), browser(ben)]);
  expect(complaintsOf(both)).toEqual([]);
}, 60_000);

test('a bug in a screen is told in words, and a reload leads on', async () => {
  await using both = await couple(service.browser, service.gyre.endpoint);
  const { ann, ben } = both;
  await ann.createLobby('Open house');
  await ben.page.getByRole('listitem').filter({ hasText: 'Open house' }).waitFor();
  await ben.page.evaluate(() => {
    Reflect.set(String.prototype, 'toLocaleLowerCase', () => {
      throw new Error('a bug in the list');
    });
  });
  await ben.page.getByLabel('Search by name').fill('open');
  await ben.page.getByRole('heading', { name: 'Something went wrong' }).waitFor();
  await ben.page.getByText('a bug in the list').waitFor();
  await ben.press('Reload');
  await browser(ben);
  expect(ben.complaints).toEqual([expect.stringContaining('a bug in the list')]);
}, 60_000);

test('the banner of a lost connection leaves the header in sight', async () => {
  await using both = await couple(service.browser, service.gyre.endpoint);
  const { page } = both.ann;
  // Whoever was never connected does not reconnect.
  await page.getByTestId('connection').getByText('Connected').waitFor();
  await service.gyre.kill();
  const banner = page.getByText('Reconnecting…');
  await banner.waitFor();
  const tops = async (): Promise<number[]> => {
    const boxes = await Promise.all([
      page.locator('.reconnect-banner').boundingBox(),
      page.locator('.header').boundingBox(),
    ]);
    return boxes.map((box, index) => (box ? box.y + (index === 0 ? box.height : 0) : Number.NaN));
  };
  await waitFor(
    async () => {
      const [bottomOfBanner = 0, topOfHeader = 0] = await tops();
      return bottomOfBanner > 20 && topOfHeader >= bottomOfBanner;
    },
    { what: 'a banner above the header' },
  );
  await service.gyre.start();
  await banner.waitFor({ state: 'detached' });
}, 60_000);
