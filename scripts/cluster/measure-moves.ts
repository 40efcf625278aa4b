// `node scripts/cluster/measure-moves.ts [--matches 10] [--processes 3] [--rounds 2]`: a rolling restart under load. Arenas of
// eight, all of whom move all the time, on a local cluster; each process is drained in turn, and starts again. Told is the pause of
// each player at each move: from the last state that the old owner sent to the first of the new one. States come every 50 ms.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Gyre, GyreError, type Lobby, type Match } from '../../client-sdk/index.ts';
import type { Games } from '../../rooms/games.ts';
import { LocalCluster } from './local-cluster.ts';
import type { Member } from './member.ts';
import { Operator } from './operator.ts';
import { Latencies } from '../../loadtest/latencies.ts';
import { arena } from '../../loadtest/swarm/games/arena.ts';

const ROUND_MS = 900_000;
const SETTLE_MS = 2_000;
const RETRY_MS = 50;
const LIMIT_MS = 300_000;
const SHARES = [0.5, 0.9, 0.99] as const;

interface Playing {
  readonly gyre: Gyre<Games>;
  readonly match: Match<Games['arena']>;
  readonly stop: () => void;
}

const { values } = parseArgs({
  options: {
    matches: { type: 'string', default: '10' },
    processes: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '2' },
  },
});
const pauses = new Latencies();
const drainsMs: number[] = [];
const dataDir = await mkdtemp(path.join(tmpdir(), 'gyre-moves-'));
const cluster = await LocalCluster.start({ processes: Number(values.processes), port: 0, host: '127.0.0.1', dataDir });
const limit = setTimeout(() => process.exit(1), LIMIT_MS);
try {
  await until(() => cluster.members.every(({ isReady }) => isReady));
  const groups = await Promise.all(Array.from({ length: Number(values.matches) }, () => gather()));
  const players = groups.flat();
  await wait(SETTLE_MS);
  const operator = new Operator(cluster.members, cluster.operatorToken);
  for (let round = 0; round < Number(values.rounds); round += 1)
    for (const member of cluster.members) await restart(operator, member);
  report(players);
  for (const { stop, gyre } of players) {
    stop();
    gyre.close();
  }
} finally {
  clearTimeout(limit);
  await cluster.stop();
  await rm(dataDir, { recursive: true, force: true });
}

async function gather(): Promise<readonly Playing[]> {
  const endpoint = `http://127.0.0.1:${cluster.front.port}`;
  const gyres = Array.from({ length: arena.players }, () => new Gyre<Games>({ endpoint, storage: 'memory' }));
  await Promise.all(gyres.map((gyre) => gyre.signInAsGuest()));
  const [host, ...guests] = gyres as [Gyre<Games>, ...Gyre<Games>[]];
  const lobby = await host.lobbies.create({ game: 'arena', settings: { roundMs: ROUND_MS, botFill: 0 } });
  const joined = await Promise.all(guests.map((gyre) => join(gyre, lobby.view)));
  const matches = await Promise.all([lobby, ...joined].map((each) => each.nextMatch()));
  return matches.map((match, seat) => watch(gyres[seat] as Gyre<Games>, match));
}

/** An arena begins with its first two; while it does, it takes nobody. */
async function join(gyre: Gyre<Games>, view: Lobby<Games['arena']>['view']): Promise<Lobby<Games['arena']>> {
  for (;;) {
    try {
      return await gyre.lobbies.join<Games['arena']>(view);
    } catch (error) {
      if (!(error instanceof GyreError) || error.code !== 'wrong-state') throw error;
      await wait(RETRY_MS);
    }
  }
}

/** Plays, and measures each pause that comes with a lost connection. */
function watch(gyre: Gyre<Games>, match: Match<Games['arena']>): Playing {
  let lastAtMs = performance.now();
  let isLost = false;
  let wasConnected = false;
  match.subscribe(({ connection }) => {
    const isConnected = connection === 'connected';
    isLost ||= wasConnected && !isConnected;
    wasConnected = isConnected;
  });
  match.onPatch(() => {
    const nowMs = performance.now();
    if (isLost) pauses.add(nowMs - lastAtMs);
    isLost = false;
    lastAtMs = nowMs;
  });
  const play = arena.play(match, { predict: false, random: Math.random });
  return { gyre, match, stop: () => play.stop() };
}

async function restart(operator: Operator, member: Member): Promise<void> {
  const startedMs = performance.now();
  const before = member.pid;
  await operator.drain(member);
  await until(() => member.pid !== before);
  drainsMs.push(Math.round(performance.now() - startedMs));
  await until(() => member.isReady);
  await wait(SETTLE_MS);
}

function report(players: readonly Playing[]): void {
  const lost = players.filter(({ match }) => match.view.connection !== 'connected').length;
  const quantiles = SHARES.map((share) => `p${share * 100} ${Math.round(pauses.quantileMs(share))}`).join(', ');
  console.log(
    `${players.length} players in ${values.matches} matches on ${values.processes} processes, ${drainsMs.length} drains`,
  );
  console.log(
    `${pauses.count} pauses: ${quantiles}, max ${Math.round(pauses.maxMs)} ms; ${lost} players not connected`,
  );
  console.log(`a drain, until its process has ended: ${drainsMs.join(', ')} ms`);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(20);
}
