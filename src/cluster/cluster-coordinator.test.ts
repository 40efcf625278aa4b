import { expect, test } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { createTestDatabase } from '../../tests/support/postgres.ts';
import { TcpProxy } from '../../tests/support/tcp-proxy.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { type DatabaseHandle, openDatabase } from '../store/database.ts';
import { acquit } from '../matches/match-store.ts';
import { matches, processes, type ProcessLoad } from '../store/schema.ts';
import { claimOrphans, SUSPICIOUS_DEATHS } from './claims.ts';
import { ClusterCoordinator } from './cluster-coordinator.ts';
import { type CoordinatorHost, coordinatorContract, insertMatch } from './coordinator.contract.ts';
import { ALWAYS_HELD } from './lease.ts';
import { newIncarnation } from './local-coordinator.ts';
import type { Coordinator } from './ports.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };

/** A process of the cluster, as far as its coordinator goes. */
interface Process {
  readonly coordinator: ClusterCoordinator;
  readonly fenced: () => boolean;
  /** What its seals go to: a rejection for a log that is away. */
  seal: (incarnation: string) => Promise<void>;
  readonly gone: string[];
}

class Cluster implements CoordinatorHost {
  readonly database: DatabaseHandle;
  readonly sealed: string[] = [];
  readonly #url: string;
  readonly #dispose: () => PromiseLike<void>;
  readonly #processes: Process[] = [];
  #ports = 1;

  constructor(url: string, dispose: () => PromiseLike<void>) {
    this.#url = url;
    this.#dispose = dispose;
    this.database = openDatabase(url, { maxConnections: 5 });
  }

  create(): ClusterCoordinator {
    return this.process().coordinator;
  }

  get url(): string {
    return this.#url;
  }

  process(
    options: { address?: string; compats?: Record<string, string>; beatEveryMs?: number; url?: string } = {},
  ): Process {
    let isFenced = false;
    const { address = `127.0.0.1:${this.#ports++}`, compats = { 'connect-four': 'same' }, beatEveryMs = 20 } = options;
    const gone: string[] = [];
    const made: Process = {
      gone,
      fenced: () => isFenced,
      seal: async (incarnation) => void this.sealed.push(incarnation),
      coordinator: new ClusterCoordinator({
        db: this.database.db,
        connectionString: options.url ?? this.#url,
        incarnation: newIncarnation(),
        build: 'test',
        address,
        directAddress: null,
        compats,
        load: () => ({ clients: 0, rooms: 0, delayMs: 0 }),
        lease: ALWAYS_HELD,
        seal: (incarnation) => made.seal(incarnation),
        logger: silent,
        onFenced: () => {
          isFenced = true;
        },
        onMembers: () => {},
        onDatabase: () => {},
        onOrphans: () => {},
        beatEveryMs,
      }),
    };
    made.coordinator.onGone((incarnation) => gone.push(incarnation));
    this.#processes.push(made);
    return made;
  }

  async started(options?: Parameters<Cluster['process']>[0]): Promise<Process> {
    const made = this.process(options);
    await made.coordinator.start();
    return made;
  }

  /** As it is found by one whose next call is refused. Its death has nothing to do with its matches. */
  async kill({ incarnation }: Coordinator): Promise<void> {
    await this.database.db
      .update(processes)
      .set({ suspect: 'm_another00' })
      .where(eq(processes.incarnation, incarnation));
    await this.process().coordinator.bury(incarnation, { refused: true });
  }

  async lastWord({ incarnation }: Coordinator, word: Partial<ProcessLoad>): Promise<void> {
    const load = { clients: 0, rooms: 1, delayMs: 0, ...word };
    await this.database.db.update(processes).set({ load }).where(eq(processes.incarnation, incarnation));
  }

  async row(incarnation: string) {
    const [row] = await this.database.db.select().from(processes).where(eq(processes.incarnation, incarnation));
    return row;
  }

  async match(matchId: string) {
    const [row] = await this.database.db.select().from(matches).where(eq(matches.id, matchId));
    return row;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { coordinator } of this.#processes) await coordinator.stop();
    await this.database.close();
    await this.#dispose();
  }
}

async function openCluster(): Promise<Cluster> {
  const database = await createTestDatabase();
  return new Cluster(database.url, () => database[Symbol.asyncDispose]());
}

coordinatorContract('cluster', openCluster);

test('all who live know each other, the longest-lived first [CL-10]', async () => {
  await using cluster = await openCluster();
  const [one, two] = [await cluster.started(), await cluster.started()];
  await waitFor(() => one.coordinator.members.length === 2);
  expect(one.coordinator.members.map(({ incarnation }) => incarnation)).toEqual([
    one.coordinator.incarnation,
    two.coordinator.incarnation,
  ]);
  expect([one.coordinator.isFirst(), two.coordinator.isFirst()]).toEqual([true, false]);
  await one.coordinator.stop();
  await waitFor(() => two.coordinator.isFirst());
  expect(two.gone).toEqual([one.coordinator.incarnation]);
});

test('a process whose counter stands still is dead after a while, its log sealed, its matches claimable: in this order [CL-11]', async () => {
  await using cluster = await openCluster();
  const hung = await cluster.started({ beatEveryMs: 1_000_000 });
  const judge = await cluster.started();
  const matchId = await insertMatch(cluster.database, { owner: hung.coordinator.incarnation, epoch: 1 });
  let letSeal = () => {};
  const sealing = new Promise<void>((resolve) => {
    letSeal = resolve;
  });
  judge.seal = () => sealing;
  await waitFor(async () => (await cluster.row(hung.coordinator.incarnation))?.state === 'dead', { timeoutMs: 60_000 });
  expect(await judge.coordinator.claimOrphans()).toEqual([]);
  letSeal();
  await waitFor(async () => (await cluster.row(hung.coordinator.incarnation))?.sealed);
  expect(await judge.coordinator.claimOrphans()).toMatchObject([{ matchId, epoch: 2 }]);
});

test('a process that was declared dead learns of it by its next heartbeat, and raises no counter any more [CL-12]', async () => {
  await using cluster = await openCluster();
  const [one, two] = [await cluster.started(), await cluster.started()];
  await two.coordinator.bury(one.coordinator.incarnation, { refused: true });
  await waitFor(() => one.fenced());
  expect(two.fenced()).toBe(false);
});

test('whether it lives is asked anew each time, and is open while the database does not answer, whoever else waits for it [CL-3, CL-72]', async () => {
  await using cluster = await openCluster();
  await using proxy = await TcpProxy.to(Number(new URL(cluster.url).port));
  const url = new URL(cluster.url);
  url.port = String(proxy.port);
  const one = cluster.process({ beatEveryMs: 1_000_000, url: url.href });
  // Nobody can have declared it dead before it is there.
  expect(await one.coordinator.confirmAlive()).toBe(true);
  await one.coordinator.start();
  expect(await one.coordinator.confirmAlive()).toBe(true);
  proxy.hang();
  await expect(one.coordinator.confirmAlive()).rejects.toThrow('the database is away');
  proxy.mend();
  const two = await cluster.started();
  await two.coordinator.bury(one.coordinator.incarnation, { refused: true });
  expect(await one.coordinator.confirmAlive()).toBe(false);
});

test('a counter that has risen meanwhile is no evidence [CL-11]', async () => {
  await using cluster = await openCluster();
  const [one, two] = [await cluster.started(), await cluster.started()];
  await waitFor(async () => ((await cluster.row(one.coordinator.incarnation))?.counter ?? 0) > 3);
  await two.coordinator.bury(one.coordinator.incarnation, { counter: 1 });
  expect((await cluster.row(one.coordinator.incarnation))?.state).toBe('alive');
});

test('a log that can not be sealed yet is sealed later, by anybody [CL-11]', async () => {
  await using cluster = await openCluster();
  const [one, two] = [await cluster.started(), await cluster.started({ beatEveryMs: 1_000_000 })];
  two.seal = () => Promise.reject(new Error('away'));
  const dead = newIncarnation();
  await cluster.database.db
    .insert(processes)
    .values({ incarnation: dead, state: 'alive', build: 'test', address: '127.0.0.1:9' });
  await two.coordinator.bury(dead, { refused: true });
  await waitFor(async () => (await cluster.row(dead))?.sealed);
  // A look that was under way meanwhile may have had it done once more, which changes nothing.
  expect(new Set(cluster.sealed)).toEqual(new Set([dead]));
  expect(one.fenced()).toBe(false);
});

test('who boots at the address of another has buried it [CL-13]', async () => {
  await using cluster = await openCluster();
  const before = await cluster.started({ address: '127.0.0.1:77', beatEveryMs: 1_000_000 });
  const after = await cluster.started({ address: '127.0.0.1:77' });
  expect(await cluster.row(before.coordinator.incarnation)).toMatchObject({ state: 'dead', sealed: true });
  expect(after.coordinator.others()).toEqual([]);
  // And has not taken itself for the dead one.
  expect(after.coordinator.members.map(({ incarnation }) => incarnation)).toEqual([after.coordinator.incarnation]);
  await after.coordinator.refresh();
  expect(after.fenced()).toBe(false);
});

test('processes that claim at once get different matches, and those of another build are left alone [CL-14]', async () => {
  await using cluster = await openCluster();
  const ids = new Set<string>();
  for (let made = 0; made < 100; made += 1) ids.add(await insertMatch(cluster.database, { owner: 'i_gone' }));
  await insertMatch(cluster.database, { owner: 'i_gone', compat: 'another' });
  const living = await Promise.all([cluster.started(), cluster.started(), cluster.started()]);
  const claimed: string[] = [];
  const claimAll = async ({ coordinator }: Process) => {
    for (let claims = await coordinator.claimOrphans(); claims.length > 0; claims = await coordinator.claimOrphans())
      claimed.push(...claims.map(({ matchId }) => matchId));
  };
  await Promise.all(living.map(claimAll));
  expect(claimed).toHaveLength(100);
  expect(new Set(claimed)).toEqual(ids);
});

test('who claims first takes no more than its share of what there is [CL-14]', async () => {
  await using cluster = await openCluster();
  for (let made = 0; made < 7; made += 1) await insertMatch(cluster.database, { owner: 'i_gone' });
  const living = [await cluster.started(), await cluster.started(), await cluster.started()];
  const claimed: number[] = [];
  for (const { coordinator } of living) claimed.push((await coordinator.claimOrphans()).length);
  // A third of seven, then of four, then of two, rounded up.
  expect(claimed).toEqual([3, 2, 1]);
  expect(await living[0]?.coordinator.claimOrphans()).toHaveLength(1);
});

test('a claim says whose logs have the match: of the owner before, and of who recorded it last [CL-14]', async () => {
  await using cluster = await openCluster();
  await insertMatch(cluster.database, { owner: 'i_newer', recordedBy: 'i_older' });
  const { coordinator } = await cluster.started();
  expect(await coordinator.claimOrphans()).toMatchObject([{ logs: ['i_newer', 'i_older'] }]);
});

test('owners that died before it was noted whose log has a match are all named, the newest first [CL-14]', async () => {
  await using cluster = await openCluster();
  const matchId = await insertMatch(cluster.database, { owner: 'i_first', recordedBy: 'i_first' });
  const owners = [await cluster.started(), await cluster.started()];
  for (const { coordinator } of owners) {
    expect(await coordinator.claimOrphans()).toMatchObject([{ matchId }]);
    await cluster.kill(coordinator);
  }
  const [one, two] = owners.map(({ coordinator }) => coordinator.incarnation);
  const { coordinator } = await cluster.started();
  expect(await coordinator.claimOrphans()).toMatchObject([{ matchId, epoch: 3, logs: [two, one, 'i_first'] }]);
});

test('nobody takes over a match whose records are in the log of a process that lives [CL-14]', async () => {
  await using cluster = await openCluster();
  const [one, two] = [await cluster.started(), await cluster.started()];
  await insertMatch(cluster.database, { owner: null, recordedBy: one.coordinator.incarnation });
  expect(await two.coordinator.claimOrphans()).toEqual([]);
});

test('a death without a name falls on all matches of the process, a named one on that match alone [CL-15]', async () => {
  await using cluster = await openCluster();
  const [judge, one, two] = [await cluster.started(), await cluster.started(), await cluster.started()];
  const own = (process: Process, fields = {}) =>
    insertMatch(cluster.database, { owner: process.coordinator.incarnation, epoch: 1, ...fields });
  const [a, b] = [await own(one), await own(one)];
  await judge.coordinator.bury(one.coordinator.incarnation, { refused: true });
  const [c, d] = [await own(two), await own(two)];
  await cluster.database.db
    .update(processes)
    .set({ suspect: c })
    .where(eq(processes.incarnation, two.coordinator.incarnation));
  await judge.coordinator.bury(two.coordinator.incarnation, { refused: true });
  expect(await cluster.match(a)).toMatchObject({ deaths: 0, uncleanDeaths: 1 });
  expect(await cluster.match(b)).toMatchObject({ deaths: 0, uncleanDeaths: 1 });
  expect(await cluster.match(c)).toMatchObject({ deaths: 1, uncleanDeaths: 0 });
  expect(await cluster.match(d)).toMatchObject({ deaths: 0, uncleanDeaths: 0 });
});

test.each([
  ['whose memory was full', { memory: 0.97 }],
  ['that said that it failed', { failed: true }],
])('the death of a process %s weighs as much as three that nobody knows the cause of [CL-15]', async (_, word) => {
  await using cluster = await openCluster();
  const [judge, full] = [await cluster.started(), await cluster.started({ beatEveryMs: 1_000_000 })];
  const matchId = await insertMatch(cluster.database, { owner: full.coordinator.incarnation, epoch: 1 });
  await cluster.lastWord(full.coordinator, word);
  await judge.coordinator.bury(full.coordinator.incarnation, { refused: true });
  expect(await cluster.match(matchId)).toMatchObject({ deaths: 0, uncleanDeaths: 3 });
});

/** A process with a match that is on probation and another that is not, and somebody to declare it dead. */
async function probation(cluster: Cluster, fields: Parameters<typeof insertMatch>[1] = {}) {
  const [judge, one] = [
    await cluster.started({ beatEveryMs: 1_000_000 }),
    await cluster.started({ beatEveryMs: 1_000_000 }),
  ];
  const { incarnation } = one.coordinator;
  const innocent = await insertMatch(cluster.database, { owner: incarnation, epoch: 1, uncleanDeaths: 1 });
  const suspicious = { owner: 'i_gone', uncleanDeaths: SUSPICIOUS_DEATHS, ...fields };
  await insertMatch(cluster.database, suspicious);
  await insertMatch(cluster.database, suspicious);
  const claimOne = async () => {
    const compats = { 'connect-four': 'same' };
    const claims = await claimOrphans(cluster.database.db, { incarnation, compats, suspicious: true });
    return claims[0]?.matchId ?? '';
  };
  return { judge, one, incarnation, innocent, claimOne };
}

test('a death from inside while a match is on probation falls on that match alone [CL-15]', async () => {
  await using cluster = await openCluster();
  const { judge, one, incarnation, innocent, claimOne } = await probation(cluster);
  expect(await one.coordinator.claimOrphans()).toEqual([]);
  const suspect = await claimOne();
  await cluster.lastWord(one.coordinator, { failed: true });
  await judge.coordinator.bury(incarnation, { refused: true });
  const blamed = { deaths: 1, deathsOnProbation: 0, uncleanDeaths: SUSPICIOUS_DEATHS, onProbation: false };
  expect(await cluster.match(suspect)).toMatchObject(blamed);
  expect(await cluster.match(innocent)).toMatchObject({ deaths: 0, uncleanDeaths: 1 });
});

test('of deaths on probation that may have come from outside, only the fourth in a row counts [CL-15]', async () => {
  await using cluster = await openCluster();
  const counted: unknown[] = [];
  for (const deathsOnProbation of [0, 1, 2, 3, 4]) {
    const { judge, incarnation, claimOne } = await probation(cluster, { deathsOnProbation });
    const suspect = await claimOne();
    await judge.coordinator.bury(incarnation, { refused: true });
    const match = await cluster.match(suspect);
    expect(match).toMatchObject({ deathsOnProbation: deathsOnProbation + 1, onProbation: false });
    counted.push(match?.deaths);
    await cluster.database.db.delete(matches);
  }
  expect(counted).toEqual([0, 0, 0, 1, 0]);
});

test('who was acquitted a moment before is suspected the more when its process ends, and whoever is on probation is blamed [CL-80]', async () => {
  await using cluster = await openCluster();
  const { judge, one, incarnation, innocent, claimOne } = await probation(cluster, { deathsOnProbation: 2 });
  const acquitted = await claimOne();
  await acquit(cluster.database.db, { matchId: acquitted, incarnation });
  const watched = await claimOne();
  await cluster.lastWord(one.coordinator, { memory: 0.9 });
  await judge.coordinator.bury(incarnation, { refused: true });
  expect(await cluster.match(watched)).toMatchObject({ deaths: 1, uncleanDeaths: SUSPICIOUS_DEATHS });
  const harmless = { deaths: 0, deathsOnProbation: 0, onProbation: false };
  expect(await cluster.match(acquitted)).toMatchObject({ ...harmless, uncleanDeaths: SUSPICIOUS_DEATHS + 1 });
  expect(await cluster.match(innocent)).toMatchObject({ ...harmless, uncleanDeaths: 1 });
});

test("a match that ends the process that it is to move to is blamed for it, though it is another's [CL-81]", async () => {
  await using cluster = await openCluster();
  const [judge, source, target] = [await cluster.started(), await cluster.started(), await cluster.started()];
  const matchId = await insertMatch(cluster.database, { owner: source.coordinator.incarnation });
  const { incarnation } = target.coordinator;
  await cluster.database.db.update(processes).set({ suspect: matchId }).where(eq(processes.incarnation, incarnation));
  await judge.coordinator.bury(incarnation, { refused: true });
  expect(await cluster.match(matchId)).toMatchObject({ deaths: 1, owner: source.coordinator.incarnation });
});

test('those that have ended processes are taken over last [CL-79]', async () => {
  await using cluster = await openCluster();
  const guilty = await insertMatch(cluster.database, { owner: null, deaths: 2 });
  const others = [await insertMatch(cluster.database), await insertMatch(cluster.database)];
  const { coordinator } = await cluster.started();
  const claims = await coordinator.claimOrphans();
  expect(claims.map(({ matchId }) => matchId).toSorted()).toEqual([guilty, ...others]);
  expect(claims.at(-1)?.matchId).toBe(guilty);
});
