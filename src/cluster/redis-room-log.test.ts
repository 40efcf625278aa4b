import { setImmediate as immediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { RedisLogs } from '../../tests/support/redis-logs.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { GroupCommitter } from './committer.ts';
import { LogLostError, LogSealedError } from './log-errors.ts';
import { LogFormatError } from './log-format.ts';
import { RedisAwayError } from './redis-link.ts';
import type { MatchLog } from './match-log.ts';
import { readAll, record, roomLogContract } from './room-log.contract.ts';

roomLogContract('Redis log', () => RedisLogs.start());

const full = (matchId: string, tick: number) => record(matchId, tick, { kind: 'full' });

/** What an append rejects with, tried until it rejects with something other than that Redis is away. */
async function rejection(log: MatchLog): Promise<unknown> {
  return await waitFor(async () => {
    const error: unknown = await log.append([]).then(
      () => null,
      (reason: unknown) => reason,
    );
    return error instanceof RedisAwayError ? null : (error ?? 'nothing');
  });
}

/** Resolves when the log takes appends again. */
async function isBack(log: MatchLog): Promise<void> {
  await waitFor(async () => await log.append([]).then(() => true));
}

test('an append is one command, however many rooms there are, and so is a tick of the committer [CL-2]', async () => {
  await using store = await RedisLogs.start();
  // A clock that stands still gives no signs of life.
  await using log = await store.open('one', { clock: { nowMs: () => 0 } });
  const ids = Array.from({ length: 250 }, (_, room) => `m_room${1000 + room}`);
  await log.append(ids.map((id) => record(id, 0)));
  await store.server.command('CONFIG', 'RESETSTAT');
  const committer = new GroupCommitter({
    log,
    logger: console,
    onFullNeeded: () => {},
    onSealed: () => {},
    stallMs: 60_000,
  });
  for (let tick = 1; tick <= 40; tick += 1) {
    for (const id of ids) committer.commit(record(id, tick), () => {});
    await committer.settled();
  }
  const stats = String(await store.server.command('INFO', 'commandstats'));
  const calls = new Map(
    [...stats.matchAll(/cmdstat_([a-z|]+):calls=(\d+)/g)].map(([, name, count]) => [name, Number(count)]),
  );
  expect(calls.get('evalsha')).toBe(40);
  // What the script does in Redis, this test's own, and that each connection asks now and then whether it still is one.
  const known = [
    'evalsha',
    'exists',
    'hget',
    'xadd',
    'xtrim',
    'info',
    'config|resetstat',
    'client|setinfo',
    'hello',
    'ping',
  ];
  expect([...calls.keys()].filter((name) => !known.includes(name ?? ''))).toEqual([]);
});

test('a long log is read in pieces, and other work is done between them', async () => {
  await using store = await RedisLogs.start();
  await using log = await store.open('one');
  await log.append([full('m_aaaaaaaa', 0)]);
  const hidden = new Uint8Array(20_000);
  await Promise.all(Array.from({ length: 500 }, (_, at) => log.append([record('m_aaaaaaaa', at + 1, { hidden })])));
  let turns = 0;
  const reading = new AbortController();
  const counted = (async () => {
    for (; !reading.signal.aborted; turns += 1) await immediate();
  })();
  const matches = await readAll(store.deadLogs('two'));
  reading.abort();
  await counted;
  expect(matches.get('m_aaaaaaaa')?.patches.length).toBe(500);
  expect(turns).toBeGreaterThanOrEqual(10);
});

test('Redis is started anew and empty: the log is taken up again, and every match is asked for its state [CL-3]', async () => {
  await using store = await RedisLogs.start();
  const lost: string[][] = [];
  await using log = await store.open('one', { onLost: (ids) => lost.push([...ids]) });
  await log.append([full('m_aaaaaaaa', 0), full('m_bbbbbbbb', 0)]);
  await store.server.stop();
  await store.server.start();
  await waitFor(() => lost.length > 0);
  expect(lost[0]).toEqual(['m_aaaaaaaa', 'm_bbbbbbbb']);
  expect(log.holds('m_aaaaaaaa')).toBe(false);
  await expect(log.append([record('m_aaaaaaaa', 1)])).rejects.toThrow('full state');
  const again = [full('m_aaaaaaaa', 2), record('m_aaaaaaaa', 3)];
  await log.append(again);
  expect([log.holds('m_aaaaaaaa'), log.holds('m_bbbbbbbb'), lost.length]).toEqual([true, false, 1]);
  const matches = await store.recover();
  expect([...matches.keys()]).toEqual(['m_aaaaaaaa']);
  expect(matches.get('m_aaaaaaaa')).toMatchObject({ full: again[0], patches: [again[1]] });
});

test('Redis is emptied without a restart: the next append finds out, and is refused [CL-3]', async () => {
  await using store = await RedisLogs.start();
  const lost: string[][] = [];
  await using log = await store.open('one', { clock: { nowMs: () => 0 }, onLost: (ids) => lost.push([...ids]) });
  await log.append([full('m_aaaaaaaa', 0)]);
  await store.server.command('FLUSHALL');
  await expect(log.append([record('m_aaaaaaaa', 1)])).rejects.toThrow(LogLostError);
  expect(lost).toEqual([['m_aaaaaaaa']]);
  const again = full('m_aaaaaaaa', 2);
  await log.append([again]);
  expect((await readAll(store.deadLogs('two'))).get('m_aaaaaaaa')?.full).toEqual(again);
});

test('a committer has the full state of every match in the log soon after Redis has come back empty [CL-3, CL-4]', async () => {
  await using store = await RedisLogs.start();
  const ids = ['m_aaaaaaaa', 'm_bbbbbbbb', 'm_cccccccc'];
  let tick = 0;
  const writeFulls = (of: readonly string[]): void => {
    for (const id of of) committer.commit(full(id, (tick += 1)), () => {});
  };
  await using log = await store.open('one', { onLost: writeFulls });
  const committer: GroupCommitter = new GroupCommitter({
    log,
    logger: { info: () => {}, warn: () => {}, error: () => {} },
    onFullNeeded: writeFulls,
    onSealed: () => {},
    // What fails shows it; a machine that stands still does not.
    stallMs: 60_000,
  });
  for (const id of ids) await committer.record(full(id, 0));
  await store.server.stop();
  const play = setInterval(() => committer.commit(record('m_aaaaaaaa', (tick += 1)), () => {}), 5);
  await waitFor(() => committer.away);
  await store.server.start();
  await waitFor(() => !committer.away && ids.every((id) => log.holds(id)));
  clearInterval(play);
  await committer.settled();
  expect([...(await store.recover()).keys()].sort()).toEqual(ids);
});

test('who was declared dead is refused, although the seal went with the memory of Redis [CL-3]', async () => {
  await using store = await RedisLogs.start();
  let alive = true;
  const lost: string[][] = [];
  const options = {
    confirmAlive: () => Promise.resolve(alive),
    onLost: (ids: readonly string[]) => lost.push([...ids]),
  };
  await using log = await store.open('one', options);
  await log.append([full('m_aaaaaaaa', 0)]);
  alive = false;
  await store.server.stop();
  await store.server.start();
  expect(await rejection(log)).toBeInstanceOf(LogSealedError);
  // For good, whatever anybody says later.
  alive = true;
  await expect(log.append([full('m_aaaaaaaa', 1)])).rejects.toThrow(LogSealedError);
  expect([lost, await store.server.command('KEYS', '*')]).toEqual([[], []]);
});

test('while the database does not say whether the process lives, nothing is taken up [CL-3]', async () => {
  await using store = await RedisLogs.start();
  let asked = 0;
  const confirmAlive = (): Promise<boolean> => {
    asked += 1;
    return asked < 3 ? Promise.reject(new Error('the database is away')) : Promise.resolve(true);
  };
  await using log = await store.open('one', { confirmAlive, clock: { nowMs: () => 0 } });
  await log.append([full('m_aaaaaaaa', 0)]);
  await store.server.command('FLUSHALL');
  for (let tries = 0; tries < 2; tries += 1) await expect(log.append([])).rejects.toThrow('the database is away');
  expect(await store.entries('one')).toBe(0);
  await expect(log.append([])).rejects.toThrow(LogLostError);
  await log.append([full('m_aaaaaaaa', 1)]);
});

test('who is sealed while it asks whether it lives begins no new log [CL-9]', async () => {
  await using store = await RedisLogs.start();
  const confirmAlive = async (): Promise<boolean> => {
    // Somebody declares it dead now. Redis has no log of it, and it is sealed all the same.
    await store.deadLogs('two').read(['one']);
    return true;
  };
  await using log = await store.open('one', { confirmAlive, clock: { nowMs: () => 0 } });
  await log.append([full('m_aaaaaaaa', 0)]);
  await store.server.command('FLUSHALL');
  await expect(log.append([])).rejects.toThrow(LogSealedError);
});

test('a log that others are through with is refused long after, when its seal is gone, too [CL-9]', async () => {
  await using store = await RedisLogs.start();
  let alive = true;
  await using log = await store.open('one', { confirmAlive: () => Promise.resolve(alive), clock: { nowMs: () => 0 } });
  await log.append([full('m_aaaaaaaa', 0)]);
  alive = false;
  const dead = store.deadLogs('two');
  await readAll(dead);
  await dead.discard(['one']);
  expect(Number(await store.server.command('TTL', 'gyre:sealed:one'))).toBeGreaterThan(3_600);
  await store.server.command('DEL', 'gyre:sealed:one');
  await expect(log.append([])).rejects.toThrow(LogSealedError);
});

test('a Redis that keeps its data has the log as it was after a restart [CL-3]', async () => {
  await using store = await RedisLogs.start({ persistent: true });
  const records = [full('m_aaaaaaaa', 0), record('m_aaaaaaaa', 1)];
  const lost: string[][] = [];
  await using log = await store.open('one', { onLost: (ids) => lost.push([...ids]) });
  await log.append(records);
  await store.server.stop();
  await store.server.start();
  await waitFor(() => lost.length > 0);
  await isBack(log);
  // It died before it could write its state anew.
  const matches = await store.recover();
  expect(matches.get('m_aaaaaaaa')).toMatchObject({ full: records[0], patches: records.slice(1) });
});

test('while Redis is away appends are refused at once, and it heals by itself [CL-4]', async () => {
  await using store = await RedisLogs.start({ persistent: true });
  await using log = await store.open('one', { clock: { nowMs: () => 0 } });
  await log.append([full('m_aaaaaaaa', 0)]);
  store.server.pause();
  const underWay = log.append([record('m_aaaaaaaa', 1)]).catch((error: unknown) => error);
  await store.server.stop();
  expect(await underWay).toBeInstanceOf(RedisAwayError);
  for (let tries = 0; tries < 100; tries += 1) await expect(log.append([])).rejects.toThrow(RedisAwayError);
  await store.server.start();
  await isBack(log);
  const back = full('m_aaaaaaaa', 2);
  await log.append([back]);
  expect((await store.recover()).get('m_aaaaaaaa')?.full).toEqual(back);
});

test('a Redis that stands still holds up appends, and they go on with it [CL-4]', async () => {
  await using store = await RedisLogs.start();
  await using log = await store.open('one');
  await log.append([full('m_aaaaaaaa', 0)]);
  store.server.pause();
  const held = [1, 2, 3].map((tick) => log.append([record('m_aaaaaaaa', tick)]));
  let landed = 0;
  for (const each of held) void each.then(() => (landed += 1));
  await immediate();
  expect(landed).toBe(0);
  store.server.resume();
  await Promise.all(held);
  expect((await readAll(store.deadLogs('two'))).get('m_aaaaaaaa')?.patches.length).toBe(3);
});

test('a Redis that stands still for seconds counts as away, and its late appends harm nothing [CL-4]', async () => {
  await using store = await RedisLogs.start();
  await using log = await store.open('one', { clock: { nowMs: () => 0 } });
  const start = full('m_aaaaaaaa', 0);
  await log.append([start]);
  store.server.pause();
  await expect(log.append([record('m_aaaaaaaa', 1)])).rejects.toThrow(RedisAwayError);
  store.server.resume();
  await isBack(log);
  await expect(log.append([record('m_aaaaaaaa', 2)])).rejects.toThrow('full state');
  const back = [full('m_aaaaaaaa', 3), record('m_aaaaaaaa', 4)];
  await log.append(back);
  const matches = await store.recover();
  expect(matches.get('m_aaaaaaaa')).toMatchObject({ full: back[0], patches: [back[1]] });
});

test('what was appended around a seal is all there or refused, from many at once [SV-10]', async () => {
  await using store = await RedisLogs.start();
  await using log = await store.open('one');
  await log.append([full('m_aaaaaaaa', 0)]);
  let landed = 0;
  const appends = Array.from({ length: 2_000 }, (_, at) =>
    log.append([record('m_aaaaaaaa', at + 1)]).then(() => (landed += 1)),
  );
  const settled = Promise.allSettled(appends);
  await waitFor(() => landed > 20, { everyMs: 1 });
  const match = (await readAll(store.deadLogs('two'))).get('m_aaaaaaaa');
  await settled;
  expect(landed).toBeLessThan(2_000);
  expect(match?.patches.map(({ tick }) => tick)).toEqual(Array.from({ length: landed }, (_, at) => at + 1));
});

test('an owner that was paused for too long lets nothing out before it has asked again [CL-5]', async () => {
  await using store = await RedisLogs.start();
  const renewals: number[] = [];
  // Held again at the third proof after the pause.
  let paused = false;
  const lease = {
    appended: (sentAtMs: number) => renewals.push(sentAtMs),
    get held() {
      return !paused || renewals.length >= 4;
    },
  };
  await using log = await store.open('one', { lease, clock: { nowMs: () => 0 } });
  const beforeMs = performance.now();
  await log.append([full('m_aaaaaaaa', 0)]);
  expect(renewals.length).toBe(1);
  paused = true;
  await log.append([record('m_aaaaaaaa', 1)]);
  expect(renewals.length).toBe(4);
  expect(renewals.every((sentAtMs) => sentAtMs >= beforeMs && sentAtMs <= performance.now())).toBe(true);
  expect(await store.entries('one')).toBe(4);
});

test('an owner that was declared dead while it was paused learns it before it lets out what it had written [CL-5]', async () => {
  await using store = await RedisLogs.start();
  let paused = false;
  const lease = {
    appended: () => {},
    get held() {
      return !paused;
    },
  };
  await using log = await store.open('one', { lease, clock: { nowMs: () => 0 } });
  await log.append([full('m_aaaaaaaa', 0)]);
  paused = true;
  const appended = log.append([record('m_aaaaaaaa', 1)]);
  await waitFor(async () => (await store.entries('one')) >= 2);
  const match = (await readAll(store.deadLogs('two'))).get('m_aaaaaaaa');
  expect(match?.patches.length).toBe(1);
  await expect(appended).rejects.toThrow(LogSealedError);
});

test('old entries go when every match has a newer full state, and an idle match is asked for one [CL-6]', async () => {
  await using store = await RedisLogs.start();
  const rotations: true[] = [];
  const onRotated = (): void => void rotations.push(true);
  await using log = await store.open('one', { clock: { nowMs: () => 0 }, maxSegmentBytes: 500, onRotated });
  await log.append([full('m_idleidle', 0), full('m_busybusy', 0)]);
  let tick = 0;
  const play = async (): Promise<void> => {
    tick += 1;
    await log.append([tick % 3 === 0 ? full('m_busybusy', tick) : record('m_busybusy', tick)]);
  };
  while (rotations.length < 4) await play();
  expect(await store.entries('one')).toBe(tick + 1);
  expect(log.matchesNeedingFull()).toEqual(['m_idleidle']);
  const idle = full('m_idleidle', 1);
  await log.append([idle, full('m_busybusy', (tick += 1))]);
  expect(log.matchesNeedingFull()).toEqual([]);
  // For as long as it is asked for its state whenever a segment was begun, there are never more than a few.
  for (let longest = 0; rotations.length < 40; longest = Math.max(longest, await store.entries('one'))) {
    if (log.matchesNeedingFull().length > 0) await log.append([full('m_idleidle', (tick += 1))]);
    await play();
    expect(longest).toBeLessThan(40);
  }
  const matches = await readAll(store.deadLogs('two'));
  expect([...matches.keys()].sort()).toEqual(['m_busybusy', 'm_idleidle']);
  expect(matches.get('m_busybusy')?.patches.at(-1)?.tick ?? tick).toBe(tick);
});

test('a match that is over keeps no entries, and signs of life alone stay few [CL-6]', async () => {
  await using store = await RedisLogs.start();
  await using log = await store.open('one', { clock: { nowMs: () => 0 }, maxSegmentBytes: 200 });
  await log.append([full('m_aaaaaaaa', 0)]);
  for (let sign = 0; sign < 100; sign += 1) await log.append([]);
  expect(await store.entries('one')).toBe(101);
  log.forget('m_aaaaaaaa');
  await log.append([]);
  expect(await store.entries('one')).toBeLessThan(20);
});

test('the time played until the last sign of life counts, also without a record [SV-4]', async () => {
  await using store = await RedisLogs.start();
  let nowMs = 1_000;
  await using log = await store.open('one', { clock: { nowMs: () => nowMs } });
  await log.append([full('m_aaaaaaaa', 0)]);
  nowMs = 5_400;
  await waitFor(async () => (await store.entries('one')) > 1);
  expect((await readAll(store.deadLogs('two'))).get('m_aaaaaaaa')?.timeMs).toBe(4_400);
});

test('a Redis that is full refuses appends, and a log in it can be sealed, read and discarded all the same [CL-8]', async () => {
  await using store = await RedisLogs.start();
  await using log = await store.open('one', { clock: { nowMs: () => 0 } });
  const start = full('m_aaaaaaaa', 0);
  await log.append([start]);
  await store.server.command('CONFIG', 'SET', 'maxmemory', '1');
  await expect(log.append([record('m_aaaaaaaa', 1)])).rejects.toThrow('OOM');
  const dead = store.deadLogs('two');
  expect((await readAll(dead)).get('m_aaaaaaaa')?.full).toEqual(start);
  await expect(log.append([])).rejects.toThrow(LogSealedError);
  await dead.discard(['one']);
  expect(await dead.list()).toEqual([]);
});

test('a log of another format is refused by name, and stays as it is', async () => {
  await using store = await RedisLogs.start();
  const log = await store.open('one');
  await log.append([full('m_aaaaaaaa', 0)]);
  await log.close();
  await store.server.command('XADD', 'gyre:log:one', '99-1', '99', 'whatever');
  const dead = store.deadLogs('two');
  await expect(readAll(dead)).rejects.toThrow(LogFormatError);
  await expect(readAll(dead)).rejects.toThrow('gyre:sealed:one');
  expect(await store.server.command('XLEN', 'gyre:sealed:one')).toBe(3);
});

test('what is not sealed is not discarded', async () => {
  await using store = await RedisLogs.start();
  await using log = await store.open('one');
  await log.append([full('m_aaaaaaaa', 0)]);
  await store.deadLogs('two').discard(['one']);
  await log.append([record('m_aaaaaaaa', 1)]);
  expect((await readAll(store.deadLogs('two'))).get('m_aaaaaaaa')?.patches.length).toBe(1);
});
