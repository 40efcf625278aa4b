/** The arena, as a player in front of a browser meets it. What is in the picture is read off the canvas' data attributes. */
import type { Lobby } from '../../../protocol/lobbies.ts';
import { waitFor } from '../../support/wait-for.ts';
import type { PlayerPage } from './player-page.ts';

export interface Fighter {
  readonly name: string;
  readonly isBot: boolean;
  readonly hp: number;
  readonly screenX: number;
  readonly screenY: number;
}

/** Numbers are NaN while there is nothing to tell. */
export interface ArenaFacts {
  readonly match: string;
  /** Empty: one only watches. */
  readonly seat: string;
  readonly x: number;
  readonly y: number;
  readonly hp: number;
  readonly score: number;
  readonly deaths: number;
  readonly shots: number;
  readonly compared: number;
  readonly corrections: number;
  readonly fighters: readonly Fighter[];
}

const CANVAS = '[data-testid="arena"]';

/** Makes a lobby whose round begins at once, and waits until its host is in it. */
export async function openArena(
  host: PlayerPage,
  endpoint: string,
  settings: { readonly roundMs?: number; readonly botFill?: number } = {},
): Promise<string> {
  const client = await host.client(endpoint);
  const { body } = await client.post<Lobby & { readonly code: string }>('/v1/lobbies', {
    game: 'arena',
    startMode: 'instant',
    settings: { botFill: 0, ...settings },
  });
  await inArena(host);
  return body.code;
}

/** Fills in the dialog and makes a lobby, which is on the list by `name`. @param choices options by the labels of their fields */
export async function createArena(
  host: PlayerPage,
  name: string,
  choices: Readonly<Record<string, string>>,
): Promise<void> {
  await host.press('Create a lobby');
  const dialog = host.page.getByRole('dialog');
  for (const [label, option] of Object.entries(choices)) await dialog.getByLabel(label).selectOption(option);
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
  await host.press('Create');
}

/** Once the picture is there. */
export async function inArena(player: PlayerPage): Promise<void> {
  await player.page.locator(`${CANVAS}[data-match]`).waitFor();
}

export async function arenaFacts({ page }: PlayerPage): Promise<ArenaFacts> {
  const data = await page.locator(CANVAS).evaluate((canvas) => ({ ...(canvas as HTMLElement).dataset }));
  const numberOf = (name: string): number => (data[name] ? Number(data[name]) : Number.NaN);
  return {
    match: data.match ?? '',
    seat: data.seat ?? '',
    x: numberOf('x'),
    y: numberOf('y'),
    hp: numberOf('hp'),
    score: numberOf('score'),
    deaths: numberOf('deaths'),
    shots: numberOf('shots'),
    compared: numberOf('compared'),
    corrections: numberOf('corrections'),
    fighters: JSON.parse(data.fighters ?? '[]') as Fighter[],
  };
}

/** Waits until the picture is so. */
export async function untilArena(
  player: PlayerPage,
  isSo: (facts: ArenaFacts) => boolean,
  what: string,
): Promise<ArenaFacts> {
  let facts = await arenaFacts(player);
  const look = async (): Promise<boolean> => {
    facts = await arenaFacts(player);
    return isSo(facts);
  };
  await waitFor(look, { what });
  return facts;
}

export function sees(name: string): (facts: ArenaFacts) => boolean {
  return ({ fighters }) => fighters.some((fighter) => fighter.name === name);
}

/** Walks along one axis until within `near` pixels of the map; the way has to be free. */
export async function walkTo(player: PlayerPage, axis: 'x' | 'y', goal: number, near = 20): Promise<void> {
  const [back, forth] = axis === 'x' ? ['KeyA', 'KeyD'] : ['KeyW', 'KeyS'];
  const { keyboard } = player.page;
  const isThere = (facts: ArenaFacts): boolean => Math.abs(facts[axis] - goal) <= near;
  for (let tries = 0; tries < 20; tries += 1) {
    const facts = await arenaFacts(player);
    if (isThere(facts)) return;
    const isBefore = facts[axis] < goal;
    const key = isBefore ? forth : back;
    await keyboard.down(key);
    await untilArena(
      player,
      (now) => isThere(now) || now[axis] < goal !== isBefore || now[axis] !== facts[axis],
      `a way to ${axis} ${goal}`,
    );
    // Far away it goes on; near by, step by step.
    if (Math.abs(facts[axis] - goal) > 60)
      await untilArena(
        player,
        (now) => Math.abs(now[axis] - goal) < 60 || now[axis] < goal !== isBefore,
        `the neighbourhood of ${axis} ${goal}`,
      );
    await keyboard.up(key);
    await stands(player);
  }
  throw new Error(`never came to ${axis} ${goal}`);
}

/** Waits until the room has had every move, and the fighter is where the room has it. */
export async function stands(player: PlayerPage): Promise<void> {
  const read = (): Promise<boolean> =>
    player.page
      .locator(CANVAS)
      .evaluate(
        ({ dataset: { pending, x, y, roomX, roomY } }: HTMLElement) => pending === '0' && x === roomX && y === roomY,
      );
  await waitFor(read, { what: 'a fighter that stands' });
}

/** Aims with the mouse at somebody in the picture. */
export async function aimAt(player: PlayerPage, name: string): Promise<void> {
  const { fighters } = await arenaFacts(player);
  const target = fighters.find((fighter) => fighter.name === name);
  const box = await player.page.locator(CANVAS).boundingBox();
  if (!target || !box) throw new Error(`there is no ${name} in the picture`);
  await player.page.mouse.move(box.x + target.screenX, box.y + target.screenY);
}
