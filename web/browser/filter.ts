import type { AnyLobbySummary, GameName, LobbyQuery } from '../../client-sdk/index.ts';
import type { Games } from '../../rooms/games.ts';

export type Summary = AnyLobbySummary<Games>;

/** What the player looks for. */
export interface Filter {
  /** null: any game. */
  readonly game: GameName<Games> | null;
  readonly withOpenSeats: boolean;
  readonly withoutPassword: boolean;
  /** Part of a lobby's name. */
  readonly name: string;
}

export const initialFilter: Filter = { game: null, withOpenSeats: true, withoutPassword: false, name: '' };

const SHOWN_MAX = 50;

/** The part of a filter that the server answers. Without it being asked for free seats, running games are shown too. */
export function queryOf({ game, withOpenSeats, withoutPassword }: Filter): LobbyQuery<GameName<Games>> {
  return {
    game: game ?? undefined,
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
