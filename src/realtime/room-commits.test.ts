import { expect, test } from '@jest/globals';
import type { Durability } from '../../rooms/kit/define-game.ts';
import { MatchCore } from '../../rooms/kit/match-core.ts';
import type { CommitRecord, StepOutput } from '../../rooms/kit/ports.ts';
import { CounterRoom } from '../../tests/support/counter-game.ts';
import { durable } from '../../tests/support/durable.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { GroupCommitter } from '../cluster/committer.ts';
import { LogSealedError } from '../cluster/log-errors.ts';
import type { LogRecord, RoomLog } from '../cluster/ports.ts';
import { RoomCommits } from './room-commits.ts';

const SEAT = { index: 0, playerId: 'p_aaaaaaaa', displayName: 'Ann', team: null, isBot: false };

/** A room's commits on a log whose appends wait until they are told to end. */
function setUp(durability: Durability) {
  const init = { matchId: 'm_aaaaaaaa', settings: {}, seats: [SEAT], seed: 1 };
  const core = MatchCore.create(durable(CounterRoom, durability), init, () => {});
  const appends: { records: readonly LogRecord[]; land: () => void; fail: (error: Error) => void }[] = [];
  const log: RoomLog = {
    append: (records) => new Promise((land, fail) => appends.push({ records, land, fail })),
    forget: () => {},
    close: () => Promise.resolve(),
  };
  const said: string[] = [];
  const logger = { info: () => {}, warn: () => {}, error: (_: object, message: string) => said.push(message) };
  const parts = { log, logger, stallMs: 600_000, onFullNeeded: () => {}, onSealed: () => {} };
  const committer = new GroupCommitter(parts);
  const commits = new RoomCommits({ core, epoch: 3, committer });
  const step = (name: string, of: Partial<StepOutput> = {}): void =>
    commits.step({ ...NOTHING, ...of }, () => said.push(name));
  const nth = (index: number) => waitFor(() => appends[index]);
  return { core, commits, committer, appends, said, step, nth };
}

const NOTHING: StepOutput = {
  record: null,
  changed: true,
  patch: null,
  messages: [],
  givenUp: [],
  result: null,
  failed: false,
};

test('with "snapshot" a step waits neither for a log nor for the records of other matches [CL-40]', async () => {
  const { commits, committer, said, step, nth } = setUp('snapshot');
  const ready = commits.recordFull();
  (await nth(0)).land();
  await ready;
  expect(commits.changed).toBe(false);
  committer.commit(otherMatch, () => said.push('other'));
  await nth(1);
  step('a');
  step('b');
  expect(said).toEqual(['a', 'b']);
  expect(commits.changed).toBe(true);
  commits.writeFull();
  step('c');
  expect(said).toEqual(['a', 'b', 'c']);
  (await nth(1)).land();
  const written = await nth(2);
  expect(written.records).toMatchObject([{ kind: 'full', matchId: 'm_aaaaaaaa', epoch: 3 }]);
  written.land();
});

test('what may not be taken back waits for its record, and nothing of the match overtakes it [CL-41]', async () => {
  const { core, commits, said, step, nth } = setUp('snapshot');
  const ready = commits.recordFull();
  (await nth(0)).land();
  await ready;
  step('before');
  step('lasting', { record: core.full() });
  step('after');
  commits.letOut(null, () => said.push('a client that joins'));
  expect(said).toEqual(['before']);
  (await nth(1)).land();
  await waitFor(() => said.length === 4);
  expect(said).toEqual(['before', 'lasting', 'after', 'a client that joins']);
  step('later');
  expect(said.at(-1)).toBe('later');
});

test('ids are not used up beyond those that a durable snapshot sets aside [CL-42]', async () => {
  const { core, commits, said, step, nth } = setUp('snapshot');
  const ready = commits.recordFull();
  const first = await nth(0);
  first.land();
  await ready;
  const upTo = (first.records[0] as CommitRecord).nextRefId;
  expect(upTo).toBeGreaterThan(core.nextRefId);
  const spent = { value: upTo };
  Object.defineProperty(core, 'nextRefId', { get: () => spent.value });
  step('the last that was set aside');
  spent.value = upTo + 1;
  step('one more');
  expect(said).toEqual(['the last that was set aside']);
  (await nth(1)).land();
  await waitFor(() => said.length === 2);
});

test('with "none" nothing is written, and nothing waits [CL-44]', async () => {
  const { commits, committer, appends, said, step } = setUp('none');
  await commits.recordFull();
  commits.writeFull();
  step('a');
  expect(said).toEqual(['a']);
  expect(commits.fullWithinMs).toBe(Infinity);
  await committer.settled();
  expect(appends).toEqual([]);
});

test('a sealed log lets out nothing of any durability [SV-10]', async () => {
  const { committer, said, step, nth } = setUp('none');
  committer.commit(otherMatch, () => said.push('other'));
  (await nth(0)).fail(new LogSealedError('sealed'));
  await waitFor(() => said.length > 0);
  expect(said.splice(0)).toEqual([expect.stringContaining('sealed')]);
  step('a');
  expect(said).toEqual([]);
});

test('whoever runs the match next gets all of it, when everything before is let out [CL-40, CL-44]', async () => {
  const none = setUp('none');
  none.step('a');
  expect(await none.commits.handOver()).toMatchObject({ kind: 'full', nextRefId: none.core.nextRefId });
  expect([none.said, none.appends]).toEqual([['a'], []]);

  const { core, commits, said, step, nth } = setUp('snapshot');
  step('lasting', { record: core.full() });
  step('after');
  const handedOver = commits.handOver().then((record) => said.push(record.kind));
  (await nth(0)).land();
  await handedOver;
  expect(said).toEqual(['lasting', 'after', 'full']);
});

test('a release that throws harms nobody [SV-1]', () => {
  const { commits, said, step } = setUp('none');
  commits.letOut(null, () => {
    throw new Error('no');
  });
  step('a');
  expect(said).toEqual(['letting out a step threw', 'a']);
});

const otherMatch: LogRecord = {
  matchId: 'm_bbbbbbbb',
  epoch: 1,
  kind: 'full',
  tick: 1,
  timeMs: 1,
  state: new Uint8Array(1),
  hidden: new Uint8Array(1),
  nextRefId: 1,
};
