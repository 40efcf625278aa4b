// The players of a campaign, in a process of their own: all on one event loop, so that what they see has one order.
import { setTimeout as pause } from 'node:timers/promises';
import { childOptions, serveParent } from '../../bench/child-side.ts';
import { openLoop } from '../../open-loop.ts';
import { seededRandom, seedFor } from '../../random.ts';
import { beginColyseusMatch } from './colyseus-match.ts';
import type { PlayersFacts, PlayersOptions, PlayersStatus } from './facts.ts';
import { beginGyreMatch, type FieldMatch } from './gyre-match.ts';
import { Scribe } from './scribe.ts';

const SAY_EVERY_MS = 200;
/** A frame is due every 50 ms. */
const FRESH_MS = 300;
const LAG_PROBE_MS = 20;
const SETTLE_LIMIT_MS = 30_000;
const SETTLE_LOOK_MS = 100;

// The stock SDK tells of its reconnections there.
for (const method of ['info', 'warn', 'error', 'log'] as const) console[method] = () => undefined;

const {
  endpoint,
  subject,
  matches: matchCount,
  seed,
  scribes: scribeCount,
  ...perMatch
} = childOptions() as PlayersOptions;
const stopSaying = new AbortController();
const over = new AbortController();
const matches: FieldMatch[] = [];
const scribes: Scribe[] = [];
const lag = openLoop({ everyMs: LAG_PROBE_MS, signal: over.signal }, () => undefined);

serveParent({
  ready: {},
  asks: { begin, status, finish },
  onStop: () => over.abort(),
});

async function begin(): Promise<void> {
  const beginOne = subject === 'gyre' ? beginGyreMatch : beginColyseusMatch;
  for (let group = 0; group < matchCount; group += 1) matches.push(await beginOne({ endpoint, group, ...perMatch }));
  for (let index = 0; index < scribeCount; index += 1) {
    const scribe = new Scribe({ endpoint, name: `Scribe ${index + 1}`, random: seededRandom(seedFor(seed, index)) });
    await scribe.begin();
    scribes.push(scribe);
  }
  const random = seededRandom(seedFor(seed, -1));
  for (const player of players()) void talk(player, random() * SAY_EVERY_MS);
}

async function talk(player: FieldMatch['players'][number], delayMs: number): Promise<void> {
  await pause(delayMs);
  await openLoop({ everyMs: SAY_EVERY_MS, signal: stopSaying.signal }, () => player.say());
}

function status(): PlayersStatus {
  const waiting = players().filter(
    ({ isConnected, silentMs }) => !isConnected || silentMs === null || silentMs > FRESH_MS,
  );
  const owners = players().flatMap(({ state }) => (state === null ? [] : [ownerPid(state.owner)]));
  return { players: players().length, waiting: waiting.map(({ name }) => name), ownerPids: [...new Set(owners)] };
}

/** See `newOwnerMark`. */
function ownerPid(owner: string): number {
  return Number(owner.split('-')[0]);
}

async function finish(): Promise<PlayersFacts> {
  stopSaying.abort();
  const written = await Promise.allSettled(scribes.map((scribe) => scribe.finish()));
  await untilSettled();
  const seats = players().map((player) => player.report());
  const ends = await Promise.allSettled(matches.map((match) => match.end()));
  over.abort();
  for (const player of players()) player.close();
  return {
    seats,
    scribes: written.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
    wrongResults: ends.flatMap((end) => (end.status === 'fulfilled' ? end.value : [String(end.reason)])),
    failures: written.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : [])),
    lag: (await lag).toJSON(),
  };
}

async function untilSettled(): Promise<void> {
  const endMs = performance.now() + SETTLE_LIMIT_MS;
  while (performance.now() < endMs && !players().every(({ isSettled }) => isSettled)) await pause(SETTLE_LOOK_MS);
  // What plain clients said last is on its way as well.
  await pause(FRESH_MS);
}

function players(): FieldMatch['players'] {
  return matches.flatMap((match) => match.players);
}
