import { expect, test } from '@jest/globals';
import { RecordedSocket } from '../../tests/support/recorded-socket.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { LobbyWatches } from './lobby-watches.ts';

test('few pages are read at once, however many different ones are watched, and all are read in the end', async () => {
  const running = { now: 0, most: 0, done: 0 };
  const load = async () => {
    running.now += 1;
    running.most = Math.max(running.most, running.now);
    await new Promise((resolve) => setImmediate(resolve));
    running.now -= 1;
    running.done += 1;
    return [];
  };
  const watches = new LobbyWatches((error) => {
    throw error;
  });
  const sockets = Array.from({ length: 20 }, (_, index) => new RecordedSocket(`p_${index}`));
  await Promise.all(sockets.map((socket, index) => watches.watch(socket, { key: String(index), load })));
  expect(running).toEqual({ now: 0, most: 2, done: 20 });
  watches.touch();
  await waitFor(() => running.done === 40, { what: 'the pages to be read again' });
  expect(running.most).toBe(2);
  watches.stop();
});
