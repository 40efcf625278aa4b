import { schema, t } from '@colyseus/schema';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineGame, type Durability } from './define-game.ts';
import { gameRoom } from './index.ts';
import { MatchCore } from './match-core.ts';
import type { MatchInit, StepOutput } from './ports.ts';
import { testMatch } from './testing.ts';

const Mark = schema({ by: t.uint8().default(0) }, 'DurabilityMark');
const State = schema({ total: t.uint32().default(0), marks: t.map(Mark) }, 'DurabilityState');

function roomOf(durability: Durability) {
  const game = defineGame({
    name: 'tally',
    title: 'Tally',
    players: { min: 2, max: 2 },
    state: State,
    messages: { add: z.object({ by: z.int() }), nothing: z.undefined(), draw: z.undefined(), win: z.undefined() },
    durability,
  });
  return class extends gameRoom(game) {
    override readonly messages = this.handle({
      add: (seat, { by }) => {
        this.state.total += by;
        const mark = new Mark();
        mark.by = seat.index;
        this.state.marks.set(String(this.state.total), mark);
      },
      nothing: () => {},
      draw: () => void this.random(),
      win: (seat) => this.finish({ placements: [[seat], this.seats.filter((other) => other !== seat)] }),
    });
    override onStart(): void {
      this.state.total = 1;
    }
  };
}

const INIT: MatchInit = {
  matchId: 'm_tally0001',
  settings: {},
  seed: 3,
  seats: [0, 1].map((index) => ({
    index,
    playerId: `p_000000${index}`,
    displayName: `P${index}`,
    team: null,
    isBot: false,
  })),
};

function rethrow(error: unknown): never {
  throw error;
}

function started(durability: Durability) {
  const core = MatchCore.create(roomOf(durability), INIT, rethrow);
  core.start();
  let nowMs = 0;
  let seq = 0;
  const step = (): StepOutput | null => core.step((nowMs += 10));
  const send = (name: string, payload: unknown = null): StepOutput | null => {
    seq += 1;
    core.receive(0, [seq, name, payload]);
    return step();
  };
  return { core, step, send };
}

describe('durability "snapshot"', () => {
  test('a step waits for no record, and tells whether a snapshot is due [CL-40]', () => {
    const { step, send } = started('snapshot');
    step();
    expect(send('add', { by: 2 })).toMatchObject({ record: null, changed: true, patch: expect.any(Uint8Array) });
    // A sequence number was consumed, chance was drawn: a state that lacks it is another.
    expect(send('draw')).toMatchObject({ record: null, changed: true, patch: null });
  });

  test('a right that is used, a seat that is given up and a result are recorded before anybody sees them [CL-41]', () => {
    const { core, step, send } = started('snapshot');
    expect(step()?.record).toBeNull();
    core.seatConnected(0, 1);
    core.seatConnected(1, 1);
    expect(step()?.record).toMatchObject({ kind: 'full' });
    core.seatDropped(0);
    expect(step()?.record).toBeNull();
    // The same right once more says nothing new.
    core.seatConnected(0, 1);
    expect(step()?.record).toBeNull();
    core.seatConnected(0, 2);
    expect(step()?.record).toMatchObject({ kind: 'full' });
    core.giveUpSeat(1);
    const left = step();
    expect(left).toMatchObject({ record: { kind: 'full' }, givenUp: [1] });
    const won = send('win');
    expect(won).toMatchObject({ record: { kind: 'full' }, result: { placements: expect.any(Array) } });

    const full = won?.record;
    if (!full) throw new Error('there is no record');
    const recorded = { epoch: 1, full, patches: [], timeMs: full.timeMs };
    const again = MatchCore.restore(roomOf('snapshot'), INIT, recorded, rethrow);
    expect(again.seat(0)).toMatchObject({ generation: 2 });
    expect(again.seat(1)).toMatchObject({ givenUp: true });
    expect(again.step(full.timeMs)?.result).toEqual(won?.result);
  });

  test('instances that a crash takes back leave their ids to nobody else [CL-42]', () => {
    const { core, step, send } = started('snapshot');
    step();
    send('add', { by: 1 });
    const full = core.full();
    for (let by = 1; by < 50; by += 1) send('add', { by });
    const recorded = { epoch: 1, full, patches: [], timeMs: full.timeMs };
    const again = MatchCore.restore(roomOf('snapshot'), INIT, recorded, rethrow);
    expect(again.nextRefId).toBeGreaterThan(core.nextRefId);
    // Each restore leaves out ids of its own.
    const second = again.full();
    expect(second.nextRefId).toBeGreaterThan(again.nextRefId);
  });

  test('in a test a crash takes back up to a second, but match time and results [CL-40, CL-43]', async () => {
    await using match = await testMatch(roomOf('snapshot'));
    await match.request(0, 'add', { by: 2 });
    match.advance(1_000);
    await match.request(0, 'add', { by: 4 });
    match.advance(900);
    await match.request(0, 'add', { by: 8 });
    await match.crash();
    expect([match.state.total, match.nowMs]).toEqual([7, 1_900]);
    expect(await match.request(0, 'add', { by: 1 })).toEqual({ ok: true });
    expect(match.state.total).toBe(8);
    expect(await match.request(1, 'win')).toEqual({ ok: true });
    await match.crash();
    expect(match.result?.placements[0]).toMatchObject({ seatIndex: 1, place: 1 });
  });
});

describe('durability "none"', () => {
  test('no step is recorded [CL-44]', () => {
    const { core, step, send } = started('none');
    core.seatConnected(0, 1);
    expect(step()).toMatchObject({ record: null, patch: expect.any(Uint8Array) });
    expect(send('add', { by: 2 })).toMatchObject({ record: null, patch: expect.any(Uint8Array) });
    core.giveUpSeat(1);
    expect(step()).toMatchObject({ record: null, givenUp: [1] });
    expect(send('win')).toMatchObject({ record: null, result: { placements: expect.any(Array) } });
  });

  test('what is in memory can go on elsewhere, with its seats, numbers and instances [CL-44]', () => {
    const { core, step, send } = started('none');
    core.seatConnected(0, 4);
    step();
    send('add', { by: 2 });
    const full = core.full();
    const moved = MatchCore.restore(
      roomOf('none'),
      INIT,
      { epoch: 1, full, patches: [], timeMs: full.timeMs },
      rethrow,
    );
    expect(moved.state.toJSON()).toEqual(core.state.toJSON());
    expect(moved.seat(0)).toMatchObject({ generation: 4, lastSeq: 1, connected: true });
    expect([moved.tick, moved.timeMs, moved.nextRefId]).toEqual([core.tick, core.timeMs, core.nextRefId]);
  });

  test('a test can not bring it back [CL-44]', async () => {
    await using match = await testMatch(roomOf('none'));
    await expect(match.crash()).rejects.toThrow('ends with its process');
  });
});
