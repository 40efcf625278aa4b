import { parseArgs } from 'node:util';
import type { Style } from './game.ts';
import { swarmGames, type SwarmGameName } from './games.ts';

export interface SwarmArguments {
  readonly players: number;
  readonly game: SwarmGameName;
  readonly seconds: number;
  readonly seed: number;
  /** null: a Gyre of its own. */
  readonly endpoint: string | null;
  readonly generators: number;
  /** How many watch, besides the players. */
  readonly watchers: number;
  readonly style: Style;
  /** Each player loses its connection about this often; null: never. */
  readonly loseEverySeconds: number | null;
  /** The swarm's own Gyre is killed and started again this often; null: never. */
  readonly killEverySeconds: number | null;
  readonly out: string;
}

/** As many players keep a generator's core about half busy. */
const PLAYERS_PER_GENERATOR = 200;

export const USAGE = `usage: npm run swarm -- [--players 20] [--game ${Object.keys(swarmGames).join('|')}] [--seconds 20] [--seed 1]
  [--endpoint http://…]   a running Gyre; left out: one of its own, on fresh data
  [--watchers n]          so many watch, besides the players
  [--round-ms n]          how long a round of the arena lasts
  [--predict]             clients run ahead of the room, where the game is played like that
  [--latency ms [--jitter ms] [--loss 0–1]]   the network that the SDK simulates
  [--lose-every seconds]  breaks each player's connection about this often
  [--kill-every seconds]  kills its own Gyre (SIGKILL) this often, and starts it again
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
      watchers: { type: 'string', default: '0' },
      'round-ms': { type: 'string' },
      predict: { type: 'boolean', default: false },
      latency: { type: 'string' },
      jitter: { type: 'string', default: '0' },
      loss: { type: 'string', default: '0' },
      'lose-every': { type: 'string' },
      'kill-every': { type: 'string' },
      out: { type: 'string', default: defaultOut },
    },
  });
  const { game } = values;
  if (!isGame(game)) throw new Error(`The swarm does not play ${game}.`);
  const players = wholeFrom(1, '--players', values.players);
  const { players: perMatch } = swarmGames[game];
  if (players % perMatch !== 0)
    throw new Error(`A match of ${game} has ${perMatch} players: --players must be a multiple of ${perMatch}.`);
  if (values.endpoint !== undefined && !URL.canParse(values.endpoint))
    throw new Error('--endpoint must be an address.');
  if (values.endpoint !== undefined && values['kill-every'] !== undefined) {
    throw new Error('--kill-every kills only a Gyre of its own: leave out --endpoint.');
  }
  const generators = values.generators ?? String(Math.ceil(players / PLAYERS_PER_GENERATOR));
  return {
    players,
    game,
    seconds: wholeFrom(1, '--seconds', values.seconds),
    seed: wholeFrom(0, '--seed', values.seed),
    endpoint: values.endpoint ?? null,
    generators: Math.min(wholeFrom(1, '--generators', generators), players / perMatch),
    watchers: wholeFrom(0, '--watchers', values.watchers),
    style: {
      roundMs: values['round-ms'] === undefined ? null : wholeFrom(1_000, '--round-ms', values['round-ms']),
      predict: values.predict,
      network: values.latency === undefined ? null : networkOf({ ...values, latency: values.latency }),
    },
    loseEverySeconds: values['lose-every'] === undefined ? null : wholeFrom(1, '--lose-every', values['lose-every']),
    killEverySeconds: values['kill-every'] === undefined ? null : wholeFrom(1, '--kill-every', values['kill-every']),
    out: values.out,
  };
}

function networkOf({ latency, jitter, loss }: Record<'latency' | 'jitter' | 'loss', string>): Style['network'] {
  const share = Number(loss);
  if (!(share >= 0 && share < 1)) throw new Error('--loss must be a share from 0 to below 1.');
  return { latencyMs: wholeFrom(0, '--latency', latency), jitterMs: wholeFrom(0, '--jitter', jitter), loss: share };
}

function isGame(name: string): name is SwarmGameName {
  return Object.hasOwn(swarmGames, name);
}

function wholeFrom(least: number, name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least) throw new Error(`${name} must be a whole number from ${least} on.`);
  return value;
}
