import { arenaPage } from '../arena/page.tsx';
import { connectFourPage } from '../connect-four/page.tsx';
import type { PageGame } from './page-game.ts';
import type { PlayedName } from './played.ts';

const PAGE_GAMES: { readonly [Name in PlayedName]: PageGame<Name> } = {
  arena: arenaPage,
  'connect-four': connectFourPage,
};

/** What the page knows of a game that it can play. */
export function pageGameOf<Name extends PlayedName>(name: Name): PageGame<Name> {
  return PAGE_GAMES[name];
}
