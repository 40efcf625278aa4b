/**
 * What can be inferred from a game's definition, structurally: neither zod nor the schema package is imported, so
 * that a client's types stay small.
 */
interface Typed {
  readonly _zod: { readonly input: unknown; readonly output: unknown };
}

/** The parts of a game definition that clients use. `defineGame()` returns one. */
export interface GameType {
  readonly name: string;
  readonly state: { readonly '~type': object };
  readonly settings: Typed;
  readonly messages: Readonly<Record<string, Typed>>;
  readonly events: Readonly<Record<string, Typed>>;
  readonly refusals: readonly string[];
}
/** A registry of games, by name: `typeof games`. */
export type GameTypes = Readonly<Record<string, GameType>>;

export type StateOf<Game extends GameType> = Game['state']['~type'];
export type SettingsOf<Game extends GameType> = Game['settings']['_zod']['output'];
/** Settings as a host may write them: all optional. */
export type SettingsInputOf<Game extends GameType> = Game['settings']['_zod']['input'];
export type MessageNameOf<Game extends GameType> = keyof Game['messages'] & string;
export type PayloadOf<
  Game extends GameType,
  Name extends MessageNameOf<Game>,
> = Game['messages'][Name]['_zod']['input'];
export type EventNameOf<Game extends GameType> = keyof Game['events'] & string;
export type EventOf<Game extends GameType, Name extends EventNameOf<Game>> = Game['events'][Name]['_zod']['output'];
export type RefusalOf<Game extends GameType> = Game['refusals'][number];
/** Arguments after a message's name: none where the payload is `undefined`. */
export type PayloadArgs<Game extends GameType, Name extends MessageNameOf<Game>> =
  undefined extends PayloadOf<Game, Name> ? [payload?: PayloadOf<Game, Name>] : [payload: PayloadOf<Game, Name>];
