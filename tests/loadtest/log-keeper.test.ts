import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { LogKeeper } from '../../loadtest/swarm/log-keeper.ts';
import { createLogger } from '../../src/ops/logging.ts';
import { waitFor } from '../support/wait-for.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gyre-log-keeper-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('[LT-5] errors in the log of a Gyre are counted, of what was written all is kept', async () => {
  const file = path.join(folder, 'logs', 'server.log');
  const keeper = new LogKeeper(file);
  const output = new PassThrough();
  const written = keeper.follow([output, null]);
  const log = createLogger('warn', output);
  log.info('below its level');
  log.warn({ level: 'error' }, 'of no consequence');
  log.error({ err: new Error('torn') }, 'an error that says "level":"error" besides');
  log.fatal('the end');
  output.write('no line of a log\n');
  await waitFor(() => written().endsWith('no line of a log\n'));
  expect(keeper.errors).toBe(2);

  keeper.end();
  await waitFor(async () => (await readFile(file, 'utf8')) === written());
});

test('[LT-5] an error that comes in pieces, or after a restart, is counted once', async () => {
  const keeper = new LogKeeper(path.join(folder, 'server.log'));
  for (const pieces of [['{"lev', 'el":"error","msg":"ü', '"}\n'], ['{"level":"error"}\n{"level":"warn"}\n']]) {
    const output = new PassThrough();
    const written = keeper.follow([output]);
    for (const piece of pieces) output.write(piece);
    await waitFor(() => written() === pieces.join(''));
  }
  expect(keeper.errors).toBe(2);
  keeper.end();
});
