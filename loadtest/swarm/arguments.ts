import { parseArgs } from 'node:util';
import { swarmGames, type SwarmGameName } from './games.ts';

export interface SwarmArguments {
  readonly players: number;
  readonly game: SwarmGameName;
  readonly seconds: number;
  readonly seed: number;
  /** null: a Gyre of its own. */
  readonly endpoint: string | null;
  readonly generators: number;
  /** Each player loses its connection about this often; null: never. */
  readonly loseEverySeconds: number | null;
  readonly out: string;
}

/** As many players keep a generator's core about half busy. */
const PLAYERS_PER_GENERATOR = 200;

export const USAGE = `usage: npm run swarm -- [--players 20] [--game ${Object.keys(swarmGames).join('|')}] [--seconds 20] [--seed 1]
  [--endpoint http://…]   a running Gyre; left out: one of its own, on fresh data
  [--lose-every seconds]  breaks each player's connection about this often
  [--generators n]        processes that play; left out: one for each ${PLAYERS_PER_GENERATOR} players
  [--out folder]          where the report goes; left out: artefacts/swarm`;

/** @throws Error that says what is wrong */
export function readArguments(argv: readonly string[], defaultOut: string): SwarmArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      players: { type: 'string', default: '20' },
      game: { type: 'string', default: 'connect-four' },
      seconds: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
      endpoint: { type: 'string' },
      generators: { type: 'string' },
      'lose-every': { type: 'string' },
      out: { type: 'string', default: defaultOut },
    },
  });
  const { game } = values;
  if (!isGame(game)) throw new Error(`The swarm does not play ${game}.`);
  const players = wholeFrom(1, '--players', values.players);
  const { players: perMatch } = swarmGames[game];
  if (players % perMatch !== 0) throw new Error(`${game} is played by ${perMatch}: --players must be a multiple.`);
  if (values.endpoint !== undefined && !URL.canParse(values.endpoint))
    throw new Error('--endpoint must be an address.');
  const generators = values.generators ?? String(Math.ceil(players / PLAYERS_PER_GENERATOR));
  return {
    players,
    game,
    seconds: wholeFrom(1, '--seconds', values.seconds),
    seed: wholeFrom(0, '--seed', values.seed),
    endpoint: values.endpoint ?? null,
    generators: Math.min(wholeFrom(1, '--generators', generators), players / perMatch),
    loseEverySeconds: values['lose-every'] === undefined ? null : wholeFrom(1, '--lose-every', values['lose-every']),
    out: values.out,
  };
}

function isGame(name: string): name is SwarmGameName {
  return Object.hasOwn(swarmGames, name);
}

function wholeFrom(least: number, name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least) throw new Error(`${name} must be a whole number from ${least} on.`);
  return value;
}
