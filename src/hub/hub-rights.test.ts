import { describe, expect, test } from '@jest/globals';
import { RECONNECTION_TOKEN_PATTERN } from '../../protocol/limits.ts';
import { HubRights } from './hub-rights.ts';

const ANN = { playerId: 'p_ann', authSessionId: 's_1' };

function start() {
  const clock = { nowMs: Date.UTC(2030, 0, 1) };
  return { clock, rights: new HubRights({ now: () => new Date(clock.nowMs) }) };
}

describe('the right to a hub', () => {
  test('is another one at each call, of 22 characters', () => {
    const { rights } = start();
    const [first, second] = [rights.grant(ANN), rights.grant(ANN)];
    expect(first).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(second).not.toBe(first);
  });

  test('lets one socket in by its session id, and that one back by its token', () => {
    const { rights, clock } = start();
    const sessionId = rights.grant(ANN);
    const admission = rights.use(sessionId, null);
    expect(admission).toMatchObject(ANN);
    const token = admission?.reconnectionToken ?? '';
    expect(token).toMatch(new RegExp(RECONNECTION_TOKEN_PATTERN));
    expect(rights.use(sessionId, null)).toBeNull();
    rights.released(sessionId, { forGood: false });
    clock.nowMs += 60_000;
    expect(rights.use(sessionId, 'x'.repeat(43))).toBeNull();
    expect(rights.use(sessionId, token)).toMatchObject({ ...ANN, reconnectionToken: token });
  });

  test('ends unused after a minute, two minutes after its socket, when its socket leaves for good, and with its sign-in', () => {
    const { rights, clock } = start();
    const unused = rights.grant(ANN);
    clock.nowMs += 60_001;
    expect(rights.use(unused, null)).toBeNull();
    const ways: ((sessionId: string) => void)[] = [
      (sessionId) => {
        rights.released(sessionId, { forGood: false });
        clock.nowMs += 120_001;
      },
      (sessionId) => rights.released(sessionId, { forGood: true }),
      () => rights.revoke('s_1'),
    ];
    for (const end of ways) {
      const sessionId = rights.grant(ANN);
      const token = rights.use(sessionId, null)?.reconnectionToken ?? '';
      end(sessionId);
      expect(rights.use(sessionId, token)).toBeNull();
    }
  });
});

describe('the token of a hub', () => {
  const SECRET = 'a secret of tests, which is long enough';
  const clock = { now: () => new Date(Date.UTC(2030, 0, 1)) };

  test('tells the next process who it was given to, for its own session id alone', () => {
    const before = new HubRights(clock, SECRET);
    const ids = { playerId: `p_${'a'.repeat(34)}`, authSessionId: `s_${'b'.repeat(34)}` };
    const sessionId = before.grant(ids);
    const token = before.use(sessionId, null)?.reconnectionToken ?? '';
    expect(token).toMatch(new RegExp(RECONNECTION_TOKEN_PATTERN));
    const after = new HubRights(clock, SECRET);
    expect(after.use(sessionId, token)).toBeNull();
    expect(after.ofBefore(sessionId, token)).toEqual(ids);
    expect(after.ofBefore('x'.repeat(22), token)).toBeNull();
    expect(new HubRights(clock, `another ${SECRET}`).ofBefore(sessionId, token)).toBeNull();
    const flipped = `${token.slice(0, 20)}${token[20] === 'A' ? 'B' : 'A'}${token.slice(21)}`;
    expect(after.ofBefore(sessionId, flipped)).toBeNull();
    expect(after.ofBefore(sessionId, 'x'.repeat(43))).toBeNull();
    // Renewed, it is a right like any other.
    after.renew(sessionId, { ...ids, reconnectionToken: token });
    expect(after.use(sessionId, token)).toMatchObject(ids);
  });

  test('of this process is worth nothing but by its right', () => {
    const { rights } = start();
    const sessionId = rights.grant(ANN);
    const token = rights.use(sessionId, null)?.reconnectionToken ?? '';
    rights.released(sessionId, { forGood: true });
    expect(rights.ofBefore(sessionId, token)).toBeNull();
  });
});
