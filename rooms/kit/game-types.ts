import type { z } from 'zod';
import type { GameDefinition, PayloadSchemas, StateClass } from './define-game.ts';
import type { Refused } from './refusal.ts';
import type { Seat } from './seat.ts';

/** Types that a room infers from its game's contract. */
export type AnyGame = GameDefinition<string, StateClass, z.ZodObject, PayloadSchemas, string, PayloadSchemas>;

export type RoomState<Game extends AnyGame> = Game['state']['~type'];
export type RoomSettings<Game extends AnyGame> = z.output<Game['settings']>;
export type RefusalCode<Game extends AnyGame> = Game['refusals'][number];

export type Handler<Game extends AnyGame, Name extends keyof Game['messages']> = (
  seat: Seat<Game>,
  payload: z.output<Game['messages'][Name]>,
  // eslint-disable-next-line typescript/no-invalid-void-type -- handlers that return nothing are the common case
) => Refused<RefusalCode<Game>> | undefined | void;
/** One handler for each message of the contract: a forgotten one is a compile error. */
export type Handlers<Game extends AnyGame> = { readonly [Name in keyof Game['messages']]: Handler<Game, Name> };

export type EventName<Game extends AnyGame> = keyof Game['events'] & string;
export type EventPayload<Game extends AnyGame, Name extends EventName<Game>> = z.input<Game['events'][Name]>;
