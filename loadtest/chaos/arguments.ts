import { parseArgs } from 'node:util';
import { FAULT_KINDS, type FaultKind } from './faults.ts';
import type { Subject } from './players/facts.ts';

export interface ChaosArguments {
  readonly seed: number;
  readonly faults: number;
  readonly subjects: readonly Subject[];
  readonly processes: number;
  readonly matches: number;
  readonly sdkPlayers: number;
  readonly plainPlayers: number;
  /** Players of the swarm, who play connect four besides. */
  readonly swarm: number;
  /** undefined: all. */
  readonly only: readonly FaultKind[] | undefined;
  /** undefined: as each kind has it. */
  readonly longestMs: number | undefined;
  /** Whether the network is to be cut, where that is possible. */
  readonly network: boolean;
  /** Whether a fault that could not be tried fails the run. */
  readonly strict: boolean;
  /** Writes the table into the documentation. */
  readonly docs: boolean;
  readonly out: string;
}

export const USAGE = `usage: npm run chaos -- [--seed 1] [--kills 20]
  [--against gyre|colyseus|both]   whom; left out: gyre
  [--processes 4]   of the cluster; 1: a single one, without Redis
  [--matches 4] [--sdk 3] [--plain 3]   matches of the field, and players of each by our SDK and by the plain Colyseus one
  [--swarm 8]       players of the swarm besides, who gather, play connect four and go again
  [--only kind,…]   of ${Object.keys(FAULT_KINDS).join(', ')}
  [--longest ms]    no fault lasts longer, unless its kind is to last longer at least
  [--no-network]    cuts no network
  [--strict]        what could not be tried is a failure; so it is where CI is set
  [--docs]          writes the table into docs/chaos.md
  [--out folder]    where the report goes; left out: artefacts/chaos`;

/** @throws Error that says what is wrong */
export function readArguments(argv: readonly string[], defaultOut: string): ChaosArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seed: { type: 'string', default: '1' },
      kills: { type: 'string', default: '20' },
      against: { type: 'string', default: 'gyre' },
      processes: { type: 'string', default: '4' },
      matches: { type: 'string', default: '4' },
      sdk: { type: 'string', default: '3' },
      plain: { type: 'string', default: '3' },
      swarm: { type: 'string', default: '8' },
      only: { type: 'string' },
      longest: { type: 'string' },
      'no-network': { type: 'boolean', default: false },
      strict: { type: 'boolean', default: (process.env['CI'] ?? '') !== '' },
      docs: { type: 'boolean', default: false },
      out: { type: 'string', default: defaultOut },
    },
  });
  const [sdkPlayers, plainPlayers] = [wholeFrom(1, '--sdk', values.sdk), wholeFrom(0, '--plain', values.plain)];
  if (sdkPlayers + plainPlayers > MOST_PLAYERS) throw new Error(`A match has at most ${MOST_PLAYERS} players.`);
  const swarm = wholeFrom(0, '--swarm', values.swarm);
  if (swarm % 2 !== 0) throw new Error('Connect four is played by two: --swarm must be even.');
  return {
    seed: wholeFrom(0, '--seed', values.seed),
    faults: wholeFrom(1, '--kills', values.kills),
    subjects: subjectsOf(values.against),
    processes: wholeFrom(1, '--processes', values.processes),
    matches: wholeFrom(1, '--matches', values.matches),
    sdkPlayers,
    plainPlayers,
    swarm,
    only: values.only === undefined ? undefined : kindsIn(values.only),
    longestMs: values.longest === undefined ? undefined : wholeFrom(0, '--longest', values.longest),
    network: !values['no-network'],
    strict: values.strict,
    docs: values.docs,
    out: values.out,
  };
}

const MOST_PLAYERS = 8;

function subjectsOf(text: string): readonly Subject[] {
  if (text === 'both') return ['gyre', 'colyseus'];
  if (text === 'gyre' || text === 'colyseus') return [text];
  throw new Error('--against must be gyre, colyseus or both.');
}

function kindsIn(text: string): readonly FaultKind[] {
  return text.split(',').map((name) => {
    if (!Object.hasOwn(FAULT_KINDS, name)) throw new Error(`There is no fault ${name}.`);
    return name as FaultKind;
  });
}

function wholeFrom(least: number, name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least) throw new Error(`${name} must be a whole number from ${least} on.`);
  return value;
}
