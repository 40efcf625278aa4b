import { expect, jest, test } from '@jest/globals';
import { CODE } from '../../tests/support/raw-socket.ts';
import { RealtimeServer } from '../../tests/support/realtime-server.ts';
import { SlowLog } from '../../tests/support/slow-log.ts';
import { waitFor } from '../../tests/support/wait-for.ts';

test('what a step brings goes out to each client in one write: the patch, events and replies, the acknowledgement [SE-23]', async () => {
  const disk = new SlowLog();
  await using server = await RealtimeServer.start({ wrapLog: disk.wrap });
  const match = await server.match();
  const raw = await server.rawJoin(match, 0);
  const [client] = server.directory.get(match.matchId)?.clients ?? [];
  if (client === undefined) throw new Error('nobody is there');
  const before = raw.frames.length;
  const together = jest.spyOn(client.ref, 'sendFrames');
  const alone = jest.spyOn(client.ref, 'sendFrame');
  disk.stall();
  raw.gyre(1, 'add', { by: 1 });
  await waitFor(() => server.host.seat(match.matchId, 0)?.lastSeq === 1);
  raw.gyre(2, 'shout', { text: 'hear' }, true);
  await waitFor(() => server.host.seat(match.matchId, 0)?.lastSeq === 2);
  disk.goOn();
  await waitFor(() => raw.messages('__gyre').length === 3);
  expect(raw.codes.slice(before)).toEqual([CODE.patch, CODE.data, CODE.data, CODE.data, CODE.data]);
  expect(together.mock.calls.map(([frames]) => frames.length)).toEqual([2, 3]);
  expect(alone).not.toHaveBeenCalled();
});
