import { networkInterfaces } from 'node:os';
import type { Config } from './config.ts';

/** What a person should know who has just started Gyre. */
export function banner(config: Config, running: { readonly port: number; readonly embeddedDatabase: boolean }): string {
  const { port, embeddedDatabase } = running;
  const lines = [
    'Gyre is ready.',
    '',
    `  here      http://localhost:${port}`,
    ...lanAddresses(config.host).map((address) => `  network   http://${address}:${port}`),
    `  API       http://localhost:${port}/docs`,
    '',
    embeddedDatabase
      ? `  database  embedded PostgreSQL in ${config.dataDir}; set DATABASE_URL to use your own`
      : '  database  PostgreSQL at DATABASE_URL',
    `  matches   recorded in ${config.dataDir}: they go on after a restart`,
    '  settings  docs/configuration.md',
    '',
    'Ctrl-C stops it.',
  ];
  return lines.join('\n');
}

function lanAddresses(host: string): string[] {
  if (host !== '0.0.0.0' && host !== '::') return [];
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}
