import { expect, test } from '@jest/globals';
import { waitFor } from '../../tests/support/wait-for.ts';
import { createLogger } from './logging.ts';
import { Periodic } from './periodic.ts';

test('a job is run again and again, also after it failed, until it is stopped', async () => {
  const lines: string[] = [];
  let runs = 0;
  const job = {
    name: 'counting',
    everyMs: 1,
    run: async () => {
      runs += 1;
      if (runs === 1) throw new Error('no luck');
    },
  };
  const periodic = new Periodic([job], createLogger('warn', { write: (line) => lines.push(line) }));
  periodic.start();
  await waitFor(() => runs > 3);
  expect(lines.join()).toContain('no luck');
  await periodic.stop();
  const stoppedAt = runs;
  await new Promise((resolve) => setImmediate(resolve));
  expect(runs).toBe(stoppedAt);
});

test('stopping waits for the run under way', async () => {
  const gate = Promise.withResolvers<void>();
  let begun = false;
  let ended = false;
  const run = async () => {
    begun = true;
    await gate.promise;
    ended = true;
  };
  const periodic = new Periodic([{ name: 'slow', everyMs: 1, run }], createLogger('silent'));
  periodic.start();
  await waitFor(() => begun);
  const stopped = periodic.stop().then(() => ended);
  gate.resolve();
  expect(await stopped).toBe(true);
});
