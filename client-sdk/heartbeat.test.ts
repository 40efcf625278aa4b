import { expect, test } from '@jest/globals';
import { waitFor } from '../tests/support/wait-for.ts';
import { Heartbeat } from './heartbeat.ts';
import { platformTiming } from './timing.ts';

/** A line that answers pings, or not, and counts what it is told. */
function line() {
  const told = { pings: 0, silences: 0, pingsMs: [] as number[] };
  let answers: 'all' | 'first' | 'none' = 'all';
  let answeredAtMs = 0;
  const heartbeat = new Heartbeat({
    timing: { ...platformTiming, nowMs: () => (answers === 'all' ? answeredAtMs : performance.now()) },
    everyMs: 5,
    silentAfterMs: 30,
    ping: (answered) => {
      told.pings += 1;
      if (answers === 'none' || (answers === 'first' && told.pings > 1)) return;
      heartbeat.heard();
      answeredAtMs += 12;
      answered();
    },
    measured: (pingMs) => void told.pingsMs.push(pingMs),
    silent: () => {
      told.silences += 1;
    },
  });
  const start = (which: typeof answers): void => {
    answers = which;
    heartbeat.start();
  };
  return { told, heartbeat, start, [Symbol.dispose]: () => heartbeat.stop() };
}

test('pings are measured for as long as the line is up', async () => {
  using up = line();
  up.start('all');
  await waitFor(() => up.told.pings >= 5);
  expect(up.told.silences).toBe(0);
  expect(new Set(up.told.pingsMs)).toEqual(new Set([12]));
});

test('a line that answered once and then falls silent is dead, though nobody closed it', async () => {
  using dead = line();
  dead.start('first');
  await waitFor(() => dead.told.silences > 0);
});

test('a line that falls silent as soon as it is up again is dead too', async () => {
  using back = line();
  back.start('all');
  await waitFor(() => back.told.pings > 0);
  back.start('none');
  await waitFor(() => back.told.silences > 0);
});

test('anything at all that arrives is a sign of life', async () => {
  using busy = line();
  busy.start('first');
  const frames = setInterval(() => busy.heartbeat.heard(), 3);
  // Far more pings than would fit into the silence that is one.
  await waitFor(() => busy.told.pings >= 15);
  clearInterval(frames);
  expect(busy.told.silences).toBe(0);
});

test('a server that never answers pings is not dead, it just does not know them', async () => {
  using old = line();
  old.start('none');
  const frames = setInterval(() => old.heartbeat.heard(), 40);
  await waitFor(() => old.told.pings >= 4);
  clearInterval(frames);
  expect(old.told.silences).toBe(0);
});
