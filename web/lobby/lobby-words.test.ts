import { describe, expect, test } from '@jest/globals';
import { memberNews } from './member-news.ts';
import { rematchAdvice, startAdvice } from './start-advice.ts';

function member(playerId: string, { ready = false, connected = true } = {}) {
  return {
    playerId,
    displayName: playerId.toUpperCase(),
    ready,
    connected,
    team: null,
    joinedAt: '',
    data: { public: {} },
  };
}

function lobby(startMode: 'host' | 'all-ready' | 'instant', ...members: ReturnType<typeof member>[]) {
  return { members, startMode, hostId: 'ann', minPlayers: 2 };
}

describe('what a lobby waits for', () => {
  test.each([
    ['a second player', lobby('all-ready', member('ann', { ready: true })), 'Waiting for one more player', false],
    [
      'a second player who is connected',
      lobby('host', member('ann'), member('ben', { ready: true, connected: false })),
      'Waiting for one more player',
      false,
    ],
    ['oneself', lobby('all-ready', member('ann'), member('ben')), 'Tell us when you are ready', false],
    ['another', lobby('all-ready', member('ann', { ready: true }), member('ben')), 'Waiting for BEN', false],
    [
      'nobody, as a host need not be ready',
      lobby('host', member('ann'), member('ben', { ready: true })),
      'Everyone is ready',
      true,
    ],
    ['nobody, where it begins at once', lobby('instant', member('ann')), 'It begins as soon as anyone wants to', true],
  ])('%s', (_name, view, words, canStart) => {
    expect(startAdvice(view, 'ann')).toEqual({ words, canStart });
  });

  test.each([
    ['nobody has asked yet', lobby('all-ready', member('ann'), member('ben')), ''],
    ['the other has asked', lobby('all-ready', member('ann'), member('ben', { ready: true })), 'BEN wants a rematch!'],
    ['I have asked', lobby('all-ready', member('ann', { ready: true }), member('ben')), 'Waiting for BEN'],
    ['the other is gone', lobby('all-ready', member('ann')), 'Waiting for one more player'],
    ['it begins at once', lobby('instant', member('ann')), ''],
  ])('a rematch: %s', (_name, view, words) => {
    expect(rematchAdvice(view, 'ann').words).toBe(words);
  });
});

test('readers are told of the others, not of oneself', () => {
  const before = [member('ann'), member('ben'), member('cid')];
  const after = [member('ann', { ready: true }), member('ben', { ready: true }), member('dan')];
  expect(memberNews(before, after, 'ann')).toBe('BEN is ready. DAN has joined. CID has left.');
  expect(memberNews(after, after, 'ann')).toBe('');
  expect(memberNews([member('ben')], [member('ben', { connected: false })], 'ann')).toBe(
    'BEN has lost the connection.',
  );
});
