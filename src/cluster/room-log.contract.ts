import { setImmediate as immediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { waitFor } from '../../tests/support/wait-for.ts';
import { LogSealedError } from './log-errors.ts';
import type { RecordedMatch } from '../../rooms/kit/ports.ts';
import type { DeadLogs, LogRecord, RoomLog } from './ports.ts';

/** A place for logs, empty at first, that outlives the processes which write to it. */
export interface LogStore extends AsyncDisposable {
  /** Begins the log of an incarnation. Whoever opened it may "die" by leaving it alone. */
  open(incarnation: string): Promise<RoomLog>;
  deadLogs(incarnation: string): DeadLogs;
  /** Leaves half an append at the end of a log, as a process that dies in the middle of one does. */
  tear(incarnation: string): Promise<void>;
}

let made = 0;

/** Every log but the own of who asks, sealed and read. */
export async function readAll(dead: DeadLogs): Promise<ReadonlyMap<string, RecordedMatch>> {
  return await dead.read(await dead.list());
}

/** A record whose bytes tell it from all others. */
export function record(matchId: string, tick: number, fields: Partial<LogRecord> = {}): LogRecord {
  const kind = fields.kind ?? (tick === 0 ? 'full' : 'patch');
  made += 1;
  const own = { state: Buffer.from(`state ${made}`), hidden: kind === 'full' ? Buffer.from(`hidden ${made}`) : null };
  const record = { kind, matchId, epoch: 1, tick, timeMs: tick * 100, nextRefId: tick + 7, ...own, ...fields };
  const { state, hidden } = record;
  return { ...record, state: state && new Uint8Array(state), hidden: hidden && new Uint8Array(hidden) };
}

/** What every log must do, whatever holds it. */
export function roomLogContract(name: string, makeStore: () => Promise<LogStore>): void {
  const contract = (title: string, run: (store: LogStore) => Promise<void>) =>
    // oxlint-disable-next-line jest/expect-expect -- what is asserted is in `run`
    test(`${name}: ${title}`, async () => {
      await using store = await makeStore();
      await run(store);
    });

  contract('nothing is read back where no other incarnation was', async (store) => {
    await using log = await opened(store, 'one');
    await log.append([record('m_aaaaaaaa', 0)]);
    expect((await readAll(store.deadLogs('one'))).size).toBe(0);
    await log.append([record('m_aaaaaaaa', 1)]);
  });

  contract('a match comes back as its last full state and the patches after it [SV-1]', async (store) => {
    const records = [0, 1, 2, 3, 4].map((tick) => record('m_aaaaaaaa', tick, tick === 2 ? { kind: 'full' } : {}));
    await using log = await opened(store, 'one');
    for (const each of records) await log.append([each]);
    const match = (await readAll(store.deadLogs('two'))).get('m_aaaaaaaa');
    expect(match).toMatchObject({ epoch: 1, full: records[2], patches: records.slice(3) });
    expect(match?.timeMs).toBeGreaterThanOrEqual(400);
  });

  contract('records that were appended together, for several matches, all come back', async (store) => {
    const ids = ['m_aaaaaaaa', 'm_bbbbbbbb', 'm_cccccccc'];
    const batch = ids.flatMap((id) => [record(id, 0), record(id, 1), record(id, 2, { state: null })]);
    await using log = await opened(store, 'one');
    await log.append(batch);
    const matches = await readAll(store.deadLogs('two'));
    expect([...matches.keys()].sort()).toEqual(ids);
    for (const id of ids) {
      const own = batch.filter(({ matchId }) => matchId === id);
      expect(matches.get(id)).toMatchObject({ full: own[0], patches: own.slice(1) });
    }
  });

  contract('ten thousand records, appended while others are under way, come back whole and in order', async (store) => {
    await using log = await opened(store, 'one');
    await log.append(Array.from({ length: 100 }, (_, room) => record(`m_room${1000 + room}`, 0)));
    const appends = Array.from({ length: 100 }, (_, tick) =>
      log.append(Array.from({ length: 100 }, (_, room) => record(`m_room${1000 + room}`, tick + 1))),
    );
    await Promise.all(appends);
    const matches = await readAll(store.deadLogs('two'));
    expect(matches.size).toBe(100);
    for (const { patches } of matches.values()) {
      expect(patches.map(({ tick }) => tick)).toEqual(Array.from({ length: 100 }, (_, tick) => tick + 1));
    }
  });

  contract('an append that was torn by the death of its process is as if it had never been [SV-8]', async (store) => {
    const records = [record('m_aaaaaaaa', 0), record('m_aaaaaaaa', 1)];
    await using log = await opened(store, 'one');
    await log.append(records);
    await store.tear('one');
    expect((await readAll(store.deadLogs('two'))).get('m_aaaaaaaa')).toMatchObject({ patches: records.slice(1) });
  });

  contract('records of any size and any bytes come back as they were, in the order of their appends', async (store) => {
    const bytes = (size: number) => Uint8Array.from({ length: size }, (_, index) => (index * 31 + size) % 256);
    const sizes = [0, 1, 2, 13, 255, 4_096, 65_537, 3_000_000, 5, 10_000_000];
    const records = sizes.map((size, tick) =>
      record('m_aaaaaaaa', tick, { state: bytes(size), hidden: bytes(size % 999) }),
    );
    await using log = await opened(store, 'one');
    await Promise.all(records.map((each) => log.append([each])));
    const match = (await readAll(store.deadLogs('two'))).get('m_aaaaaaaa');
    const read = match === undefined ? [] : [match.full, ...match.patches];
    expect(read.map(({ tick }) => tick)).toEqual(records.map(({ tick }) => tick));
    const isSame = (one: Uint8Array | null, other: Uint8Array | null | undefined) =>
      Buffer.compare(one ?? bytes(7), other ?? bytes(8)) === 0;
    const changed = read.filter(
      ({ state, hidden }, at) => !isSame(state, records[at]?.state) || !isSame(hidden, records[at]?.hidden),
    );
    expect(changed.map(({ tick }) => tick)).toEqual([]);
  });

  contract('an incarnation that has no log is passed by, and costs no other [SV-9]', async (store) => {
    await using log = await opened(store, 'one');
    await log.append([record('m_aaaaaaaa', 0)]);
    const dead = store.deadLogs('two');
    expect([...(await dead.read(['nobody', 'one', 'no-one'])).keys()]).toEqual(['m_aaaaaaaa']);
    expect(await dead.list()).toEqual(['one']);
  });

  contract('only what is named is sealed and read', async (store) => {
    await using one = await opened(store, 'one');
    await using two = await opened(store, 'two');
    await one.append([record('m_aaaaaaaa', 0)]);
    await two.append([record('m_bbbbbbbb', 0)]);
    const dead = store.deadLogs('three');
    expect([...(await dead.read(['one'])).keys()]).toEqual(['m_aaaaaaaa']);
    await two.append([record('m_bbbbbbbb', 1)]);
    expect([...(await dead.list())].sort()).toEqual(['one', 'two']);
  });

  contract('two that recover from the same log at once both have all of it [SV-9]', async (store) => {
    const records = Array.from({ length: 200 }, (_, tick) => record('m_aaaaaaaa', tick));
    await using log = await opened(store, 'one');
    for (const each of records) await log.append([each]);
    const [first, second] = await Promise.all(['two', 'three'].map((reader) => store.deadLogs(reader).read(['one'])));
    expect(first?.get('m_aaaaaaaa')?.patches).toEqual(records.slice(1));
    expect(second?.get('m_aaaaaaaa')).toEqual(first?.get('m_aaaaaaaa'));
  });

  contract('a log that was sealed while it was still empty takes nothing [SV-10]', async (store) => {
    await using log = await opened(store, 'one');
    expect((await readAll(store.deadLogs('two'))).size).toBe(0);
    await expect(log.append([record('m_aaaaaaaa', 0)])).rejects.toThrow(LogSealedError);
    expect((await readAll(store.deadLogs('three'))).size).toBe(0);
  });

  contract('a log that was sealed takes nothing more, and says why [SV-10]', async (store) => {
    await using log = await opened(store, 'one');
    await log.append([record('m_aaaaaaaa', 0)]);
    await readAll(store.deadLogs('two'));
    await expect(log.append([record('m_aaaaaaaa', 1)])).rejects.toThrow(LogSealedError);
    await expect(log.append([])).rejects.toThrow(LogSealedError);
    expect((await readAll(store.deadLogs('three'))).get('m_aaaaaaaa')?.patches).toEqual([]);
  });

  contract('a log can be sealed without being read [SV-10]', async (store) => {
    await using log = await opened(store, 'one');
    await log.append([record('m_aaaaaaaa', 0)]);
    const dead = store.deadLogs('two');
    await dead.seal('one');
    await expect(log.append([record('m_aaaaaaaa', 1)])).rejects.toThrow(LogSealedError);
    expect((await readAll(dead)).get('m_aaaaaaaa')?.patches).toEqual([]);
  });

  contract('sealed in the middle of appends, a log has all that it said it had [SV-10]', async (store) => {
    await using log = await opened(store, 'one');
    await log.append([record('m_aaaaaaaa', 0)]);
    let acknowledged = 0;
    const appendUntilSealed = async (): Promise<never> => {
      for (;;) {
        await log.append([record('m_aaaaaaaa', acknowledged + 1)]);
        acknowledged += 1;
        await immediate();
      }
    };
    const ended = appendUntilSealed().catch((error: unknown) => error);
    await waitFor(() => acknowledged > 20);
    const match = (await readAll(store.deadLogs('two'))).get('m_aaaaaaaa');
    expect(await ended).toBeInstanceOf(LogSealedError);
    expect(match?.patches.length).toBeGreaterThanOrEqual(acknowledged);
    expect(match?.patches.map(({ tick }) => tick)).toEqual(match?.patches.map((_, index) => index + 1));
  });

  contract('of two incarnations that wrote a match, the one with the newer epoch counts', async (store) => {
    const newer = record('m_aaaaaaaa', 0, { epoch: 3 });
    const older = record('m_aaaaaaaa', 50, { epoch: 2, kind: 'full' });
    const other = record('m_bbbbbbbb', 0, { epoch: 1 });
    await using one = await opened(store, 'zzz');
    await one.append([older, other]);
    await using two = await opened(store, 'aaa');
    await two.append([newer]);
    const matches = await readAll(store.deadLogs('mmm'));
    expect(matches.get('m_aaaaaaaa')).toMatchObject({ epoch: 3, full: newer });
    expect(matches.get('m_bbbbbbbb')).toMatchObject({ epoch: 1, full: other });
  });

  contract('logs are read anew until they are discarded, and then gone [SV-9]', async (store) => {
    await using log = await opened(store, 'one');
    await log.append([record('m_aaaaaaaa', 0)]);
    expect((await readAll(store.deadLogs('two'))).size).toBe(1);
    const dead = store.deadLogs('three');
    const logs = await dead.list();
    expect((await dead.read(logs)).size).toBe(1);
    await dead.discard(logs);
    expect(await dead.list()).toEqual([]);
    expect((await dead.read(logs)).size).toBe(0);
    expect((await readAll(store.deadLogs('four'))).size).toBe(0);
  });

  contract('a discard leaves alone what it has not read', async (store) => {
    await using one = await opened(store, 'one');
    await one.append([record('m_aaaaaaaa', 0)]);
    const dead = store.deadLogs('three');
    const logs = await dead.list();
    await dead.read(logs);
    await using two = await opened(store, 'two');
    await two.append([record('m_bbbbbbbb', 0)]);
    await dead.discard(logs);
    expect([...(await readAll(store.deadLogs('four'))).keys()]).toEqual(['m_bbbbbbbb']);
  });

  contract('a log that was closed keeps its records and takes no more', async (store) => {
    const log = await store.open('one');
    await log.append([record('m_aaaaaaaa', 0)]);
    await log.close();
    await log.close();
    await expect(log.append([record('m_aaaaaaaa', 1)])).rejects.toThrow('closed');
    expect((await readAll(store.deadLogs('two'))).has('m_aaaaaaaa')).toBe(true);
  });

  contract('a patch without a full state before it is refused, and costs no other append', async (store) => {
    await using log = await opened(store, 'one');
    await expect(log.append([record('m_aaaaaaaa', 5)])).rejects.toThrow('full state');
    await log.append([record('m_bbbbbbbb', 0)]);
    expect([...(await readAll(store.deadLogs('two'))).keys()]).toEqual(['m_bbbbbbbb']);
  });

  contract('a match that was forgotten may begin again with a full state', async (store) => {
    const again = record('m_aaaaaaaa', 9, { kind: 'full' });
    await using log = await opened(store, 'one');
    await log.append([record('m_aaaaaaaa', 0)]);
    log.forget('m_aaaaaaaa');
    await expect(log.append([record('m_aaaaaaaa', 1)])).rejects.toThrow('full state');
    await log.append([again]);
    expect((await readAll(store.deadLogs('two'))).get('m_aaaaaaaa')?.full).toEqual(again);
  });
}

async function opened(store: LogStore, incarnation: string): Promise<RoomLog & AsyncDisposable> {
  const log = await store.open(incarnation);
  return {
    append: (records) => log.append(records),
    forget: (matchId) => log.forget(matchId),
    close: () => log.close(),
    [Symbol.asyncDispose]: () => log.close(),
  };
}
