import path from 'node:path';
import { parseArgs } from 'node:util';

export interface ClusterArguments {
  readonly processes: number;
  /** Of the front; 0: any free one. */
  readonly port: number;
  readonly viewPort: number;
  readonly bots: number;
  readonly dataDir: string;
}

const MAX_PROCESSES = 16;
const MAX_BOTS = 1_000;
const MAX_PORT = 65_535;

export const USAGE = `usage: npm run cluster -- [--processes 4] [--port 2567] [--bots 8]
  --processes n    Gyre processes, 1–${MAX_PROCESSES}
  --port n         of the address that clients use; left out: PORT, or 2567
  --view-port n    of the live view; left out: the next one
  --bots n         robot players, in pairs; 0: none
  --data folder    left out: ./data/cluster`;

/** @throws Error that says what is wrong */
export function readArguments(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ClusterArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      processes: { type: 'string', default: '4' },
      port: { type: 'string', default: env['PORT'] || '2567' },
      'view-port': { type: 'string' },
      bots: { type: 'string', default: '8' },
      data: { type: 'string', default: path.join('data', 'cluster') },
    },
  });
  const port = whole('--port', values.port, { min: 0, max: MAX_PORT });
  const nextPort = port === 0 || port === MAX_PORT ? 0 : port + 1;
  const bots = whole('--bots', values.bots, { min: 0, max: MAX_BOTS });
  if (bots % 2 !== 0) throw new Error('--bots must be even: they play in pairs.');
  return {
    processes: whole('--processes', values.processes, { min: 1, max: MAX_PROCESSES }),
    port,
    viewPort: whole('--view-port', values['view-port'] ?? String(nextPort), { min: 0, max: MAX_PORT }),
    bots,
    dataDir: path.resolve(values.data),
  };
}

function whole(name: string, text: string, { min, max }: { readonly min: number; readonly max: number }): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new Error(`${name} must be a whole number from ${min} to ${max}.`);
}
