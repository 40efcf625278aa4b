import { expect, test } from '@jest/globals';
import { waitFor } from '../../tests/support/wait-for.ts';
import type { ClusterLog } from './cluster-log.ts';
import { GroupCommitter } from './committer.ts';
import { ALWAYS_HELD, type ReleaseLease } from './lease.ts';
import { LogLostError, LogSealedError, RecordLostError } from './log-errors.ts';
import type { LogRecord, RoomLog } from './ports.ts';
import { record } from './room-log.contract.ts';

/** A log whose appends end when and how the test says. */
class HeldLog implements RoomLog {
  readonly appends: { records: readonly LogRecord[]; land: () => void; fail: (error: Error) => void }[] = [];
  readonly forgotten: string[] = [];

  append(records: readonly LogRecord[]): Promise<void> {
    return new Promise((land, fail) => this.appends.push({ records, land, fail }));
  }
  forget(matchId: string): void {
    this.forgotten.push(matchId);
  }
  close(): Promise<void> {
    return Promise.resolve();
  }

  async nth(append: number) {
    return await waitFor(() => this.appends[append]);
  }
}

function setUp(stallMs = 60_000, lease: ReleaseLease = ALWAYS_HELD) {
  const log = new HeldLog();
  const said: string[] = [];
  const fullNeeded: string[][] = [];
  const sealed: true[] = [];
  const errors: string[] = [];
  const logger: ClusterLog = { info: () => {}, warn: () => {}, error: (_, message) => errors.push(message) };
  const committer = new GroupCommitter({
    log,
    logger,
    stallMs,
    lease,
    onFullNeeded: (ids) => fullNeeded.push([...ids]),
    onSealed: () => sealed.push(true),
  });
  const commit = (name: string, what: LogRecord | null) => committer.commit(what, () => said.push(name));
  return { log, said, fullNeeded, sealed, errors, committer, commit };
}

const ticks = (append: { records: readonly LogRecord[] } | undefined) => append?.records.map(({ tick }) => tick);

test('nothing is let out before its record is durable, and everything in the order of its commit [SV-1]', async () => {
  const { log, said, commit } = setUp();
  commit('a0', record('m_aaaaaaaa', 0));
  commit('nothing', null);
  commit('b0', record('m_bbbbbbbb', 0));
  const first = await log.nth(0);
  expect(said).toEqual([]);
  first.land();
  await waitFor(() => said.length === 3);
  expect(said).toEqual(['a0', 'nothing', 'b0']);
});

test('what is committed together is one append, and what comes meanwhile goes with the next', async () => {
  const { log, said, commit, committer } = setUp();
  for (const tick of [0, 1, 2]) commit(`${tick}`, record('m_aaaaaaaa', tick));
  const first = await log.nth(0);
  for (const tick of [3, 4]) commit(`${tick}`, record('m_aaaaaaaa', tick));
  commit('late', null);
  expect(log.appends.length).toBe(1);
  first.land();
  const second = await log.nth(1);
  expect([ticks(first), ticks(second)]).toEqual([
    [0, 1, 2],
    [3, 4],
  ]);
  expect(said).toEqual(['0', '1', '2']);
  second.land();
  await waitFor(() => said.length === 6);
  expect(committer.stats).toMatchObject({ records: 5, flushes: 2, releases: 6, dropped: 0 });
});

test('a step with nothing to record waits for nobody if nobody waits', () => {
  const { said, commit } = setUp();
  commit('at once', null);
  expect(said).toEqual(['at once']);
});

test('a release that throws harms nobody else, and one that commits keeps the order', async () => {
  const { log, said, commit, committer, errors } = setUp();
  committer.commit(record('m_aaaaaaaa', 0), () => {
    commit('inner', null);
    throw new Error('a socket of its');
  });
  commit('next', null);
  (await log.nth(0)).land();
  await waitFor(() => said.length === 2);
  expect(said).toEqual(['next', 'inner']);
  expect(errors).toEqual(['letting out a step threw']);
});

test('settled means that all before it is out', async () => {
  const { log, said, commit, committer } = setUp();
  commit('a0', record('m_aaaaaaaa', 0));
  const settled = committer.settled().then(() => said.push('settled'));
  (await log.nth(0)).land();
  await settled;
  expect(said).toEqual(['a0', 'settled']);
});

test('a match is forgotten after all that it committed', async () => {
  const { log, commit, committer } = setUp();
  commit('a0', record('m_aaaaaaaa', 0));
  committer.forget('m_aaaaaaaa');
  const append = await log.nth(0);
  expect(log.forgotten).toEqual([]);
  append.land();
  await waitFor(() => log.forgotten.length > 0);
});

test('an append that fails does not hold up play; the log is tried again, and matches that lack a record are asked for all [SV-11]', async () => {
  const { log, said, fullNeeded, commit, committer, errors } = setUp();
  commit('a0', record('m_aaaaaaaa', 0));
  const first = await log.nth(0);
  commit('b0', record('m_bbbbbbbb', 0));
  first.fail(new Error('ENOSPC'));
  await waitFor(() => said.length === 2);
  expect(said).toEqual(['a0', 'b0']);
  commit('c0', record('m_cccccccc', 0));
  expect(said).toEqual(['a0', 'b0', 'c0']);
  expect([committer.away, errors.length]).toEqual([true, 1]);
  const probe = await log.nth(1);
  expect(probe.records).toEqual([]);
  probe.fail(new Error('ENOSPC'));
  (await log.nth(2)).land();
  await waitFor(() => !committer.away);
  expect(fullNeeded).toEqual([['m_aaaaaaaa', 'm_bbbbbbbb', 'm_cccccccc']]);
});

test('after a gap no patch goes to the log before the full state of its match [SV-11]', async () => {
  const { log, said, commit } = setUp();
  commit('a0', record('m_aaaaaaaa', 0));
  (await log.nth(0)).fail(new Error('EIO'));
  (await log.nth(1)).land();
  await waitFor(() => said.length === 1);
  commit('a1', record('m_aaaaaaaa', 1));
  commit('a2', record('m_aaaaaaaa', 2, { kind: 'full' }));
  commit('a3', record('m_aaaaaaaa', 3));
  const append = await log.nth(2);
  expect(ticks(append)).toEqual([2, 3]);
  append.land();
  await waitFor(() => said.length === 4);
  expect(said).toEqual(['a0', 'a1', 'a2', 'a3']);
});

test('an append that stalls lets play go on; when it lands after all, only what was left out is asked for [SV-11]', async () => {
  const { log, said, fullNeeded, commit, committer } = setUp(20);
  commit('a0', record('m_aaaaaaaa', 0));
  const first = await log.nth(0);
  commit('b0', record('m_bbbbbbbb', 0));
  await waitFor(() => said.length === 2);
  expect(said).toEqual(['a0', 'b0']);
  expect(committer.away).toBe(true);
  first.land();
  await waitFor(() => !committer.away);
  expect(fullNeeded).toEqual([['m_bbbbbbbb']]);
  expect(log.appends.length).toBe(1);
});

test('more than may wait is let go, and the log counts as away until it answers [SV-11]', async () => {
  const { log, said, commit, committer } = setUp();
  commit('a0', record('m_aaaaaaaa', 0));
  const first = await log.nth(0);
  commit('big', record('m_bbbbbbbb', 0, { state: new Uint8Array(65 * 1024 * 1024) }));
  expect(said).toEqual(['a0', 'big']);
  first.land();
  await waitFor(() => !committer.away);
});

test('whoever waits for a record learns that the log did not take it, whether it was away before or stalls with it', async () => {
  const { log, committer } = setUp(20);
  const first = committer.record(record('m_aaaaaaaa', 0, { kind: 'full' }));
  await log.nth(0);
  const second = committer.record(record('m_bbbbbbbb', 0, { kind: 'full' }));
  await expect(first).rejects.toThrow(RecordLostError);
  await expect(second).rejects.toThrow(RecordLostError);
  await expect(committer.record(record('m_aaaaaaaa', 1, { kind: 'full' }))).rejects.toThrow(RecordLostError);
  log.appends[0]?.land();
  await waitFor(() => !committer.away);
  const third = committer.record(record('m_bbbbbbbb', 1, { kind: 'full' }));
  (await log.nth(1)).land();
  await expect(third).resolves.toBeUndefined();
});

test('a match that is forgotten while the log is away is not asked for a full state later', async () => {
  const { log, fullNeeded, commit, committer } = setUp(20);
  commit('a0', record('m_aaaaaaaa', 0));
  const first = await log.nth(0);
  await waitFor(() => committer.away);
  committer.forget('m_aaaaaaaa');
  first.fail(new Error('EIO'));
  (await log.nth(1)).land();
  await waitFor(() => !committer.away);
  expect(fullNeeded).toEqual([[]]);
});

test('winding down waits for a log that is away, and takes a slow append for no stall [SV-5]', async () => {
  const { log, commit, committer } = setUp(1);
  commit('a0', record('m_aaaaaaaa', 0));
  const first = await log.nth(0);
  await waitFor(() => committer.away);
  const there = committer.windDown(60_000).then(() => committer.away);
  first.land();
  expect(await there).toBe(false);
  const full = committer.record(record('m_aaaaaaaa', 1, { kind: 'full' }));
  const second = await log.nth(1);
  const startedMs = performance.now();
  await waitFor(() => performance.now() - startedMs > 20);
  expect(committer.away).toBe(false);
  second.land();
  await full;
});

test('winding down ends at its limit, and what the log did not take by then is lost', async () => {
  const { log, commit, committer } = setUp(1);
  commit('a0', record('m_aaaaaaaa', 0));
  await log.nth(0);
  await committer.windDown(20);
  await committer.settled();
  await expect(committer.record(record('m_aaaaaaaa', 1, { kind: 'full' }))).rejects.toThrow(RecordLostError);
});

test('a sealed log lets nothing out any more, and the process is told once [SV-10]', async () => {
  const { log, said, sealed, commit, committer } = setUp();
  commit('a0', record('m_aaaaaaaa', 0));
  const append = await log.nth(0);
  commit('b0', record('m_bbbbbbbb', 0));
  const settled = committer.settled();
  const full = committer.record(record('m_bbbbbbbb', 1, { kind: 'full' }));
  append.fail(new LogSealedError('one'));
  await expect(full).rejects.toThrow(LogSealedError);
  await expect(settled).rejects.toThrow(LogSealedError);
  commit('late', null);
  await expect(committer.settled()).rejects.toThrow(LogSealedError);
  await expect(committer.record(record('m_bbbbbbbb', 2, { kind: 'full' }))).rejects.toThrow(LogSealedError);
  expect([said, sealed, log.appends.length]).toEqual([[], [true], 1]);
});

test("with the log away nothing is let out before the lease was proved since then: who is cut off from both stores at once says nothing that its successor won't know [CL-67]", async () => {
  const asked: number[] = [];
  let provedAtMs = performance.now();
  const logAway = (): void => void asked.push(performance.now());
  const { log, said, committer, commit } = setUp(10, { held: true, logAway, provedSince: (ms) => provedAtMs >= ms });
  commit('a0', record('m_aaaaaaaa', 0));
  await log.nth(0);
  await waitFor(() => committer.away);
  commit('a1', record('m_aaaaaaaa', 1));
  committer.resume();
  expect(said).toEqual([]);
  // It asks at once, so that an outage of Redis alone is hardly felt.
  expect(asked).toHaveLength(1);

  provedAtMs = performance.now();
  committer.resume();
  commit('a2', record('m_aaaaaaaa', 2));
  expect(said).toEqual(['a0', 'a1', 'a2']);
});

test('what waited for a proof is never let out once the log is sealed [CL-67]', async () => {
  const { log, said, sealed, committer, commit } = setUp(10, {
    held: true,
    logAway: () => {},
    provedSince: () => false,
  });
  commit('a0', record('m_aaaaaaaa', 0));
  const append = await log.nth(0);
  await waitFor(() => committer.away);
  append.fail(new LogSealedError('i_one'));
  await waitFor(() => sealed.length === 1);
  committer.resume();
  expect(said).toEqual([]);
});

/** With a lease that the test takes away and gives back. */
function leased() {
  const lease = { held: true, provedSince: () => true, timesAway: 0, logAway: () => void (lease.timesAway += 1) };
  return { ...setUp(60_000, lease), lease };
}

test('a lease that lapses while an append is under way holds back what it brought, and all after it, until it is back [CL-16]', async () => {
  const { log, said, commit, committer, lease } = leased();
  commit('a0', record('m_aaaaaaaa', 0));
  const first = await log.nth(0);
  lease.held = false;
  first.land();
  await waitFor(() => committer.stats.flushes === 1);
  commit('nothing', null);
  committer.letOut(() => said.push('free'));
  commit('b0', record('m_bbbbbbbb', 0));
  (await log.nth(1)).land();
  await waitFor(() => committer.stats.flushes === 2);
  expect(said).toEqual([]);
  lease.held = true;
  committer.resume();
  await waitFor(() => said.length === 4);
  expect(said).toEqual(['a0', 'nothing', 'free', 'b0']);
});

test('a log that goes away takes its part of the lease with it; play without either waits [CL-16]', async () => {
  const { log, said, fullNeeded, commit, committer, lease } = leased();
  commit('a0', record('m_aaaaaaaa', 0));
  const first = await log.nth(0);
  lease.held = false;
  first.fail(new Error('EIO'));
  await waitFor(() => committer.away);
  commit('b0', record('m_bbbbbbbb', 0));
  expect([said, lease.timesAway]).toEqual([[], 1]);
  (await log.nth(1)).land();
  await waitFor(() => !committer.away);
  expect([said, fullNeeded]).toEqual([[], [['m_aaaaaaaa', 'm_bbbbbbbb']]]);
  lease.held = true;
  committer.resume();
  expect(said).toEqual(['a0', 'b0']);
});

test('what waited for the lease is never let out if the log turns out to be sealed [CL-12, CL-16]', async () => {
  const { log, said, sealed, commit, committer, lease } = leased();
  lease.held = false;
  committer.letOut(() => said.push('free'));
  commit('a0', record('m_aaaaaaaa', 0));
  (await log.nth(0)).fail(new LogSealedError('one'));
  await waitFor(() => sealed.length === 1);
  lease.held = true;
  committer.resume();
  expect(said).toEqual([]);
});

test('a lease that lapses between two releases holds back the second [CL-16]', async () => {
  const { log, said, commit, committer, lease } = leased();
  committer.commit(record('m_aaaaaaaa', 0), () => {
    said.push('a0');
    lease.held = false;
  });
  commit('b0', record('m_bbbbbbbb', 0));
  (await log.nth(0)).land();
  await waitFor(() => said.length > 0);
  expect(said).toEqual(['a0']);
  lease.held = true;
  committer.resume();
  expect(said).toEqual(['a0', 'b0']);
});

test('a log that has lost what it had is asked again at once, and all full states with it [CL-3]', async () => {
  const { log, fullNeeded, commit } = setUp();
  commit('a0', record('m_aaaaaaaa', 0));
  (await log.nth(0)).fail(new LogLostError());
  await new Promise((resolve) => setImmediate(resolve));
  expect(log.appends.length).toBe(2);
  log.appends[1]?.land();
  await waitFor(() => fullNeeded.length === 1);
  expect(fullNeeded).toEqual([['m_aaaaaaaa']]);
});

test('a log that nothing is written to can be asked whether it is sealed or away [CL-12, CL-16]', async () => {
  const { log, committer, sealed } = setUp();
  committer.probe();
  committer.probe();
  expect(log.appends.map(({ records }) => records)).toEqual([[]]);
  log.appends[0]?.fail(new Error('EIO'));
  await waitFor(() => committer.away);
  (await log.nth(1)).land();
  await waitFor(() => !committer.away);
  committer.probe();
  log.appends[2]?.fail(new LogSealedError('one'));
  await waitFor(() => sealed.length === 1);
  committer.probe();
  expect(log.appends.length).toBe(3);
});
