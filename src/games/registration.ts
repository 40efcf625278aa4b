import type { Schema } from '@colyseus/schema';
import { z } from 'zod';
import { DURABILITIES, type GameDefinition } from '../../rooms/kit/define-game.ts';
import { assertRecordable, UnrecordableStateError } from '../../rooms/kit/state-codec.ts';

/** The hub is a room, too. */
const RESERVED_NAMES = new Set(['hub']);
const KEBAB_CASE = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const LOBBY_KEY = /^[A-Za-z0-9_-]{1,40}$/;
const MAX_NAME_LENGTH = 40;
const MAX_PLAYERS = 64;
const MAX_TICK_RATE_HZ = 60;

/** All that is wrong with a game, each in one sentence for its author. Empty: it may be registered under `key`. */
export function registrationFaults(key: string, game: GameDefinition): readonly string[] {
  return [
    ...nameFaults(key, game),
    ...playerFaults(game),
    ...teamFaults(game),
    ...timingFaults(game),
    ...startFaults(game),
    ...messageFaults(game),
    ...settingsFaults(game.settings),
    ...durabilityFaults(game),
    ...stateFaults(game),
  ];
}

function nameFaults(key: string, { name, title, lobbyKeys }: GameDefinition): string[] {
  const badKeys = lobbyKeys.filter((lobbyKey, i) => !LOBBY_KEY.test(lobbyKey) || lobbyKeys.indexOf(lobbyKey) !== i);
  return faults([
    [name !== key, `is registered as "${key}", but its name is "${name}": they must be the same`],
    [
      !KEBAB_CASE.test(name) || name.length > MAX_NAME_LENGTH,
      `name must be kebab-case, at most ${MAX_NAME_LENGTH} characters`,
    ],
    [RESERVED_NAMES.has(name), `name "${name}" is taken by the service`],
    [title.trim() === '', 'title must not be empty'],
    [badKeys.length > 0, `lobbyKeys must be different words of A–Z, a–z, 0–9, _ and -, not ${JSON.stringify(badKeys)}`],
  ]);
}

function playerFaults({ players }: GameDefinition): string[] {
  const whole = Number.isInteger(players.min) && Number.isInteger(players.max);
  const inOrder = 1 <= players.min && players.min <= players.max && players.max <= MAX_PLAYERS;
  return faults([
    [
      !whole || !inOrder,
      `players must be whole numbers with 1 ≤ min ≤ max ≤ ${MAX_PLAYERS}, not ${players.min}–${players.max}`,
    ],
  ]);
}

function teamFaults({ teams, players }: GameDefinition): string[] {
  if (teams.length === 0) return [];
  const seats = teams.reduce((sum, team) => sum + team.maxPlayers, 0);
  return faults([
    [new Set(teams.map((team) => team.name)).size < teams.length, 'teams must have different names'],
    [teams.some((team) => !KEBAB_CASE.test(team.name)), "teams' names must be kebab-case"],
    [
      teams.some((team) => !Number.isInteger(team.maxPlayers) || team.maxPlayers < 1),
      "teams' maxPlayers must be whole and at least 1",
    ],
    [seats < players.max, `teams have ${seats} places, fewer than players.max (${players.max})`],
  ]);
}

function timingFaults({ version, reconnectGraceMs, tickRateHz }: GameDefinition): string[] {
  const ticks = tickRateHz === null || (tickRateHz >= 1 && tickRateHz <= MAX_TICK_RATE_HZ);
  return faults([
    [!Number.isInteger(version) || version < 1, 'version must be a whole number, at least 1'],
    [
      !Number.isInteger(reconnectGraceMs) || reconnectGraceMs < 0,
      'reconnectGraceMs must be a whole number, at least 0',
    ],
    [!ticks, `tickRateHz must be from 1 to ${MAX_TICK_RATE_HZ}`],
  ]);
}

function messageFaults({ messages, events, refusals }: GameDefinition): string[] {
  const names = [...Object.keys(messages), ...Object.keys(events)];
  return faults([
    [
      names.some((name) => name === '' || name.startsWith('__')),
      'messages and events must have names that do not begin with __',
    ],
    [refusals.some((code) => !KEBAB_CASE.test(code)), 'refusals must be kebab-case'],
  ]);
}

function settingsFaults(settings: z.ZodObject): string[] {
  const defaults = settings.safeParse({});
  if (!defaults.success) {
    const names = new Set(defaults.error.issues.map((issue) => String(issue.path[0])));
    return [`every setting needs a default: ${[...names].join(', ')} has none`];
  }
  const again = settings.safeParse(defaults.data);
  // They are kept as JSON and parsed again with each change.
  const stable = again.success && JSON.stringify(again.data) === JSON.stringify(defaults.data);
  return faults([
    [!stable, 'settings must come out of their schema as they went in: no transforms, JSON only'],
    [
      !hasJsonSchema(settings),
      'settings must be expressible as JSON Schema: plain types, no transforms, dates or bigints',
    ],
  ]);
}

function hasJsonSchema(schema: z.ZodObject): boolean {
  try {
    z.toJSONSchema(schema, { io: 'input' });
    z.toJSONSchema(schema, { io: 'output' });
    return true;
  } catch {
    return false;
  }
}

function startFaults({ startMode, lateJoin }: GameDefinition): string[] {
  return faults([
    [startMode === 'instant' && !lateJoin, 'startMode "instant" needs lateJoin: players come as they like'],
  ]);
}

function durabilityFaults({ durability }: GameDefinition): string[] {
  const names = DURABILITIES.map((name) => `"${name}"`).join(', ');
  return faults([[!DURABILITIES.includes(durability), `durability must be one of ${names}, not "${durability}"`]]);
}

/** What can't be brought back faithfully is refused here: nothing of it shows before a crash. */
function stateFaults({ state }: GameDefinition): string[] {
  try {
    assertRecordable(state as unknown as new () => Schema);
    return [];
  } catch (error) {
    if (error instanceof UnrecordableStateError) return [error.message];
    throw error;
  }
}

function faults(checks: readonly (readonly [wrong: boolean, text: string])[]): string[] {
  return checks.filter(([wrong]) => wrong).map(([, text]) => text);
}
