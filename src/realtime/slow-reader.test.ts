import { expect, test } from '@jest/globals';
import { CloseCode } from '../../protocol/close-codes.ts';
import { CODE, RawSocket } from '../../tests/support/raw-socket.ts';
import { RealtimeServer } from '../../tests/support/realtime-server.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { dataFrame } from './frames.ts';
import { MAX_BUFFERED_BYTES } from './socket-client.ts';

test('a client that does not read is sent away, with no more than a bound waiting for it; others play on', async () => {
  await using server = await RealtimeServer.start();
  const match = await server.match();
  const slow = RawSocket.to(server.endpoint, server.grant(match, 0));
  await waitFor(() => slow.codes.includes(CODE.join));
  slow.acknowledge();
  await waitFor(() => slow.messages('__gyre').length === 1);
  const fast = await server.join(match, 1);
  await waitFor(() => fast.gyre('welcome').length === 1);
  const [client] = server.directory.get(match.matchId)?.clients ?? [];
  slow.socket.pause();
  let mostBuffered = 0;
  const frame = dataFrame('blob', 'x'.repeat(32 * 1024));
  // The kernel takes some megabytes before anything waits with us.
  await waitFor(() => {
    for (let i = 0; i < 64; i += 1) client?.tell(frame);
    mostBuffered = Math.max(mostBuffered, client?.ref.bufferedAmount ?? 0);
    return client?.stage === 'ended';
  });
  expect(mostBuffered).toBeLessThan(MAX_BUFFERED_BYTES + 64 * 1024);
  expect(await fast.room.request('add', { by: 1 })).toEqual({ ok: true });
  slow.socket.resume();
  expect(await waitFor(() => slow.closeCode)).toBe(CloseCode.comeBack);
  // It finds its seat waiting.
  await waitFor(() => server.host.seat(match.matchId, 0)?.connected === false);
  expect(server.host.seat(match.matchId, 0)?.givenUp).toBe(false);
});

test('a state of many megabytes gets to a client that has just joined, with the patches behind it', async () => {
  await using server = await RealtimeServer.start();
  const match = await server.match();
  const reader = await server.join(match, 0);
  await waitFor(() => reader.gyre('welcome').length === 1);
  const [client] = server.directory.get(match.matchId)?.clients ?? [];
  const raw = RawSocket.to(server.endpoint, server.grant(match, 1));
  await waitFor(() => raw.codes.includes(CODE.join));
  const joining = [...(server.directory.get(match.matchId)?.clients ?? [])].find((each) => each !== client);
  joining?.acknowledge();
  joining?.goLive([dataFrame('large', 'x'.repeat(8 * MAX_BUFFERED_BYTES))]);
  joining?.tell(dataFrame('patch', 1));
  expect(joining?.stage).toBe('live');
  await waitFor(() => raw.messages('patch').length === 1);
  expect(raw.messages('large')).toHaveLength(1);
});
