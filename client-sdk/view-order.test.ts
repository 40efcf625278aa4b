import { expect, test } from '@jest/globals';
import { CurrentLobby } from './current-lobby.ts';
import type { JoinedLobbyView } from './views.ts';
import { ViewOrder } from './view-order.ts';

test.each([
  ['a newer version', [3, 2], true],
  ['the same again', [3, 1], true],
  ['an older version', [3, 0], false],
  ['a later stay, whatever its version', [4, 0], true],
  ['an earlier stay, whatever its version', [2, 99], false],
] as const)('[SD-5] after (3, 1), %s', (_what, [rev, version], admitted) => {
  const order = new ViewOrder();
  expect(order.admits(3, 1)).toBe(true);
  expect(order.admits(rev, version)).toBe(admitted);
});

function lobby(id: string, version: number, rev: number): JoinedLobbyView {
  // What the order of views looks at.
  return { id, version, rev, game: 'x', matchId: null } as JoinedLobbyView;
}

function current(): CurrentLobby {
  return new CurrentLobby({
    api: { call: () => Promise.resolve(undefined as never) },
    myId: () => null,
    takeSeat: () => Promise.reject(new Error('there is no match')),
  });
}

test('[SD-5] an answer that was outrun by a push changes nothing', () => {
  const lobbies = current();
  lobbies.learned(1, lobby('l_1', 3, 1), null);
  const entered = lobbies.entered(lobby('l_1', 2, 1));
  expect(entered).toBe(lobbies.live.view);
  expect(entered.view.version).toBe(3);
});

test('[SD-5] a push that was on its way while one left does not bring the lobby back', async () => {
  const lobbies = current();
  const joined = lobbies.entered(lobby('l_1', 1, 1));
  await joined.leave();
  lobbies.learned(1, lobby('l_1', 2, 1), null);
  expect(lobbies.live.view).toBeNull();
  expect(await joined.closed).toBe('left');
  lobbies.learned(2, null, 'left');
  const next = lobbies.entered(lobby('l_2', 1, 3));
  expect(lobbies.live.view).toBe(next);
});

test('the hub says why one is out; another lobby in between means that one left', async () => {
  const lobbies = current();
  const first = lobbies.entered(lobby('l_1', 1, 1));
  lobbies.learned(2, null, 'kicked');
  expect(await first.closed).toBe('kicked');
  const second = lobbies.entered(lobby('l_2', 1, 3));
  lobbies.learned(5, lobby('l_3', 1, 5), null);
  expect(await second.closed).toBe('left');
  expect(lobbies.live.view?.id).toBe('l_3');
});
