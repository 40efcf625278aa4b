import { z } from 'zod';
import type { GameInfo } from '../../protocol/games.ts';
import type { GameDefinition } from '../../rooms/kit/define-game.ts';
import { mergePatch } from '../http/merge-patch.ts';
import { invalidField } from '../http/problem.ts';
import { parseOrProblem } from '../http/zod-problem.ts';
import { registrationFaults } from './registration.ts';

/** A game's settings, complete and valid. */
export type Settings = Readonly<Record<string, unknown>>;

const SETTINGS = { pointer: '#/settings' };

interface Entry {
  readonly game: GameDefinition;
  /** The game's schema, refusing what it doesn't know unless its author said what to do with that. */
  readonly settings: z.ZodObject;
  readonly info: GameInfo;
}

/** The games of this installation, checked once when it starts. */
export class GameRegistry {
  readonly #entries: ReadonlyMap<string, Entry>;

  /** @throws Error that names every fault of every game */
  constructor(games: Readonly<Record<string, GameDefinition>>) {
    const found = Object.entries(games).flatMap(([key, game]) =>
      registrationFaults(key, game).map((fault) => `game "${key}": ${fault}`),
    );
    if (found.length > 0) throw new Error(`These games can't be registered:\n  ${found.join('\n  ')}`);
    this.#entries = new Map(Object.entries(games).map(([name, game]) => [name, entryOf(game)]));
  }

  /** null for an unknown name. */
  get(name: string): GameDefinition | null {
    return this.#entries.get(name)?.game ?? null;
  }

  /** The game that a request's body names at `#/game`. @throws ProblemError `invalid-request` if it is unknown */
  require(name: string): GameDefinition {
    const game = this.get(name);
    if (game === null)
      throw invalidField('#/game', 'invalid-value', `must be one of ${[...this.#entries.keys()].join(', ')}`);
    return game;
  }

  /** Names of the games that may be watched. */
  get watchable(): ReadonlySet<string> {
    return new Set(this.names.filter((name) => this.get(name)?.spectators));
  }

  get names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** All games as `GET /v1/games` shows them, in the order of their registration. */
  infos(): readonly GameInfo[] {
    return [...this.#entries.values()].map(({ info }) => info);
  }

  /**
   * Complete settings from what a request says; nothing, or `null` for a key, means the default.
   * @throws ProblemError `invalid-request` with pointers below `#/settings`
   */
  parseSettings(game: string, input: Readonly<Record<string, unknown>> | null | undefined): Settings {
    return parseOrProblem(this.#entry(game).settings, mergePatch({}, input ?? {}), SETTINGS);
  }

  /** Settings after a merge-patch; `null` for a key, or for all of them, means the default. Throws as `parseSettings`. */
  mergeSettings(game: string, current: Settings, patch: Readonly<Record<string, unknown>> | null): Settings {
    return parseOrProblem(this.#entry(game).settings, patch === null ? {} : mergePatch(current, patch), SETTINGS);
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (!entry) throw new Error(`no game "${name}" is registered`);
    return entry;
  }
}

function entryOf(game: GameDefinition): Entry {
  const settings = game.settings.def.catchall ? game.settings : game.settings.strict();
  const info: GameInfo = {
    name: game.name,
    title: game.title,
    minPlayers: game.players.min,
    maxPlayers: game.players.max,
    teams: game.teams.map(({ name, maxPlayers }) => ({ name, maxPlayers })),
    startMode: game.startMode,
    lateJoin: game.lateJoin,
    spectators: game.spectators,
    lobbyKeys: [...game.lobbyKeys],
    settingsSchema: { ...z.toJSONSchema(settings, { io: 'input' }) },
    defaultSettings: settings.parse({}),
  };
  return { game, settings, info };
}
