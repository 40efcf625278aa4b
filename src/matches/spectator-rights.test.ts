import { describe, expect, test } from '@jest/globals';
import { ID_PATTERN, RECONNECTION_TOKEN_PATTERN, SEAT_RIGHT_MS } from '../../protocol/limits.ts';
import { SeatRights } from './seat-rights.ts';

const SECRET = 'a secret of at least 32 characters';
const CLAIM = { matchId: 'm_1', playerId: 'p_eve' };
const SEATS = [{ index: 0, playerId: 'p_ann' }];

function rights(secret = SECRET) {
  const clock = { nowMs: Date.UTC(2030, 0, 1) };
  return { clock, rights: new SeatRights(secret, { now: () => new Date(clock.nowMs) }) };
}

describe('the right to watch', () => {
  test('is a session id that stays and a token, without which it opens nothing [MA-8]', () => {
    const { rights: subject } = rights();
    const { sessionId, reconnectionToken: token } = subject.watcher(CLAIM);
    expect(sessionId).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(token).toMatch(new RegExp(RECONNECTION_TOKEN_PATTERN));
    expect(rights().rights.watcher(CLAIM).sessionId).toBe(sessionId);
    expect(subject.recognise('m_1', SEATS, { sessionId, token })).toEqual({ spectator: { playerId: 'p_eve' } });
    expect(subject.recognise('m_1', SEATS, { sessionId, token: null })).toBeNull();
  });

  test('fits into the contract for the longest ids', () => {
    const playerId = 'p'.repeat(36);
    expect(playerId).toMatch(new RegExp(ID_PATTERN));
    const { rights: subject } = rights();
    for (const token of [
      subject.watcher({ matchId: 'm_1', playerId }).reconnectionToken,
      subject.signSpectator({ matchId: 'm_1', playerId }),
    ]) {
      expect(token).toMatch(new RegExp(RECONNECTION_TOKEN_PATTERN));
    }
  });

  test('is to be used within a minute, and lets who was in come back for as long as the match lives [MA-8]', () => {
    const { rights: subject, clock } = rights();
    const { sessionId, reconnectionToken: first } = subject.watcher(CLAIM);
    const again = subject.signSpectator(CLAIM);
    const opens = (token: string) => subject.recognise('m_1', SEATS, { sessionId, token }) !== null;
    clock.nowMs += SEAT_RIGHT_MS;
    expect([opens(first), opens(again)]).toEqual([true, true]);
    clock.nowMs += 1;
    expect([opens(first), opens(again)]).toEqual([false, true]);
    clock.nowMs += 24 * 3_600_000;
    expect(opens(again)).toBe(true);
  });

  test('is worth nothing at another match, for another player, at a seat, or with one bit changed [MA-8]', () => {
    const { rights: subject } = rights();
    const { sessionId, reconnectionToken: token } = subject.watcher(CLAIM);
    const seat = { matchId: 'm_1', seatIndex: 0, playerId: 'p_ann' };
    const presented = [
      { sessionId: subject.sessionIdOf(seat), token },
      { sessionId, token: subject.sign({ ...seat, generation: 1 }) },
      { sessionId, token: subject.watcher({ ...CLAIM, playerId: 'p_bob' }).reconnectionToken },
      { sessionId, token: subject.watcher({ ...CLAIM, matchId: 'm_2' }).reconnectionToken },
      { sessionId, token: rights('another secret of 32 characters..').rights.watcher(CLAIM).reconnectionToken },
      { sessionId: subject.watcher({ ...CLAIM, playerId: 'p_bob' }).sessionId, token },
      { sessionId, token: '' },
      { sessionId, token: `${token}A` },
      { sessionId, token: 'A'.repeat(53) },
    ];
    for (const each of presented) expect(subject.recognise('m_1', SEATS, each)).toBeNull();
    expect(subject.recognise('m_2', SEATS, { sessionId, token })).toBeNull();
    const bytes = Buffer.from(token, 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const forged = Buffer.from(bytes);
      forged.writeUInt8(forged.readUInt8(index) ^ 1, index);
      expect(subject.recognise('m_1', SEATS, { sessionId, token: forged.toString('base64url') })).toBeNull();
    }
  });
});
