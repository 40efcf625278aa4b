/** "Matches and seats" of the wire contract: what is said in a room, plainly and as `__gyre`. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { unpack } from 'msgpackr';
import { CODE } from '../support/raw-socket.ts';
import { waitFor } from '../support/wait-for.ts';
import { grantOf, Player } from './support/player.ts';
import { RawPlayer } from './support/raw-player.ts';
import { type Guest, ready, Wire } from './support/wire.ts';

let wire: Wire;
beforeAll(async () => {
  wire = await Wire.open();
});
afterAll(async () => {
  await wire[Symbol.asyncDispose]();
});

interface Bout {
  readonly mover: RawPlayer;
  readonly waiter: RawPlayer;
  readonly moving: Guest;
  readonly matchId: string;
}

/** A match of connect four, by who has the first turn. */
async function bout(): Promise<Bout> {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  const { matchId } = await wire.duel(ann, bob);
  await using look = await Player.take(wire, ann, matchId);
  const turn = await waitFor(() => {
    const state = look.room.state as { cells?: { length: number }; turn: number };
    return state.cells?.length === 42 ? { index: state.turn } : null;
  });
  const moving = turn.index === 0 ? ann : bob;
  const waiting = turn.index === 0 ? bob : ann;
  const mover = await RawPlayer.take(wire, (await grantOf(moving, matchId)).colyseus);
  const waiter = await RawPlayer.take(wire, (await grantOf(waiting, matchId)).colyseus);
  return { mover, waiter, moving, matchId };
}

/** A race of two, in which every step is taken. */
async function race(): Promise<{ ann: Guest; bob: Guest; matchId: string }> {
  const [ann, bob] = await wire.guests('Ann', 'Bob');
  const { id } = await wire.gather([ann, bob], { settings: { laps: 99 } });
  await ready(bob, id);
  return { ann, bob, ...(await wire.play(ann, id)) };
}

const enter = async (guest: Guest, matchId: string) => RawPlayer.take(wire, (await grantOf(guest, matchId)).colyseus);

/** What a request with a one-byte id was answered. */
async function response(player: RawPlayer, requestId: number): Promise<unknown> {
  const find = () => player.socket.frames.find((frame) => frame[0] === CODE.response && frame[1] === requestId);
  const frame = await waitFor(find, { what: `the response ${requestId}` });
  // Code, id, status (0: resolved, else rejected), payload.
  return { rejected: frame[2] !== 0, value: unpack(frame.subarray(3)) };
}

describe('plainly', () => {
  test('[RM-4] a refused message changes nothing and closes nobody; a request is told why', async () => {
    const { mover, waiter } = await bout();
    waiter.socket.data('drop', { column: 3 });
    waiter.socket.request(1, 'drop', { column: 3 });
    expect(await response(waiter, 1)).toEqual({ rejected: false, value: { ok: false, refused: 'not-your-turn' } });
    for (let row = 0; row < 6; row += 1) {
      const player = row % 2 === 0 ? mover : waiter;
      player.socket.request(10 + row, 'drop', { column: 0 });
      expect(await response(player, 10 + row)).toEqual({ rejected: false, value: { ok: true } });
    }
    mover.socket.request(20, 'drop', { column: 0 });
    expect(await response(mover, 20)).toEqual({ rejected: false, value: { ok: false, refused: 'column-full' } });
    expect([mover.socket.closeCode, waiter.socket.closeCode]).toEqual([null, null]);
  });

  test.each<[string, (player: RawPlayer) => void]>([
    ['an undeclared name', (player) => player.socket.data('fly', {})],
    ['a request of an undeclared name', (player) => player.socket.request(1, 'fly', {})],
    ['a column that is none', (player) => player.socket.data('drop', { column: 7 })],
    ['a request of a column that is none', (player) => player.socket.request(1, 'drop', { column: -1 })],
    ['half a column', (player) => player.socket.data('drop', { column: 0.5 })],
    ['no payload', (player) => player.socket.data('drop')],
    ['a payload where none is declared', (player) => player.socket.data('resign', { now: true })],
    ['more than 8 KB', (player) => player.socket.data('drop', { column: 3, fill: 'x'.repeat(8_192) })],
    ['far more than 8 KB', (player) => player.socket.data('drop', { column: 3, fill: 'x'.repeat(200_000) })],
    ['a broken frame', (player) => player.socket.send(CODE.data, 0xa4)],
    ['an unknown frame', (player) => player.socket.send(99)],
  ])('[RM-3] %s closes with 4105, without a reply, and harms nobody else', async (_, misbehave) => {
    const { mover, waiter, matchId, moving } = await bout();
    misbehave(mover);
    expect(await mover.closed()).toBe(4105);
    expect(mover.socket.codes).not.toContain(CODE.response);
    waiter.socket.request(1, 'drop', { column: 3 });
    // Still the other's turn: nothing has changed.
    expect(await response(waiter, 1)).toEqual({ rejected: false, value: { ok: false, refused: 'not-your-turn' } });
    const back = await RawPlayer.take(wire, (await grantOf(moving, matchId)).colyseus);
    back.socket.request(1, 'drop', { column: 3 });
    expect(await response(back, 1)).toEqual({ rejected: false, value: { ok: true } });
  });

  test('[SE-7] more than 60 messages at once close with 4106; 60 don’t', async () => {
    const { ann, bob, matchId } = await race();
    const [calm, wild] = [await enter(ann, matchId), await enter(bob, matchId)];
    for (let count = 0; count < 59; count += 1) calm.socket.data('step');
    calm.socket.request(1, 'step');
    expect(await response(calm, 1)).toEqual({ rejected: false, value: { ok: true } });
    for (let count = 0; count < 200; count += 1) wild.socket.data('step');
    expect(await wild.closed()).toBe(4106);
    expect(calm.socket.closeCode).toBeNull();
  });
});

describe('as __gyre', () => {
  test('each join is welcomed', async () => {
    const { mover, waiter } = await bout();
    for (const player of [mover, waiter]) {
      expect(player.gyre('welcome')).toEqual([
        {
          type: 'welcome',
          protocol: 1,
          seatIndex: expect.any(Number),
          epoch: expect.any(Number),
          tick: expect.any(Number),
          lastSeq: 0,
        },
      ]);
    }
    const seats = [mover, waiter].map((player) => player.gyre('welcome')[0]?.seatIndex);
    expect(new Set(seats)).toEqual(new Set([0, 1]));
  });

  test('[RM-2] an input with true is replied to, one without is acknowledged', async () => {
    const { mover, waiter } = await bout();
    waiter.socket.gyre(1, 'drop', { column: 3 }, true);
    expect(await waiter.hears('reply')).toEqual({ type: 'reply', seq: 1, ok: false, refused: 'not-your-turn' });
    waiter.socket.gyre(2, 'drop', { column: 3 });
    expect(await waiter.hears('ack')).toEqual({ type: 'ack', seq: 2 });
    mover.socket.gyre(1, 'drop', { column: 3 }, true);
    expect(await mover.hears('reply')).toEqual({ type: 'reply', seq: 1, ok: true, refused: null });
    expect(mover.gyre('ack')).toEqual([]);
    waiter.socket.gyre(3, 'resign', null, true);
    expect(await waiter.hears('reply', ({ seq }) => seq === 3)).toEqual({
      type: 'reply',
      seq: 3,
      ok: true,
      refused: null,
    });
    expect(await waiter.hears('result')).toMatchObject({ type: 'result', result: { data: {} } });
  });

  test('[RM-2] a repeated seq counts once, and is replied to again', async () => {
    const { mover } = await bout();
    for (let again = 0; again < 3; again += 1) mover.socket.gyre(1, 'drop', { column: 3 }, true);
    await waitFor(() => mover.gyre('reply').length >= 3);
    expect(mover.gyre('reply')).toEqual(
      Array.from({ length: 3 }, () => ({ type: 'reply', seq: 1, ok: true, refused: null })),
    );
    mover.socket.gyre(2, 'drop', { column: 3 }, true);
    expect(await mover.hears('reply', ({ seq }) => seq === 2)).toMatchObject({ ok: false, refused: 'not-your-turn' });
  });

  test('[SD-3] goes on after a reconnect at lastSeq + 1, and replies survive it', async () => {
    const { ann, matchId } = await race();
    const { colyseus } = await grantOf(ann, matchId);
    const first = await RawPlayer.take(wire, colyseus);
    for (let seq = 1; seq <= 40; seq += 1) first.socket.gyre(seq, 'step', null, true);
    await first.hears('reply', ({ seq }) => seq === 40);
    first.socket.cut();
    await using back = await RawPlayer.take(wire, { ...colyseus, reconnectionToken: first.token });
    expect(back.gyre('welcome')[0]).toMatchObject({ lastSeq: 40 });
    back.socket.gyre(40, 'step', null, true);
    expect(await back.hears('reply')).toEqual({ type: 'reply', seq: 40, ok: true, refused: null });
    // Older than the last 32: consumed all the same, and no gap.
    back.socket.gyre(1, 'step', null, true);
    // What was said while it was away is sent at once, and not counted against 60 a second.
    for (let seq = 41; seq <= 100; seq += 1) back.socket.gyre(seq, 'step', null);
    expect(await back.hears('ack', ({ seq }) => seq === 100)).toEqual({ type: 'ack', seq: 100 });
    back.socket.gyre(101, 'step', null, true);
    expect(await back.hears('reply', ({ seq }) => seq === 101)).toMatchObject({ ok: true });
  });

  test('is another device’s from lastSeq on', async () => {
    const { ann, matchId } = await race();
    await using first = await enter(ann, matchId);
    first.socket.gyre(1, 'step', null, true);
    await first.hears('reply');
    await using second = await enter(ann, matchId);
    expect(second.gyre('welcome')[0]).toMatchObject({ lastSeq: 1 });
    second.socket.gyre(2, 'step', null, true);
    expect(await second.hears('reply')).toMatchObject({ seq: 2, ok: true });
  });

  test.each<[string, (player: RawPlayer) => void]>([
    ['a gap at the start', (player) => player.socket.gyre(2, 'step', null)],
    ['seq 0', (player) => player.socket.gyre(0, 'step', null)],
    ['a seq that is no integer', (player) => player.socket.gyre(1.5, 'step', null)],
    ['a seq that is a text', (player) => player.socket.gyre('1', 'step', null)],
    ['an undeclared name', (player) => player.socket.gyre(1, 'fly', null)],
    ['a payload where none is declared', (player) => player.socket.gyre(1, 'step', { far: true })],
    ['more than 8 KB', (player) => player.socket.gyre(1, 'step', 'x'.repeat(8_192))],
    ['no array', (player) => player.socket.data('__gyre', { seq: 1 })],
    ['a gap later on', (player) => [1, 2, 4].forEach((seq) => player.socket.gyre(seq, 'step', null))],
  ])('[RM-3] %s closes with 4105', async (_, misbehave) => {
    const { ann, matchId } = await race();
    await using player = await enter(ann, matchId);
    misbehave(player);
    expect(await player.closed()).toBe(4105);
  });
});
