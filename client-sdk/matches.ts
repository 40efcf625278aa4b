import type { GameTypes } from '../protocol/game-types.ts';
import type { MatchState } from '../protocol/states.ts';
import type { GameName } from './lobbies.ts';
import type { Match } from './match.ts';
import type { MatchView, PageView } from './views.ts';

export type AnyMatch<Games extends GameTypes> = { [Name in GameName<Games>]: Match<Games[Name]> }[GameName<Games>];
export type AnyMatchView<Games extends GameTypes> = {
  [Name in GameName<Games>]: MatchView<Games[Name]>;
}[GameName<Games>];

export interface MatchQuery<Name extends string = string> {
  readonly game?: Name | undefined;
  readonly state?: MatchState | undefined;
  /** 1–100, default 20. */
  readonly limit?: number | undefined;
}

/** Which matches to watch. */
export interface WatchableQuery<Name extends string = string> {
  readonly game?: Name | undefined;
  /** 1–100, default 20. */
  readonly limit?: number | undefined;
}

/** Matches, running and past. Everything rejects with a `GyreError`. */
export interface Matches<Games extends GameTypes> {
  get(matchId: string): Promise<AnyMatchView<Games>>;
  /** The signed-in player's own matches, newest first; `cursor` is the `nextCursor` of the page before. */
  history(query?: MatchQuery<GameName<Games>>, cursor?: string): Promise<PageView<AnyMatchView<Games>>>;
  /** Takes one's seat in a running match, from a link for instance. Lobbies do it by `nextMatch()`. */
  join(matchId: string): Promise<AnyMatch<Games>>;
  /** Running matches that the player may watch, newest first; `cursor` is the `nextCursor` of the page before. */
  list<Name extends GameName<Games>>(
    query: WatchableQuery<Name> & { readonly game: Name },
    cursor?: string,
  ): Promise<PageView<MatchView<Games[Name]>>>;
  list(query?: WatchableQuery<GameName<Games>>, cursor?: string): Promise<PageView<AnyMatchView<Games>>>;
  /**
   * Watches a running match without a seat, besides the player's own match: `gyre.match` stays what it is. By what a list
   * showed, or by an id. Ends with the match, or by `leave()`. Rejects with `not-found` if it may not be watched.
   */
  watch<Game extends Games[GameName<Games>]>(match: MatchView<Game>): Promise<Match<Game>>;
  watch(matchId: string): Promise<AnyMatch<Games>>;
}
