import { expect, test } from '@jest/globals';
import type { Match } from '../../../protocol/matches.ts';
import { waitFor } from '../../support/wait-for.ts';
import { aimAt, arenaFacts, createArena, inArena, openArena, sees, untilArena, walkTo } from './arena-page.ts';
import { audit } from './audit.ts';
import { usePageService } from './page-service.ts';
import { PlayerPage } from './player-page.ts';
import { complaintsOf, couple } from './two-players.ts';

const service = usePageService();

const TEST_TIMEOUT_MS = 120_000;
/** A row of the courtyard with nothing in it, and a straight way there from every place where one appears. */
const FREE_ROW = 366;

// The first test: the arenas that others leave behind are open for a while, and the button leads into any.
test(
  '[WE-4] [WE-6] one button leads two people into one arena, where both see each other and walk',
  async () => {
    await using both = await couple(service.browser, service.gyre.endpoint);
    const { ann, ben } = both;
    await ann.press(/^Play arena now/);
    await inArena(ann);
    await ben.press(/^Play arena now/);
    await inArena(ben);
    const [annsFacts] = await Promise.all([untilArena(ann, sees('Ben'), 'Ben'), untilArena(ben, sees('Ann'), 'Ann')]);
    expect([annsFacts.seat, (await arenaFacts(ben)).seat]).toEqual(['0', '1']);
    const before = (await arenaFacts(ben)).fighters.find(({ name }) => name === 'Ann');
    const key = annsFacts.x < 800 ? 'ArrowRight' : 'ArrowLeft';
    await ann.page.keyboard.down(key);
    await untilArena(ann, ({ x }) => Math.abs(x - annsFacts.x) > 60, 'Ann on her way');
    await ann.page.keyboard.up(key);
    await ann.page.keyboard.press('Space');
    await untilArena(ann, ({ shots }) => shots === 1, 'a shot by keys alone');
    await untilArena(
      ben,
      ({ fighters }) =>
        fighters.some(({ name, screenX }) => name === 'Ann' && Math.abs(screenX - (before?.screenX ?? 0)) > 20),
      'Ann on her way in Ben’s picture',
    );
    expect(complaintsOf(both)).toEqual([]);
  },
  TEST_TIMEOUT_MS,
);

test(
  '[WE-4] [WE-6] a duel by mouse, with a reload and a kill -9 in the middle of the round: seat and score stay',
  async () => {
    await using both = await couple(service.browser, service.gyre.endpoint);
    const { ann, ben } = both;
    const code = await openArena(ann, service.gyre.endpoint);
    await ben.page.getByLabel('Have a code?').fill(code);
    await ben.press('Join');
    await untilArena(ann, sees('Ben'), 'Ben');
    await inArena(ben);
    await Promise.all([ann, ben].map((player) => walkTo(player, 'y', FREE_ROW)));
    await untilArena(ann, ({ fighters }) => fighters.length === 2, 'a picture of both');
    await aimAt(ann, 'Ben');
    await ann.page.mouse.down();
    const isDown = async (): Promise<boolean> => {
      if ((await arenaFacts(ben)).deaths === 1) return true;
      // The picture shows Ben a little late: an eye is kept on him.
      await aimAt(ann, 'Ben');
      return false;
    };
    await waitFor(isDown, { what: 'Ben’s fall' });
    await ann.page.mouse.up();
    await ben.page.getByTestId('respawn').waitFor();
    await Promise.all([ann.shoot('arena-duel'), ben.shoot('arena-down')]);
    const { seat, match, score } = await untilArena(ann, (facts) => facts.score === 1, 'a score');
    await untilArena(ben, ({ hp }) => hp === 100, 'Ben, back');

    await ann.page.reload();
    await inArena(ann);
    expect(await untilArena(ann, sees('Ben'), 'Ben, after a reload')).toMatchObject({ seat, match, score });
    await service.gyre.kill();
    await ann.page.getByText('Reconnecting… your seat is kept').waitFor();
    await service.gyre.start();
    await ann.page.getByText('Reconnecting…').waitFor({ state: 'detached' });
    await walkTo(ann, 'y', FREE_ROW + 40, 10);
    expect(await arenaFacts(ann)).toMatchObject({ seat, match, score });

    await ann.press('Chat');
    await ann.page.getByRole('textbox', { name: 'Message' }).pressSequentially('was sad');
    await ann.page.keyboard.press('Enter');
    await ben.press('Chat');
    await ben.page.getByText('was sad').waitFor();
    const { y, shots } = await arenaFacts(ann);
    expect(Math.abs(y - FREE_ROW - 40)).toBeLessThanOrEqual(10);
    expect(shots).toBe(0);
    expect(await audit(ann.page)).toEqual([]);
    expect(complaintsOf(both)).toEqual([]);
  },
  TEST_TIMEOUT_MS,
);

test(
  '[WE-7] [WE-8] a third watches; the round ends for all; “Play again” leads into the next one',
  async () => {
    await using ann = await PlayerPage.open(service.browser, service.gyre.endpoint);
    await using cat = await PlayerPage.open(service.browser, service.gyre.endpoint);
    await Promise.all([ann.signIn('Ann the Brave'), cat.signIn('Cat')]);
    await openArena(ann, service.gyre.endpoint, { roundMs: 9_000, botFill: 4 });
    await cat.press('Watch Ann the Brave');
    await inArena(cat);
    const { match } = await arenaFacts(ann);
    const watched = await untilArena(cat, sees('Ann the Brave'), 'the one to be watched');
    expect(watched).toMatchObject({ match, seat: '' });
    await cat.page.getByText('Watching', { exact: true }).waitFor();
    expect(await audit(cat.page)).toEqual([]);

    await Promise.all([ann, cat].map(({ page }) => page.getByTestId('end').waitFor()));
    await Promise.all([ann.shoot('arena-end'), cat.shoot('arena-watched-end')]);
    expect(await audit(ann.page)).toEqual([]);
    expect(await cat.page.getByTestId('end').textContent()).toContain('Ann the Brave');
    await cat.press('Back to the lobbies');
    await cat.page.getByRole('heading', { name: 'Find a game' }).waitFor();
    await ann.press('Play again');
    const next = await untilArena(ann, (facts) => facts.match !== '' && facts.match !== match, 'another round');
    await ann.page.getByTestId('end').waitFor({ state: 'detached' });
    expect(next.seat).toBe('0');
    expect([...ann.complaints, ...cat.complaints]).toEqual([]);
  },
  TEST_TIMEOUT_MS,
);

test(
  '[WE-3] where teams fight, each chooses one in the lobby, all see it, and that is who fights for whom',
  async () => {
    await using both = await couple(service.browser, service.gyre.endpoint);
    const { ann, ben } = both;
    const choices = { 'Who fights whom': 'Suns against Moons', 'It starts': 'when everyone is ready' };
    await createArena(ann, 'Side by side', choices);
    const row = ben.page.getByRole('listitem').filter({ hasText: 'Side by side' });
    await row.getByRole('button', { name: /^Join/ }).click();
    for (const { page } of [ann, ben]) {
      await page.getByRole('radiogroup', { name: 'Your team' }).getByText('Moons').click();
    }
    for (const { page } of [ann, ben]) {
      await waitFor(async () => (await page.getByRole('listitem').filter({ hasText: 'Moons' }).count()) === 2, {
        what: 'both among the Moons',
      });
    }
    await ann.shoot('lobby-teams');
    expect(await audit(ann.page)).toEqual([]);
    await ann.page.getByLabel('Who fights whom').selectOption('Everyone for themselves');
    await ben.page.getByRole('radiogroup', { name: 'Your team' }).waitFor({ state: 'detached' });
    await ann.page.getByLabel('Who fights whom').selectOption('Suns against Moons');
    await ben.page.getByRole('radiogroup', { name: 'Your team' }).getByText('Moons').click();
    for (const player of [ann, ben]) await player.press('I’m ready');
    await Promise.all([inArena(ann), inArena(ben)]);
    await untilArena(ann, sees('Ben'), 'Ben');
    await ann.shoot('arena-teams');
    const api = await ann.client(service.gyre.endpoint);
    const { body } = await api.get<Match>(`/v1/matches/${(await arenaFacts(ann)).match}`);
    expect(body.seats.map(({ team }) => team)).toEqual(['blue', 'blue']);
    expect(complaintsOf(both)).toEqual([]);
  },
  TEST_TIMEOUT_MS,
);

test(
  '[WE-3] an arena is made with settings of its own; the list tells of it, lets others in while it runs, and can be asked for one game',
  async () => {
    await using both = await couple(service.browser, service.gyre.endpoint);
    const { ann, ben } = both;
    const choices = { 'Who fights whom': 'Suns against Moons', 'A round': '5 minutes', Map: 'Lanes' };
    await createArena(ann, 'High noon', choices);
    await inArena(ann);
    const row = ben.page.getByRole('listitem').filter({ hasText: 'High noon' });
    await row.getByText('Arena, Suns against Moons, 5 minutes').waitFor();
    const chosen = ben.page.getByRole('search');
    await chosen.getByText('Connect four').click();
    await row.waitFor({ state: 'detached' });
    await chosen.getByText('Arena').click();
    await row.getByRole('button', { name: /^Join/ }).click();
    await Promise.all([untilArena(ben, sees('Ann'), 'Ann'), untilArena(ann, sees('Ben'), 'Ben')]);
    await waitFor(async () => (await ann.page.getByRole('list', { name: 'Teams' }).textContent()) === 'Suns0Moons0', {
      what: 'the teams',
    });
    await ann.press('Leave');
    await ann.page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
    await ann.page.getByRole('heading', { name: 'Find a game' }).waitFor();
    await untilArena(ben, ({ fighters }) => fighters.every(({ name }) => name !== 'Ann'), 'an arena without Ann');
    expect(complaintsOf(both)).toEqual([]);
  },
  TEST_TIMEOUT_MS,
);
