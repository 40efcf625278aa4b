import { expect, test } from '@jest/globals';
import { waitFor } from '../../support/wait-for.ts';
import { usePageService } from './page-service.ts';
import { complaintsOf, couple, startGame } from './two-players.ts';

const service = usePageService();

// The first test: the lobbies that others leave behind are open for a while, and a quick game takes any.
test('[WE-1] two quick games meet; whoever signs out is forgotten by the tab', async () => {
  await using both = await couple(service.browser, service.gyre.endpoint);
  const { ann, ben } = both;
  await ann.press(/^Quick game/);
  await ann.page.getByText('Waiting for one more player').waitFor();
  await ben.press(/^Quick game/);
  await Promise.all([ann, ben].map(({ page }) => page.getByTestId('board').waitFor()));
  await ben.press('Sign out');
  await ben.page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
  await ben.page.getByLabel('Your name').waitFor();
  await ann.page.getByTestId('end').getByText('Ben gave up.').waitFor();
  await ben.page.reload();
  await ben.page.getByLabel('Your name').waitFor();
  expect(complaintsOf(both)).toEqual([]);
}, 60_000);

test('[WE-1] a private lobby is in no list; its link leads in, past its password', async () => {
  await using both = await couple(service.browser, service.gyre.endpoint);
  const { ann, ben } = both;
  const code = await ann.createLobby('Secret circle', async (page) => {
    await page.getByRole('switch', { name: /^Private/ }).click({ force: true });
    await page.getByRole('textbox', { name: 'Password' }).fill('open sesame');
  });
  const row = ben.page.getByRole('listitem').filter({ hasText: 'Secret circle' });
  await ann.page.getByRole('switch', { name: /^Private/ }).click({ force: true });
  await row.waitFor();
  await ann.page.getByRole('switch', { name: /^Private/ }).click({ force: true });
  await row.waitFor({ state: 'detached' });
  await ben.page.goto(`${service.gyre.endpoint}/?code=${code.toLowerCase()}`);
  const dialog = ben.page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Password' }).fill('guess');
  await dialog.getByRole('button', { name: 'Join' }).click();
  await ben.page.getByText('That password isn’t right.').waitFor();
  await dialog.getByRole('textbox', { name: 'Password' }).fill('open sesame');
  await dialog.getByRole('button', { name: 'Join' }).click();
  await ben.page.getByRole('heading', { name: /Secret circle/ }).waitFor();
  expect(new URL(ben.page.url()).hash).toMatch(/^#\/lobby\/l_/);
  expect(complaintsOf(both)).toEqual([]);
}, 60_000);

test('[WE-1] the list follows what happens, and shows what one looks for', async () => {
  await using both = await couple(service.browser, service.gyre.endpoint);
  const { ann, ben } = both;
  const row = ben.page.getByRole('listitem').filter({ hasText: 'Open house' });
  await ann.createLobby('Open house');
  await row.waitFor();
  await ben.page.getByLabel('Search by name').fill('closed');
  await row.waitFor({ state: 'detached' });
  await ben.page.getByLabel('Search by name').fill('open h');
  await row.waitFor();
  await ann.page.getByRole('switch', { name: /^Locked/ }).click({ force: true });
  await row.waitFor({ state: 'detached' });
  await ben.page.getByRole('switch', { name: 'Free seats' }).click({ force: true });
  await row.getByText('Locked').waitFor();
  await ann.press('Leave the lobby');
  await row.waitFor({ state: 'detached' });
  expect(complaintsOf(both)).toEqual([]);
}, 60_000);

test('[WE-1] a host hands out settings and the door, and starts by hand', async () => {
  await using both = await couple(service.browser, service.gyre.endpoint);
  const { ann, ben } = both;
  const code = await ann.createLobby('By the rules', (page) =>
    page.getByLabel('It starts').selectOption('when the host says so'),
  );
  await ben.page.getByLabel('Have a code?').fill(code);
  await ben.press('Join');
  await ben.press('I’m ready');
  await ann.page.getByText('Everyone is ready', { exact: true }).waitFor();
  await ann.page.getByLabel('Time for a turn').selectOption('1 minute');
  await ben.page.getByText('1 minute').waitFor();
  // A change of the rules asks everyone anew.
  await ann.page.getByText('Waiting for Ben').waitFor();
  await ben.press('I’m ready');
  await ann.press('Start the game');
  await ann.press('Cancel');
  await ben.page.getByText('The host stopped the countdown.').waitFor();
  await ben.press('Change your name');
  await ben.page.getByRole('dialog').getByLabel('Your name').fill('Benedikt');
  await ben.press('Save');
  await ann.page.getByRole('listitem').filter({ hasText: 'Benedikt' }).waitFor();
  await ann.press('Remove Benedikt');
  await ann.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await ben.page.getByText('The host removed you from the lobby.').waitFor();
  await ben.page.getByLabel('Have a code?').fill(code);
  await ben.press('Join');
  await ben.page.getByText('you can’t come back in').waitFor();
  await waitFor(async () => (await ann.page.locator('.member').count()) === 2, { what: 'a free seat' });
  expect(complaintsOf(both)).toEqual([]);
}, 60_000);

test('[WE-1] a link to another lobby asks before it leaves the present one', async () => {
  await using both = await couple(service.browser, service.gyre.endpoint);
  const { ann, ben } = both;
  const code = await ann.createLobby('Over here');
  await ben.createLobby('Over there');
  await ben.page.goto(`${service.gyre.endpoint}/?code=${code}`);
  await ben.press('Leave and join');
  await ben.page.getByRole('heading', { name: 'Over here' }).waitFor();
  expect(complaintsOf(both)).toEqual([]);
}, 60_000);

test('[WE-1] the same game in a second tab is taken over there, and back', async () => {
  await using both = await couple(service.browser, service.gyre.endpoint);
  const { ann } = both;
  await startGame(both, 'Here and there');
  // A tab that was duplicated begins with a copy of the storage of the first.
  const stored = await ann.page.evaluate(() => JSON.stringify(sessionStorage));
  const second = await ann.page.context().newPage();
  await second.addInitScript((text) => {
    for (const [key, value] of Object.entries(JSON.parse(text) as Record<string, string>))
      sessionStorage.setItem(key, value);
  }, stored);
  await second.goto(service.gyre.endpoint);
  await second.getByTestId('board').waitFor();
  await ann.page.getByTestId('end').getByText('another tab or on another device').waitFor();
  await ann.press('Play here instead');
  await ann.page.getByTestId('status').waitFor();
  await second.getByTestId('end').getByText('another tab or on another device').waitFor();
  await second.getByRole('button', { name: 'Back to the lobby' }).click();
  await second.getByRole('button', { name: 'Return to it' }).click();
  await second.getByTestId('status').waitFor();
  expect(complaintsOf(both)).toEqual([]);
}, 60_000);
