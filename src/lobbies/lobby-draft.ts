import { LOBBY_DATA_MAX_BYTES } from '../../protocol/limits.ts';
import type { DataPatch, LobbyCreate } from '../../protocol/lobbies.ts';
import type { StartMode } from '../../protocol/states.ts';
import type { GameDefinition } from '../../rooms/kit/define-game.ts';
import type { GameRegistry, Settings } from '../games/registry.ts';
import { mergePatch } from '../http/merge-patch.ts';
import { invalidField } from '../http/problem.ts';
import type { JsonData } from './full-lobby.ts';

/** A lobby as its host asks for it, defaults filled in but for the name. */
export interface LobbyDraft {
  readonly game: GameDefinition;
  /** null: by the host's name. */
  readonly name: string | null;
  readonly private: boolean;
  readonly passwordHash: string | null;
  readonly maxPlayers: number;
  readonly startMode: StartMode;
  readonly settings: Settings;
  readonly dataPublic: JsonData;
  readonly dataMembers: JsonData;
}

/**
 * Checks all that can be said about a new lobby by itself. Its password is left to whoever hashes it.
 * @throws ProblemError `invalid-request`
 */
export function draftLobby(games: GameRegistry, body: LobbyCreate): LobbyDraft {
  const game = games.require(body.game);
  const data = mergeData({ public: {}, members: {} }, withoutNulls(body.data));
  return {
    game,
    name: body.name ?? null,
    private: body.private ?? false,
    passwordHash: null,
    maxPlayers: checkMaxPlayers(body.maxPlayers ?? game.players.max, game),
    startMode: checkStartMode(body.startMode ?? game.startMode, game),
    settings: games.parseSettings(game.name, body.settings),
    dataPublic: data.public,
    dataMembers: data.members,
  };
}

interface Scopes {
  readonly public: JsonData;
  readonly members: JsonData;
}

/**
 * A merge-patch of both scopes; `null` for one, or for both, empties it.
 * @throws ProblemError `invalid-request` for more than 4 KB in a scope afterwards
 */
export function mergeData(current: Scopes, patch: DataPatch | null | undefined): Scopes {
  if (patch === undefined) return current;
  if (patch === null) return { public: {}, members: {} };
  return {
    public: mergeScope('public', current.public, patch.public),
    members: mergeScope('members', current.members, patch.members),
  };
}

function mergeScope(scope: keyof Scopes, current: JsonData, patch: JsonData | null | undefined): JsonData {
  if (patch === undefined) return current;
  if (patch === null) return {};
  const merged = mergePatch(current, patch) as JsonData;
  const bytes = Buffer.byteLength(JSON.stringify(merged));
  if (bytes <= LOBBY_DATA_MAX_BYTES) return merged;
  throw invalidField(
    `#/data/${scope}`,
    'too-large',
    `must have at most ${LOBBY_DATA_MAX_BYTES} bytes of JSON, has ${bytes}`,
  );
}

/** In POST, null means left out. */
function withoutNulls(data: DataPatch | null | undefined): DataPatch {
  return { public: data?.public ?? {}, members: data?.members ?? {} };
}

/** @throws ProblemError `invalid-request` at `#/maxPlayers` */
export function checkMaxPlayers(maxPlayers: number, { players }: GameDefinition, memberCount = 0): number {
  const least = Math.max(players.min, memberCount);
  if (maxPlayers < least) throw invalidField('#/maxPlayers', 'too-small', `must be at least ${least}`);
  if (maxPlayers > players.max) throw invalidField('#/maxPlayers', 'too-large', `must be at most ${players.max}`);
  return maxPlayers;
}

/** @throws ProblemError `invalid-request` at `#/startMode` */
export function checkStartMode(startMode: StartMode, game: GameDefinition): StartMode {
  if (startMode !== 'instant' || game.lateJoin) return startMode;
  throw invalidField(
    '#/startMode',
    'invalid-value',
    `instant needs a game that takes players late; ${game.name} doesn't`,
  );
}

/** @throws ProblemError `invalid-request` at `#/team` */
export function checkTeam(team: string | null, teams: readonly { readonly name: string }[]): void {
  if (team === null || teams.some(({ name }) => name === team)) return;
  const names = teams.map(({ name }) => name).join(', ');
  throw invalidField('#/team', 'invalid-value', names === '' ? 'this game has no teams' : `must be one of ${names}`);
}
