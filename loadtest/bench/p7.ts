import { setTimeout as pause } from 'node:timers/promises';
import type { Child } from './child.ts';
import type { BenchCase, BenchContext, Sample, Subject } from './harness.ts';
import type { ChangeCounts, Signed } from './lobby-load.ts';

const OURS = 'Gyre';
const FLOOR = 'node:http';
const PATH = '/v1/lobbies?game=connect-four&limit=20';
const CHANGES_PER_SECOND = 200;
/** Players who open and close lobbies. */
const OPENERS = 100;
/** Hosts who change theirs; those of the newest lobbies, which are on the page or near it. */
const HOSTS = 200;
const MAX_AGE_MS = 100;
/** How long a change is looked for at all. */
const GIVE_UP_MS = 5_000;

interface Size {
  readonly lobbies: number;
  readonly connections: number;
  readonly warmUpMs: number;
  /** With and without readers, in turns. */
  readonly turns: number;
  readonly turnMs: number;
  readonly foreignChanges: number;
}

const FULL: Size = { lobbies: 10_000, connections: 32, warmUpMs: 2_000, turns: 4, turnMs: 2_500, foreignChanges: 10 };
const QUICK: Size = { lobbies: 300, connections: 4, warmUpMs: 200, turns: 1, turnMs: 500, foreignChanges: 1 };

export const bench: BenchCase = {
  id: 'P7',
  title: 'CPU of a page of the lobby list',
  about:
    '32 connections read the first page of 20 lobbies, again as soon as they have it. Gyre has 10,000 open lobbies in its ' +
    'PostgreSQL, of which 200 a second are opened, closed or changed over REST, mostly those on the page; tokens are checked, ' +
    'and some readers look whether a change shows that was just acknowledged. The others send one and the same page to anybody. ' +
    "CPU of the server process, all threads, by pages that the readers counted; Gyre's own without what as many changes cost " +
    'while nobody reads. Rate limits and logs of requests are off.',
  metrics: [
    { name: 'cpuUs', title: 'CPU of a page', unit: 'µs', goal: { over: FLOOR, atMost: 1.1 } },
    { name: 'stale', title: 'Lists that missed what they had to show', unit: 'lists', goal: { atMost: 0 } },
    { name: 'withChangesUs', title: 'CPU of a page, all changes included', unit: 'µs' },
  ],
  subjects: [
    { name: OURS, role: 'ours' },
    { name: FLOOR, role: 'floor' },
    { name: 'Fastify', role: 'peer' },
    { name: 'Express 5', role: 'peer' },
  ],
  packages: ['express', 'fastify'],
  sampleLimitMs: 240_000,
  run: (subject, context) => (subject.name === OURS ? runOurs(context) : runPeer(subject, context)),
};

async function runPeer({ name }: Subject, { quick, start }: BenchContext): Promise<Sample> {
  const size = quick ? QUICK : FULL;
  const server = await start('servers/cached-page.ts', { options: { framework: name } });
  const tokens = Array<string>(size.connections).fill(`${'x'.repeat(120)}.${'y'.repeat(43)}`);
  const readers = await start('clients/list-readers.ts', { options: { port: server.port, path: PATH, tokens } });
  await readers.ask('begin');
  await pause(size.warmUpMs);
  const before = await look({ server, readers });
  await pause(size.turns * size.turnMs);
  const turn = difference(before, await look({ server, readers }));
  return {
    values: { cpuUs: turn.cpuUs / turn.pages, withChangesUs: turn.cpuUs / turn.pages },
    invalid: turn.wrong > 0 ? `${turn.wrong} answers were none` : null,
    details: { ...turn, pageBytes: (await readers.ask<Counts>('counts')).pageBytes },
  };
}

async function runOurs({ quick, folder, start }: BenchContext): Promise<Sample> {
  const size = quick ? QUICK : FULL;
  const options = { dataDir: folder, open: size.lobbies, signed: size.connections + OPENERS };
  const server = await start('servers/gyre-lobbies.ts', { options });
  const { players, hosts } = await server.ask<Signed>('signed', HOSTS);
  const at = { port: server.port, path: PATH };
  const tokens = players.slice(0, size.connections);
  const readers = await start('clients/list-readers.ts', { options: { ...at, tokens } });
  const changing = { ...at, players: players.slice(size.connections), hosts, changesPerSecond: CHANGES_PER_SECOND };
  const changers = await start('clients/lobby-changers.ts', { options: changing });
  const all = { server, readers, changers };
  await changers.ask('begin');
  await takeTurn(all, { reading: true, ms: size.warmUpMs });
  const sums = { reading: NOTHING, alone: NOTHING };
  for (let turn = 0; turn < size.turns; turn += 1) {
    sums.alone = sum(sums.alone, await takeTurn(all, { reading: false, ms: size.turnMs }));
    sums.reading = sum(sums.reading, await takeTurn(all, { reading: true, ms: size.turnMs }));
  }
  await changers.ask('end');
  const foreign = await countLate(server, { ...at, token: tokens[0] ?? '', times: size.foreignChanges });
  return judge({ ...sums, foreign, changes: await changers.ask<ChangeCounts>('counts'), quick, size });
}

interface Measured {
  readonly reading: Look;
  readonly alone: Look;
  readonly foreign: Foreign;
  readonly changes: ChangeCounts;
  readonly quick: boolean;
  readonly size: Size;
}

function judge({ reading, alone, foreign, changes, quick, size }: Measured): Sample {
  const changeUs = alone.cpuUs / alone.changes;
  const due = (CHANGES_PER_SECOND * size.turns * size.turnMs) / 1_000;
  const share = Math.min(alone.changes, reading.changes) / due;
  const faults = { wrong: reading.wrong, failed: changes.failed, last: changes.lastFault };
  return {
    values: {
      cpuUs: (reading.cpuUs - reading.changes * changeUs) / reading.pages,
      stale: changes.unseen + foreign.late,
      withChangesUs: reading.cpuUs / reading.pages,
    },
    invalid:
      faults.wrong + faults.failed > 0
        ? `something was refused or lost: ${JSON.stringify(faults)}`
        : share < (quick ? Number.MIN_VALUE : 0.85) || reading.pages === 0
          ? `only ${share} of the changes were made`
          : null,
    details: { reading, alone, changeUs, shareOfChanges: share, ...changes, foreign },
  };
}

interface Processes {
  readonly server: Child;
  readonly readers: Child;
  readonly changers?: Child;
}

interface Counts {
  readonly pages: number;
  readonly pageBytes: number;
  readonly wrong: number;
}

interface Look {
  readonly cpuUs: number;
  readonly pages: number;
  readonly wrong: number;
  readonly changes: number;
}

const NOTHING: Look = { cpuUs: 0, pages: 0, wrong: 0, changes: 0 };

async function look({ server, readers, changers }: Processes): Promise<Look> {
  const [cpuUs, { pages, wrong }] = [await server.cpuUs(), await readers.ask<Counts>('counts')];
  return { cpuUs, pages, wrong, changes: changers ? (await changers.ask<ChangeCounts>('counts')).changes : 0 };
}

function difference(before: Look, after: Look): Look {
  return combine(after, before, (a, b) => a - b);
}

function sum(one: Look, other: Look): Look {
  return combine(one, other, (a, b) => a + b);
}

function combine(a: Look, b: Look, how: (a: number, b: number) => number): Look {
  return {
    cpuUs: how(a.cpuUs, b.cpuUs),
    pages: how(a.pages, b.pages),
    wrong: how(a.wrong, b.wrong),
    changes: how(a.changes, b.changes),
  };
}

async function takeTurn(all: Processes, { reading, ms }: { reading: boolean; ms: number }): Promise<Look> {
  if (reading) await all.readers.ask('begin');
  await all.changers?.ask('check', reading);
  const before = await look(all);
  await pause(ms);
  const turn = difference(before, await look(all));
  if (reading) await all.readers.ask('end');
  return turn;
}

interface Foreign {
  readonly changes: number;
  /** Lists that were asked for 100 ms after such a change, and didn't show it. */
  readonly late: number;
  /** From the change until the first list was asked for that showed it. */
  readonly seenAfterMs: readonly number[];
}

interface Listed {
  readonly id: string;
  readonly name: string;
}

interface Watched {
  readonly port: number;
  readonly path: string;
  readonly token: string;
  readonly times: number;
}

/** Changes of which Gyre isn't told: of another process, say. */
async function countLate(server: Child, { port, path, token, times }: Watched): Promise<Foreign> {
  const seenAfterMs: number[] = [];
  let late = 0;
  const read = async (): Promise<readonly Listed[]> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { Authorization: `Bearer ${token}` } });
    return ((await response.json()) as { readonly items: readonly Listed[] }).items;
  };
  for (let i = 0; i < times; i += 1) {
    const name = `Foreign ${i}`;
    await server.ask('rename', { lobbyId: (await read()).at(-1)?.id, name });
    const changedAtMs = performance.now();
    for (let isSeen = false; !isSeen;) {
      const askedAfterMs = performance.now() - changedAtMs;
      isSeen = (await read()).some((lobby) => lobby.name === name);
      if (isSeen) seenAfterMs.push(askedAfterMs);
      else if (askedAfterMs > MAX_AGE_MS) late += 1;
      if (askedAfterMs > GIVE_UP_MS) throw new Error(`A change of another process was not seen in ${GIVE_UP_MS} ms.`);
    }
  }
  return { changes: times, late, seenAfterMs };
}
