import type { Browser } from 'playwright-core';
import { waitFor } from '../../support/wait-for.ts';
import { PlayerPage, type PlayerOptions } from './player-page.ts';

export interface Couple extends AsyncDisposable {
  readonly ann: PlayerPage;
  readonly ben: PlayerPage;
}

export interface CoupleOptions {
  readonly ann?: PlayerOptions;
  readonly ben?: PlayerOptions;
}

/** Ann and Ben, signed in, each in a browser of their own. */
export async function couple(browser: Browser, url: string, options: CoupleOptions = {}): Promise<Couple> {
  const [ann, ben] = await Promise.all([
    PlayerPage.open(browser, url, options.ann),
    PlayerPage.open(browser, url, options.ben),
  ]);
  await Promise.all([ann.signIn('Ann'), ben.signIn('Ben')]);
  return {
    ann,
    ben,
    async [Symbol.asyncDispose]() {
      await Promise.all([ann[Symbol.asyncDispose](), ben[Symbol.asyncDispose]()]);
    },
  };
}

/** What the browsers complained about. */
export function complaintsOf({ ann, ben }: Couple): string[] {
  return [...ann.complaints, ...ben.complaints];
}

/** Both ready in one lobby, until the board is there. */
export async function startGame({ ann, ben }: Couple, lobbyName: string): Promise<void> {
  const code = await ann.createLobby(lobbyName, (page) => page.getByLabel('Time for a turn').selectOption('2 minutes'));
  await ben.page.getByLabel('Have a code?').fill(code);
  await ben.press('Join');
  await ben.page.getByTestId('code').waitFor();
  await ann.press('I’m ready');
  await ben.press('I’m ready');
  await Promise.all([ann.page.getByTestId('board').waitFor(), ben.page.getByTestId('board').waitFor()]);
}

/** Who has the turn first, and who second. */
export async function inTurn({ ann, ben }: Couple): Promise<readonly [first: PlayerPage, second: PlayerPage]> {
  await waitFor(async () => (await ann.status) !== (await ben.status), { what: 'a turn' });
  return (await ann.status) === 'Your turn' ? [ann, ben] : [ben, ann];
}

/** Plays columns (1–7) in turn, beginning with whoever has the turn; each waits until both see the disc. */
export async function play(couple: Couple, columns: readonly number[]): Promise<void> {
  const players = await inTurn(couple);
  for (const [move, column] of columns.entries()) {
    const mover = players[move % 2 === 0 ? 0 : 1];
    const other = players[move % 2 === 0 ? 1 : 0];
    const discs = (await mover.discCount()) + 1;
    await mover.drop(column);
    await waitFor(async () => (await other.discCount()) === discs, { what: 'the same disc on the other side' });
  }
}
