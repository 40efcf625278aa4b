import { describe, expect, test } from '@jest/globals';
import { testMatch } from '../kit/testing.ts';
import { MAX_ENTRIES, MAX_ENTRY_CHARACTERS } from './game.ts';
import { RelayRoom } from './room.ts';

const GRACE_MS = 5_000;
const AGREEMENT_MS = 10_000;

const start = (seats = 3) => testMatch(RelayRoom, { seats });

describe('messages', () => {
  test('[RL-1] go to everyone else, to the host, or to one seat, with who said them', async () => {
    await using match = await start();
    await match.request(1, 'send', { to: 'others', topic: 'move', data: { x: 1 } });
    await match.request(1, 'send', { to: 'host', topic: 'ask', data: [] });
    await match.request(0, 'send', { to: 2, topic: 'tell', data: null });
    expect(match.events.map(({ seatIndex, payload }) => [seatIndex, payload])).toEqual([
      [0, { from: 1, term: 1, topic: 'move', data: { x: 1 } }],
      [2, { from: 1, term: 1, topic: 'move', data: { x: 1 } }],
      [0, { from: 1, term: 1, topic: 'ask', data: [] }],
      [2, { from: 0, term: 1, topic: 'tell', data: null }],
    ]);
  });

  test('[RL-1] to everyone else are made once, however many there are, and not for those who have left', async () => {
    await using match = await start(4);
    match.leave(2);
    await match.request(1, 'send', { to: 'others', topic: 'move', data: [{}, {}] });
    expect(match.events.map(({ seatIndex }) => seatIndex)).toEqual([0, 3]);
    expect(match.events[0]?.payload).toBe(match.events[1]?.payload);
  });

  test('[RL-1] that are no JSON, or to nobody, reach nobody', async () => {
    await using match = await start();
    const bad = match.request(0, 'send', { to: 'others', topic: 'x', data: new Date() });
    await expect(bad).rejects.toThrow('does not fit');
    match.leave(2);
    expect(await match.request(0, 'send', { to: 2, topic: 'x', data: 1 })).toEqual({
      ok: false,
      refused: 'no-such-seat',
    });
    expect(await match.request(0, 'send', { to: 9, topic: 'x', data: 1 })).toEqual({
      ok: false,
      refused: 'no-such-seat',
    });
    expect(match.events).toEqual([]);
  });
});

describe('entries', () => {
  test('[RL-2] are the host’s to write, and survive the host and a crash', async () => {
    await using match = await start();
    expect(await match.request(1, 'publish', { key: 'map', data: 'dunes' })).toEqual({
      ok: false,
      refused: 'not-host',
    });
    await match.request(0, 'publish', { key: 'map', data: { name: 'dunes' } });
    await match.request(0, 'publish', { key: 'round', data: 2 });
    await match.request(0, 'publish', { key: 'round', data: null });
    match.leave(0);
    await match.crash();
    expect([...match.state.entries]).toEqual([['map', '{"name":"dunes"}']]);
    expect(await match.request(1, 'publish', { key: 'map', data: 1 })).toEqual({ ok: true });
  });

  test('[RL-2] are bounded in number and size, and have keys that every client can hold', async () => {
    await using match = await start();
    for (let i = 0; i < MAX_ENTRIES; i += 1) await match.request(0, 'publish', { key: `k${i}`, data: i });
    expect(await match.request(0, 'publish', { key: 'more', data: 1 })).toEqual({
      ok: false,
      refused: 'too-many-entries',
    });
    expect(await match.request(0, 'publish', { key: 'k1', data: 'new' })).toEqual({ ok: true });
    const large = 'x'.repeat(MAX_ENTRY_CHARACTERS);
    expect(await match.request(0, 'publish', { key: 'k1', data: large })).toEqual({ ok: false, refused: 'too-large' });
    for (const key of ['constructor', '__proto__', 'toString', '', 'a b', 'x'.repeat(65)]) {
      await expect(match.request(0, 'publish', { key, data: 1 })).rejects.toThrow('does not fit');
    }
  });
});

describe('the host', () => {
  test('[RL-3] who is away for too long is followed by another, once', async () => {
    await using match = await start();
    match.drop(0);
    match.advance(GRACE_MS - 1);
    expect([match.state.host, match.state.term]).toEqual([0, 1]);
    await match.crash();
    match.advance(1);
    expect([match.state.host, match.state.term]).toEqual([1, 2]);
    match.return(0);
    expect([match.state.host, match.state.term]).toEqual([1, 2]);
  });

  test('[RL-3] [RM-17] who does not come back from a crash is away from ten seconds after it', async () => {
    await using match = await start();
    await match.crash({ missing: [0] });
    match.advance(10_000 + GRACE_MS - 1);
    expect([match.state.host, match.state.term]).toEqual([0, 1]);
    match.advance(1);
    expect([match.state.host, match.state.term]).toEqual([1, 2]);
    match.return(0);
    match.advance(60_000);
    expect(match.state.host).toBe(1);
    expect(match.result).toBeNull();
  });

  test('[RL-3] who comes back in time goes on', async () => {
    await using match = await start();
    match.drop(0);
    match.advance(GRACE_MS - 1);
    match.return(0);
    match.advance(10 * GRACE_MS);
    expect([match.state.host, match.state.term]).toEqual([0, 1]);
  });

  test('[RL-3] who leaves is followed at once; without anybody there, by whoever comes back first', async () => {
    await using match = await start();
    match.leave(0);
    expect(match.state.host).toBe(1);
    match.drop(2);
    match.drop(1);
    match.advance(GRACE_MS);
    expect(match.state.host).toBe(1);
    match.return(2);
    expect([match.state.host, match.state.term]).toEqual([2, 3]);
  });

  test('[RL-3] is whoever comes first when nobody was there, also by joining late', async () => {
    await using match = await start(2);
    match.drop(1);
    match.drop(0);
    match.advance(2 * GRACE_MS);
    expect([match.state.host, match.state.term]).toEqual([0, 1]);
    const late = match.join();
    match.advance(1_000);
    expect([match.state.host, match.state.term]).toEqual([late, 2]);
    match.return(0);
    match.advance(GRACE_MS);
    expect([match.state.host, match.state.term]).toEqual([late, 2]);
  });

  test('[RL-3] who comes back before anybody else is there goes on, and is not followed', async () => {
    await using match = await start(2);
    match.drop(1);
    match.drop(0);
    match.advance(2 * GRACE_MS);
    match.return(0);
    match.return(1);
    match.advance(2 * GRACE_MS);
    expect([match.state.host, match.state.term]).toEqual([0, 1]);
  });

  test('[RL-4] hands over to one who is there', async () => {
    await using match = await start();
    expect(await match.request(1, 'hand-over', { to: 1 })).toEqual({ ok: false, refused: 'not-host' });
    match.drop(1);
    expect(await match.request(0, 'hand-over', { to: 1 })).toEqual({ ok: false, refused: 'no-such-seat' });
    expect(await match.request(0, 'hand-over', { to: 2 })).toEqual({ ok: true });
    expect([match.state.host, match.state.term]).toEqual([2, 2]);
  });
});

describe('a result', () => {
  const placements = [[1], [0, 2]];

  test('[RL-5] that all agree on is rated, and ends the match at once', async () => {
    await using match = await start();
    await match.request(1, 'propose', { placements, scores: { 1: 9 } });
    await match.request(0, 'propose', { placements: [[1], [2, 0]], scores: { 1: 9 } });
    expect([[...match.state.proposed], match.state.closesAtMs > 0, match.result]).toEqual([[1, 0], true, null]);
    await match.request(2, 'propose', { placements, scores: { 1: 9 } });
    expect(match.result).toMatchObject({ data: { rated: true } });
    expect(match.result?.placements.map(({ seatIndex, place, score }) => [seatIndex, place, score])).toEqual([
      [1, 1, 9],
      [2, 2, null],
      [0, 2, null],
    ]);
  });

  test('[RL-5] that not all agree on is the host’s, after a while and unrated, also after a crash', async () => {
    await using match = await start();
    await match.request(0, 'propose', { placements });
    await match.request(1, 'propose', { placements: [[0, 1, 2]] });
    match.advance(AGREEMENT_MS - 1);
    await match.crash();
    expect(match.result).toBeNull();
    match.advance(1);
    expect(match.result).toMatchObject({ data: { rated: false }, placements: [{ seatIndex: 1 }, {}, {}] });
  });

  test('[RL-5] of a host who has left is no result; the next host’s is', async () => {
    await using match = await start();
    await match.request(0, 'propose', { placements });
    match.leave(0);
    match.advance(2 * AGREEMENT_MS);
    expect(match.result).toBeNull();
    await match.request(1, 'propose', { placements });
    await match.request(2, 'propose', { placements });
    expect(match.result).toMatchObject({ data: { rated: true } });
  });

  test('[RL-5] that nobody but the host is left to confirm is unrated', async () => {
    await using match = await start(2);
    match.leave(1);
    await match.request(0, 'propose', { placements: [[0], [1]] });
    expect(match.result).toMatchObject({ data: { rated: false } });
  });

  test('[RL-5] is the same whatever empty places are in it, and names each seat in one way', async () => {
    await using match = await start(2);
    const scores = { '01': 5 };
    expect(await match.request(0, 'propose', { placements: [[1], [0]], scores })).toEqual({
      ok: false,
      refused: 'bad-placements',
    });
    await match.request(0, 'propose', { placements: [[1], [], [0]] });
    await match.request(1, 'propose', { placements: [[1], [0]] });
    expect(match.result).toMatchObject({ data: { rated: true } });
  });

  test('[RL-5] must place every seat, also one that joins late', async () => {
    await using match = await start(2);
    expect(await match.request(0, 'propose', { placements: [[0]] })).toEqual({ ok: false, refused: 'bad-placements' });
    await match.request(0, 'propose', { placements: [[0], [1]] });
    expect(match.join()).toBe(2);
    expect([[...match.state.proposed], match.state.closesAtMs]).toEqual([[], 0]);
    match.advance(2 * AGREEMENT_MS);
    expect(match.result).toBeNull();
    for (const seat of [0, 1, 2]) await match.request(seat, 'propose', { placements: [[0], [1], [2]] });
    expect(match.result).toMatchObject({ data: { rated: true } });
  });

  test('[RL-5] is a draw, unrated, when all have left', async () => {
    await using match = await start(2);
    match.leave(0);
    match.leave(1);
    expect(match.result).toMatchObject({ data: { rated: false }, placements: [{ place: 1 }, { place: 1 }] });
  });
});
