import { expect, test } from '@jest/globals';
import { dataFrame } from '../../src/realtime/frames.ts';
import { CODE, type RawSocket } from '../support/raw-socket.ts';
import { RealtimeServer } from '../support/realtime-server.ts';
import { SlowLog } from '../support/slow-log.ts';
import { waitFor } from '../support/wait-for.ts';

const PATCHES = 50;

const patchesOf = (raw: RawSocket): Buffer[] => raw.frames.filter((_, index) => raw.codes[index] === CODE.patch);

// The buffer that patches are encoded into is used again for the next one. A frame that is a view of it changes
// under a socket that has not been written yet.
test('[HD-1] a reader that is many patches behind gets each as it was, byte for byte, and not torn by later ones', async () => {
  await using server = await RealtimeServer.start();
  const match = await server.match();
  const slow = await server.rawJoin(match, 0);
  const [client] = server.directory.get(match.matchId)?.clients ?? [];
  const fast = await server.rawJoin(match, 1);
  await waitFor(() => client?.stage === 'live');
  slow.socket.pause();
  const filling = dataFrame('filling', 'x'.repeat(32 * 1024));
  // What the kernel still takes is a copy already; from here on, frames wait as they are.
  await waitFor(() => {
    for (let i = 0; i < 16 && client?.ref.bufferedAmount === 0; i += 1) client.tell(filling);
    return (client?.ref.bufferedAmount ?? 0) > 0;
  });
  for (let sent = 1; sent <= PATCHES; sent += 1) {
    fast.data('note', { key: `key ${sent % 7}`, text: String.fromCharCode(64 + sent).repeat(1_000 + sent) });
    await waitFor(() => patchesOf(fast).length >= sent, { everyMs: 1 });
  }
  expect(client?.ref.bufferedAmount).toBeGreaterThan(PATCHES * 1_000);
  slow.socket.resume();
  await waitFor(() => patchesOf(slow).length >= PATCHES);
  expect(patchesOf(slow).map((frame) => frame.toString('hex'))).toEqual(
    patchesOf(fast).map((frame) => frame.toString('hex')),
  );
});

test('[HD-1] a patch that waits for its record is not torn by what other rooms encode meanwhile', async () => {
  const disk = new SlowLog();
  await using server = await RealtimeServer.start({ wrapLog: disk.wrap });
  const players: { raw: RawSocket; matchId: string; text: string }[] = [];
  for (const letter of ['a', 'b', 'c', 'd']) {
    const match = await server.match();
    players.push({ raw: await server.rawJoin(match, 0), matchId: match.matchId, text: letter.repeat(1_000) });
  }
  disk.stall();
  for (const { raw, text } of players) raw.gyre(1, 'note', { key: 'k', text });
  await waitFor(() => players.every(({ matchId }) => server.host.seat(matchId, 0)?.lastSeq === 1), { everyMs: 1 });
  disk.goOn();
  await waitFor(() => players.every(({ raw }) => patchesOf(raw).length === 1));
  const torn = players.filter(({ raw, text }) => !patchesOf(raw)[0]?.includes(text));
  expect(torn.map(({ text }) => text[0])).toEqual([]);
});
