import { describe, expect, test } from '@jest/globals';
import { RECONNECTION_TOKEN_PATTERN } from '../../protocol/limits.ts';
import { SeatRights } from './seat-rights.ts';

const SEATS = [
  { index: 0, playerId: 'p_ann' },
  { index: 1, playerId: null },
  { index: 2, playerId: 'p_bob' },
];
const SEAT = { matchId: 'm_1', seatIndex: 2, playerId: 'p_bob' };

function rights(secret = 'a secret of at least 32 characters') {
  const clock = { nowMs: Date.UTC(2030, 0, 1) };
  return { clock, rights: new SeatRights(secret, { now: () => new Date(clock.nowMs) }) };
}

describe('the right to a seat', () => {
  test('has a session id of 22 characters that any process derives alike, and that no other seat shares', () => {
    const { rights: here } = rights();
    const { rights: there } = rights();
    const sessionId = here.sessionIdOf(SEAT);
    expect(sessionId).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(there.sessionIdOf(SEAT)).toBe(sessionId);
    const others = [
      { ...SEAT, seatIndex: 0 },
      { ...SEAT, matchId: 'm_2' },
      { ...SEAT, playerId: 'p_ann' },
    ];
    for (const other of others) expect(here.sessionIdOf(other)).not.toBe(sessionId);
    expect(rights('another secret of 32 characters..').rights.sessionIdOf(SEAT)).not.toBe(sessionId);
  });

  test('is recognised by the session id alone, without a generation', () => {
    const { rights: subject } = rights();
    const sessionId = subject.sessionIdOf(SEAT);
    expect(subject.recognise('m_1', SEATS, { sessionId, token: null })).toEqual({
      seatIndex: 2,
      generation: null,
      fresh: true,
    });
    expect(subject.recognise('m_2', SEATS, { sessionId, token: null })).toBeNull();
    expect(subject.recognise('m_1', SEATS, { sessionId: '', token: null })).toBeNull();
    expect(subject.recognise('m_1', [], { sessionId, token: null })).toBeNull();
  });

  test('carries the generation in a token that fits into a URL, and is stale after a minute', () => {
    const { rights: subject, clock } = rights();
    const sessionId = subject.sessionIdOf(SEAT);
    const token = subject.sign({ ...SEAT, generation: 4_000_000_000 });
    expect(token).toMatch(new RegExp(RECONNECTION_TOKEN_PATTERN));
    const right = { seatIndex: 2, generation: 4_000_000_000, fresh: true };
    expect(subject.recognise('m_1', SEATS, { sessionId, token })).toEqual(right);
    clock.nowMs += 60_000;
    expect(subject.recognise('m_1', SEATS, { sessionId, token })).toEqual(right);
    clock.nowMs += 1;
    expect(subject.recognise('m_1', SEATS, { sessionId, token })).toEqual({ ...right, fresh: false });
  });

  test('is worth nothing at another match, seat or player, or with one bit changed [SE-1]', () => {
    const { rights: subject } = rights();
    const sessionId = subject.sessionIdOf(SEAT);
    const foreign = [
      subject.sign({ ...SEAT, matchId: 'm_2', generation: 1 }),
      subject.sign({ ...SEAT, seatIndex: 0, generation: 1 }),
      subject.sign({ ...SEAT, playerId: 'p_ann', generation: 1 }),
      rights('another secret of 32 characters..').rights.sign({ ...SEAT, generation: 1 }),
    ];
    for (const token of foreign) expect(subject.recognise('m_1', SEATS, { sessionId, token })).toBeNull();
    const bytes = Buffer.from(subject.sign({ ...SEAT, generation: 1 }), 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const forged = Buffer.from(bytes);
      forged.writeUInt8(forged.readUInt8(index) ^ 1, index);
      expect(subject.recognise('m_1', SEATS, { sessionId, token: forged.toString('base64url') })).toBeNull();
    }
    for (const token of ['', 'x', `${bytes.toString('base64url')}A`]) {
      expect(subject.recognise('m_1', SEATS, { sessionId, token })).toBeNull();
    }
  });
});
