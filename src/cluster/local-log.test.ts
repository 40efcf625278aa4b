import { expect, test } from '@jest/globals';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { waitFor } from '../../tests/support/wait-for.ts';
import type { ClusterLog } from './cluster-log.ts';
import { LocalDeadLogs } from './local-dead-logs.ts';
import { openLocalLog, type LocalLogOptions } from './local-log.ts';
import type { MatchLog } from './match-log.ts';
import { listSegments, logPath, segmentPath } from './log-files.ts';
import { encodeBatch, LogFormatError } from './log-format.ts';
import { ProcessClock } from './process-clock.ts';
import { type LogStore, readAll, record, roomLogContract } from './room-log.contract.ts';

const silent: ClusterLog = { info: () => {}, warn: () => {}, error: () => {} };

class Folder implements LogStore {
  readonly path: string;
  readonly clock = new ProcessClock();

  constructor(folder: string) {
    this.path = folder;
  }

  open(incarnation: string, options: Partial<LocalLogOptions> = {}): Promise<MatchLog> {
    return openLocalLog({ folder: this.path, incarnation, clock: this.clock, ...options });
  }

  deadLogs(incarnation: string, logger: ClusterLog = silent): LocalDeadLogs {
    return new LocalDeadLogs({ folder: this.path, incarnation, logger });
  }

  async lastSegment(incarnation: string): Promise<string> {
    const log = logPath(this.path, incarnation);
    return segmentPath(log, (await listSegments(log)).at(-1) ?? 0);
  }

  async tear(incarnation: string): Promise<void> {
    const batch = encodeBatch({ lifeMs: 1, records: [{ seq: 9, record: record('m_aaaaaaaa', 9) }] });
    await appendFile(await this.lastSegment(incarnation), batch.subarray(0, batch.length - 5));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true });
  }
}

const makeFolder = async () => new Folder(await mkdtemp(path.join(tmpdir(), 'gyre-log-')));

roomLogContract('local log', makeFolder);

test('wherever the last append is torn, the appends before it come back and nothing of the torn one does [SV-8]', async () => {
  await using folder = await makeFolder();
  const log = await folder.open('one');
  const records = [record('m_aaaaaaaa', 0), record('m_aaaaaaaa', 1)];
  await log.append(records);
  const file = await folder.lastSegment('one');
  const before = (await readFile(file)).length;
  await log.append([record('m_aaaaaaaa', 2), record('m_bbbbbbbb', 0)]);
  const whole = (await readFile(file)).subarray(0);
  await log.close();
  for (let end = before; end < whole.length; end += 1) {
    await writeFile(file, whole.subarray(0, end));
    const matches = await readAll(folder.deadLogs('two'));
    expect([end, [...matches.keys()]]).toEqual([end, ['m_aaaaaaaa']]);
    expect(matches.get('m_aaaaaaaa')?.patches).toEqual(records.slice(1));
  }
});

test('damage in the middle is found, costs no record before it, and no match that was not in the damaged batch [SV-8]', async () => {
  await using folder = await makeFolder();
  const log = await folder.open('one');
  const first = [record('m_aaaaaaaa', 0), record('m_bbbbbbbb', 0), record('m_cccccccc', 0)];
  const later = [record('m_bbbbbbbb', 1), record('m_cccccccc', 2, { kind: 'full' })];
  await log.append(first);
  const file = await folder.lastSegment('one');
  const start = (await readFile(file)).length;
  await log.append([record('m_aaaaaaaa', 1), record('m_cccccccc', 1)]);
  const end = (await readFile(file)).length;
  await log.append([...later, record('m_aaaaaaaa', 2)]);
  await log.close();
  const whole = await readFile(file);
  for (let at = start; at < end; at += 1) {
    const damaged = Buffer.from(whole);
    damaged.writeUInt8((damaged[at] ?? 0) ^ 0xff, at);
    await writeFile(file, damaged);
    const told: object[] = [];
    const matches = await readAll(folder.deadLogs('two', { ...silent, error: (fields) => told.push(fields) }));
    expect(matches.get('m_aaaaaaaa')).toMatchObject({ full: first[0], patches: [] });
    expect(matches.get('m_bbbbbbbb')).toMatchObject({ full: first[1], patches: [later[0]] });
    expect(matches.get('m_cccccccc')).toMatchObject({ full: later[1], patches: [] });
    expect(told).toEqual([{ file, damagedBytes: end - start }, { matchIds: ['m_aaaaaaaa'] }]);
  }
});

test('a log of another format is refused by name, and stays as it is', async () => {
  await using folder = await makeFolder();
  const log = await folder.open('one');
  await log.close();
  const file = await folder.lastSegment('one');
  const content = await readFile(file);
  content.writeUInt32LE(99, 8);
  await writeFile(file, content);
  const dead = folder.deadLogs('two');
  await expect(readAll(dead)).rejects.toThrow(LogFormatError);
  await expect(readAll(dead)).rejects.toThrow(file);
  expect(await readFile(file)).toEqual(content);
});

test('the time played until the last sign of life counts, also without a record [SV-4]', async () => {
  await using folder = await makeFolder();
  let nowMs = 1_000;
  await using log = await folder.open('one', { clock: { nowMs: () => nowMs } });
  await log.append([record('m_aaaaaaaa', 0), record('m_bbbbbbbb', 0, { timeMs: 70 })]);
  nowMs = 1_400;
  await log.append([record('m_aaaaaaaa', 1, { timeMs: 390 })]);
  const file = await folder.lastSegment('one');
  const { size } = await stat(file);
  nowMs = 5_400;
  await waitFor(async () => (await stat(file)).size > size);
  const matches = await readAll(folder.deadLogs('two'));
  expect(matches.get('m_aaaaaaaa')?.timeMs).toBe(390 + 4_000);
  expect(matches.get('m_bbbbbbbb')?.timeMs).toBe(70 + 4_400);
});

test('a match is charged nothing for the time after its clock was frozen [SV-5]', async () => {
  await using folder = await makeFolder();
  let nowMs = 1_000;
  const clock = new ProcessClock({ nowMs: () => nowMs });
  const log = await folder.open('one', { clock });
  await log.append([record('m_aaaaaaaa', 0)]);
  nowMs = 3_000;
  clock.freeze();
  nowMs = 9_000;
  await log.append([record('m_aaaaaaaa', 4, { kind: 'full', timeMs: 2_000 })]);
  await log.close();
  expect((await readAll(folder.deadLogs('two'))).get('m_aaaaaaaa')?.timeMs).toBe(2_000);
});

test('old segments go when every match has a newer full state, and an idle match is asked for one', async () => {
  await using folder = await makeFolder();
  const rotations: number[] = [];
  await using log = await folder.open('one', { maxSegmentBytes: 500, onRotated: () => rotations.push(1) });
  await log.append([record('m_idleidle', 0), record('m_busybusy', 0)]);
  let tick = 0;
  for (; rotations.length < 4; tick += 1) {
    await log.append([record('m_busybusy', tick + 1, tick % 3 === 0 ? { kind: 'full' } : {})]);
  }
  const segments = () => listSegments(logPath(folder.path, 'one'));
  expect(await segments()).toEqual([1, 2, 3, 4, 5]);
  expect(log.matchesNeedingFull()).toEqual(['m_idleidle']);
  await log.append([record('m_idleidle', 1, { kind: 'full' }), record('m_busybusy', tick + 1, { kind: 'full' })]);
  expect(log.matchesNeedingFull()).toEqual([]);
  await waitFor(async () => (await segments()).join() === '5');
  expect((await readAll(folder.deadLogs('two'))).size).toBe(2);
});

test('a match that is over keeps no segment', async () => {
  await using folder = await makeFolder();
  await using log = await folder.open('one', { maxSegmentBytes: 50 });
  await log.append([record('m_aaaaaaaa', 0)]);
  await log.append([record('m_bbbbbbbb', 0)]);
  const segments = async () => (await listSegments(logPath(folder.path, 'one'))).join();
  expect(await segments()).toBe('1,2');
  log.forget('m_aaaaaaaa');
  await log.append([record('m_bbbbbbbb', 1)]);
  await waitFor(async () => (await segments()) === '2,3');
  expect(log.holds('m_aaaaaaaa')).toBe(false);
});

test('a disk that fails costs the append, and the log goes on once it is back [SV-11]', async () => {
  await using folder = await makeFolder();
  await using log = await folder.open('one', { maxSegmentBytes: 1 });
  await log.append([record('m_aaaaaaaa', 0), record('m_bbbbbbbb', 0)]);
  await log.append([record('m_bbbbbbbb', 1)]);
  const disk = logPath(folder.path, 'one');
  await rm(disk, { recursive: true });
  await writeFile(disk, 'no folder');
  await expect(log.append([record('m_aaaaaaaa', 1)])).rejects.toThrow('EEXIST');
  await rm(disk);
  await expect(log.append([record('m_aaaaaaaa', 2)])).rejects.toThrow('needs a full state');
  const back = record('m_aaaaaaaa', 3, { kind: 'full' });
  await log.append([back]);
  expect((await readAll(folder.deadLogs('two'))).get('m_aaaaaaaa')?.full).toEqual(back);
});

test('a discard that was killed half-way leaves nothing to read [SV-9]', async () => {
  await using folder = await makeFolder();
  await (await folder.open('one.discarded')).close();
  await readAll(folder.deadLogs('two'));
  expect(await readdir(folder.path)).toEqual([]);
});
