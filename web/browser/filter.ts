import type { AnyLobbySummary, LobbyQuery } from '../../client-sdk/index.ts';
import type { Games } from '../../rooms/games.ts';
import { GAME } from '../app/own-game.ts';

export type Summary = AnyLobbySummary<Games>;

/** What the player looks for. */
export interface Filter {
  readonly withOpenSeats: boolean;
  readonly withoutPassword: boolean;
  /** Part of a lobby's name. */
  readonly name: string;
}

export const initialFilter: Filter = { withOpenSeats: true, withoutPassword: false, name: '' };

const SHOWN_MAX = 50;

/** The part of a filter that the server answers. Without it being asked for free seats, running games are shown too. */
export function queryOf({ withOpenSeats, withoutPassword }: Filter): LobbyQuery<typeof GAME> {
  return {
    game: GAME,
    hasPassword: withoutPassword ? false : undefined,
    ...(withOpenSeats
      ? { openSlots: { ge: 1 }, locked: false }
      : { state: { in: ['open', 'countdown', 'starting', 'in-match'] } }),
    limit: SHOWN_MAX,
  };
}

/** The part that is applied here: lists can't be searched by name. */
export function matchesName({ name }: Filter, lobby: Pick<Summary, 'name'>): boolean {
  return lobby.name.toLocaleLowerCase().includes(name.trim().toLocaleLowerCase());
}
