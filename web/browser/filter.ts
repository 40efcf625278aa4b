import type { GameName, LobbyQuery, LobbySummary } from '../../client-sdk/index.ts';
import type { Games } from '../../rooms/games.ts';
import type { PlayedName } from '../games/played.ts';

/** What the player looks for. */
export interface Filter {
  readonly game: PlayedName | 'all';
  readonly withOpenSeats: boolean;
  readonly withoutPassword: boolean;
  /** Part of a lobby's name. */
  readonly name: string;
}

export const initialFilter: Filter = { game: 'all', withOpenSeats: true, withoutPassword: false, name: '' };

const SHOWN_MAX = 50;
const RUNNING_TOO = { in: ['open', 'countdown', 'starting', 'in-match'] } as const;

/** The part of a filter that the server answers. Running games are asked for too, as some can be joined. */
export function queryOf({ game, withOpenSeats, withoutPassword }: Filter): LobbyQuery<GameName<Games>> {
  return {
    game: game === 'all' ? undefined : game,
    hasPassword: withoutPassword ? false : undefined,
    state: RUNNING_TOO,
    ...(withOpenSeats ? { openSlots: { ge: 1 }, locked: false } : {}),
    limit: SHOWN_MAX,
  };
}

/**
 * The part that is applied here: lists can't be searched by name, nor by whether a lobby lets people in now.
 * @param joinsLate whether a game takes players while it runs
 */
export function fits(filter: Filter, lobby: ListedLobby, joinsLate: (game: string) => boolean): boolean {
  if (filter.withOpenSeats && !isJoinable(lobby, joinsLate)) return false;
  return lobby.name.toLocaleLowerCase().includes(filter.name.trim().toLocaleLowerCase());
}

type ListedLobby = Pick<LobbySummary, 'name' | 'game' | 'state' | 'openSlots' | 'locked'>;

/** Whether one can sit down in it now. */
export function isJoinable(lobby: Omit<ListedLobby, 'name'>, joinsLate: (game: string) => boolean): boolean {
  if (lobby.openSlots === 0 || lobby.locked) return false;
  return lobby.state === 'open' || (lobby.state === 'in-match' && joinsLate(lobby.game));
}
