import type { Schema } from '@colyseus/schema';
import { z } from 'zod';
import type { TeamInfo } from '../../protocol/games.ts';
import { RECONNECT_GRACE_DEFAULT_MS } from '../../protocol/limits.ts';
import type { StartMode } from '../../protocol/states.ts';

/** A class made by `schema({ … }, 'Name')`: it carries the type of its instances. */
export interface StateClass<State extends Schema = Schema> {
  readonly '~type': State;
}

/** How much of a room a crash may take: nothing that a client has seen, at most a second, everything. */
export const DURABILITIES = ['commit', 'snapshot', 'none'] as const;
export type Durability = (typeof DURABILITIES)[number];
export type PayloadSchemas = Readonly<Record<string, z.ZodType>>;

/** What an author writes in `game.ts`. Everything that may be left out has the default that is named beside it. */
export interface GameContract<
  Name extends string,
  State extends StateClass,
  Settings extends z.ZodObject,
  Messages extends PayloadSchemas,
  Refusal extends string,
  Events extends PayloadSchemas,
> {
  /** kebab-case, also the Colyseus room's name. */
  readonly name: Name;
  readonly title: string;
  readonly players: { readonly min: number; readonly max: number };
  /** A `schema({ … }, 'Name')` of primitives, arrays, maps and nested schemas. */
  readonly state: State;
  /** Every setting needs a default. Left out: no settings. */
  readonly settings?: Settings;
  /** What players may send, by name. `z.undefined()`: no payload. */
  readonly messages: Messages;
  /** What the room may send with `broadcast` and `seat.send`, by name. Left out: nothing but the state. */
  readonly events?: Events;
  /** Codes that `refuse()` may answer with. Left out: none. */
  readonly refusals?: readonly Refusal[];
  /**
   * What the crash of its process takes of a match. `commit` (left out): nothing that anybody has seen; what a step lets out
   * waits until it is recorded. `snapshot`: up to a second; nothing waits. `none`: the match.
   */
  readonly durability?: Durability;
  /** Raised by the author when rules change so that a running match could not go on. Left out: 1. */
  readonly version?: number;
  /** Left out: no teams. */
  readonly teams?: readonly TeamInfo[];
  /** How lobbies start unless their host says otherwise. Left out: `host`. */
  readonly startMode?: StartMode;
  readonly lateJoin?: boolean;
  readonly spectators?: boolean;
  /** Keys under a lobby's `data.public` that lists can be filtered by. */
  readonly lobbyKeys?: readonly string[];
  /** How long a seat waits for its player to come back, in ms of match time. Left out: 60,000. */
  readonly reconnectGraceMs?: number;
  /** Steps a second for a game with `onStep`, 1–60. Left out: a room only steps when there is something to do. */
  readonly tickRateHz?: number;
}

/** A contract with its defaults filled in: what the service, the rooms and the SDK's types work with. */
export interface GameDefinition<
  Name extends string = string,
  State extends StateClass = StateClass,
  Settings extends z.ZodObject = z.ZodObject,
  Messages extends PayloadSchemas = PayloadSchemas,
  Refusal extends string = string,
  Events extends PayloadSchemas = PayloadSchemas,
> {
  readonly name: Name;
  readonly title: string;
  readonly players: { readonly min: number; readonly max: number };
  readonly state: State;
  readonly settings: Settings;
  readonly messages: Messages;
  readonly events: Events;
  readonly refusals: readonly Refusal[];
  readonly durability: Durability;
  readonly version: number;
  readonly teams: readonly TeamInfo[];
  readonly startMode: StartMode;
  readonly lateJoin: boolean;
  readonly spectators: boolean;
  readonly lobbyKeys: readonly string[];
  readonly reconnectGraceMs: number;
  /** null: steps only when there is something to do. */
  readonly tickRateHz: number | null;
}

type NoSettings = z.ZodObject<Record<never, never>>;

/**
 * Declares a game: the contract between its room, its clients and the service.
 * Pure data: importable by a browser, pulls in nothing of the server.
 */
export function defineGame<
  const Name extends string,
  State extends StateClass,
  const Messages extends PayloadSchemas,
  Settings extends z.ZodObject = NoSettings,
  const Refusal extends string = never,
  const Events extends PayloadSchemas = Record<never, never>,
>(
  contract: GameContract<Name, State, Settings, Messages, Refusal, Events>,
): GameDefinition<Name, State, Settings, Messages, Refusal, Events> {
  return Object.freeze({
    settings: z.object({}) as unknown as Settings,
    events: {} as Events,
    refusals: [],
    durability: 'commit',
    version: 1,
    teams: [],
    startMode: 'host',
    lateJoin: false,
    spectators: false,
    lobbyKeys: [],
    reconnectGraceMs: RECONNECT_GRACE_DEFAULT_MS,
    tickRateHz: null,
    ...contract,
  });
}
