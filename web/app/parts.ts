import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { Gyre } from '../../client-sdk/index.ts';
import type { Lobby, Match } from '../../client-sdk/index.ts';
import type { Games } from '../../rooms/games.ts';
import { Announcements } from '../ui/announcements.ts';
import { Toasts } from '../ui/toasts.ts';
import { networkOfAddress } from './bad-network.ts';
import { Table } from './table.ts';

export type Client = Gyre<Games>;
/** The lobby and the match that the player is in, of whatever game. */
export type OwnLobby = Lobby;
export type OwnMatch = Match;

/** What lives as long as the page. */
export interface AppParts {
  readonly gyre: Client;
  readonly table: Table;
  readonly toasts: Toasts;
  readonly announcements: Announcements;
}

/** `tab`: two tabs are two players, so that one person can try both sides. */
export function createParts(): AppParts {
  const endpoint = new URL('.', location.href).href;
  const simulate = networkOfAddress(location.search) ?? undefined;
  const gyre = new Gyre<Games>({ endpoint, storage: 'tab', simulate });
  const toasts = new Toasts();
  return { gyre, toasts, table: new Table(gyre, toasts), announcements: new Announcements() };
}

export const AppContext = createContext<AppParts | null>(null);

export function useApp(): AppParts {
  const parts = useContext(AppContext);
  if (!parts) throw new Error('useApp() outside of the app');
  return parts;
}
