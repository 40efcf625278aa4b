/** What every process of tests that is a Gyre does, whatever it plays. */
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/ops/logging.ts';
import { onStopRequest } from '../../src/ops/stop-request.ts';
import type { Gyre } from '../../src/running-gyre.ts';
import { resolveSecret } from '../../src/secret.ts';
import { startGyre } from '../../src/start-gyre.ts';
import type { GyreOptions } from '../../src/start-options.ts';

const FENCED_EXIT_CODE = 70;

/** Runs a Gyre as its environment says, until it is asked to stop. Its exit code is how many parts did not stop cleanly. */
export async function runHost(host: Pick<GyreOptions, 'games' | 'rooms' | 'sdk' | 'page'>): Promise<Gyre> {
  const config = await resolveSecret(readConfig(process.env));
  const gyre = await startGyre({
    ...host,
    config,
    log: createLogger(config.logLevel),
    build: 'test',
    onFenced: () => process.exit(FENCED_EXIT_CODE),
  });
  onStopRequest(() => {
    void gyre.stop().then((unclean) => process.exit(unclean.length));
  });
  return gyre;
}
