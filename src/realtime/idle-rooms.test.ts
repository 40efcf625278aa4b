import { expect, test } from '@jest/globals';
import { RealtimeServer } from '../../tests/support/realtime-server.ts';
import { waitFor } from '../../tests/support/wait-for.ts';

test('a hundred idle rooms own no timer [RM-8]', async () => {
  await using server = await RealtimeServer.start();
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  for (let i = 0; i < 100; i += 1) await server.match();
  // The scheduler, the log and the sockets' pings have one each, for all rooms.
  await waitFor(() => timers() < 10, { what: 'quiet' });
  expect(server.host.roomCount).toBe(100);
});
