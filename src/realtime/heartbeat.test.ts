import { expect, test } from '@jest/globals';
import { RawSocket } from '../../tests/support/raw-socket.ts';
import { RealtimeServer } from '../../tests/support/realtime-server.ts';
import { waitFor } from '../../tests/support/wait-for.ts';

const ROUND_MS = 250;

async function start() {
  const server = await RealtimeServer.start({ heartbeatMs: ROUND_MS });
  const match = await server.match();
  const join = async (seatIndex: number) => {
    const raw = RawSocket.to(server.endpoint, server.grant(match, seatIndex));
    const asked: number[] = [];
    raw.socket.on('ping', () => asked.push(performance.now()));
    await waitFor(() => raw.codes.length > 0);
    raw.acknowledge();
    await waitFor(() => raw.messages('__gyre').length === 1);
    return { raw, asked };
  };
  const seat = (seatIndex: number) => server.host.seat(match.matchId, seatIndex);
  return { join, seat, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

test('a peer that is gone without a word is noticed, and its seat waits; one that only listens stays [SE-24]', async () => {
  await using match = await start();
  const [hung, listener] = [await match.join(0), await match.join(1)];
  // It takes nothing off the line any more, so that it answers nothing either.
  hung.raw.socket.pause();
  await waitFor(() => match.seat(0)?.connected === false);
  expect(match.seat(0)?.givenUp).toBe(false);
  const asked = listener.asked.length;
  await waitFor(() => listener.asked.length > asked + 2);
  expect([listener.raw.closeCode, match.seat(1)?.connected]).toEqual([null, true]);
  hung.raw.cut();
});

test('who says anything is not asked for a sign of life [SE-24]', async () => {
  await using match = await start();
  const [speaker, listener] = [await match.join(0), await match.join(1)];
  let seq = 0;
  const speaking = setInterval(() => speaker.raw.gyre(++seq, 'add', { by: 1 }), ROUND_MS / 5);
  await waitFor(() => listener.asked.length > 4);
  clearInterval(speaking);
  expect(speaker.asked.length).toBeLessThan(listener.asked.length);
  expect(match.seat(0)?.connected).toBe(true);
});
