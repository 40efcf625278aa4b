import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { RealtimeServer } from '../../tests/support/realtime-server.ts';
import { waitFor } from '../../tests/support/wait-for.ts';

beforeEach(() => {
  // The stock SDK tells of its reconnections on the console.
  jest.spyOn(console, 'info').mockReturnValue(undefined);
  jest.spyOn(console, 'warn').mockReturnValue(undefined);
});
afterEach(() => {
  jest.restoreAllMocks();
});

describe('a stock Colyseus client', () => {
  test('takes its seat, is welcomed, and sees its own and the other player’s doings', async () => {
    await using server = await RealtimeServer.start();
    const match = await server.match();
    const ann = await server.join(match, 0);
    const bob = await server.join(match, 1);
    await waitFor(() => bob.gyre('welcome').length === 1 && ann.gyre('welcome').length === 1);
    expect(ann.gyre('welcome')).toEqual([
      { type: 'welcome', protocol: 1, seatIndex: 0, epoch: 1, tick: expect.any(Number), lastSeq: 0 },
    ]);
    expect(await ann.room.request('add', { by: 5 })).toEqual({ ok: true });
    expect(await bob.room.request('add', { by: 101 })).toEqual({ ok: false, refused: 'too-much' });
    bob.room.send('add', { by: 2 });
    await waitFor(() => ann.state.total === 7 && bob.state.total === 7);
    expect(ann.state).toEqual({ total: 7, perSeat: [5, 2], notes: {} });
    expect(server.log.complaints).toEqual([]);
  });
});
