import { describe, expect, test } from '@jest/globals';
import { schema, t } from '@colyseus/schema';
import { z } from 'zod';
import type { GyreInput } from '../../protocol/room-messages.ts';
import { defineGame } from './define-game.ts';
import { unpackHidden } from './hidden-state.ts';
import { gameRoom, refuse } from './index.ts';
import { MatchCore } from './match-core.ts';
import type { CommitRecord, MatchInit, StepOutput } from './ports.ts';

/** A game that shows everything a room can do, and does what a broken game might. */
const State = schema({ count: t.uint32().default(0), note: t.string().default('') }, 'CoreTestState');
const game = defineGame({
  name: 'core-test',
  title: 'Core test',
  players: { min: 2, max: 3 },
  state: State,
  messages: {
    add: z.object({ by: z.int().min(1).max(9) }),
    draw: z.undefined(),
    alarm: z.object({ inMs: z.int() }),
    win: z.undefined(),
    explode: z.undefined(),
    later: z.undefined(),
    keepFunction: z.undefined(),
    shout: z.string(),
  },
  events: { shouted: z.string() },
  refusals: ['too-much'],
  reconnectGraceMs: 5_000,
});

class CoreTestRoom extends gameRoom(game) {
  readonly #alarm = this.timer('alarm', () => (this.state.note = `rang at ${this.nowMs}`));
  readonly #drawn = this.keep<{ numbers: unknown[] }>('drawn', { numbers: [] });

  override readonly messages = this.handle({
    add: (_seat, { by }) => {
      if (this.state.count + by > 20) return refuse('too-much');
      this.state.count += by;
      return undefined;
    },
    draw: () => {
      this.#drawn.value.numbers.push(this.random());
      this.state.note = String(this.#drawn.value.numbers.length);
    },
    alarm: (_seat, { inMs }) => void this.#alarm.start(inMs),
    win: (seat) => this.finish({ placements: [[seat], this.seats.filter((other) => other !== seat)] }),
    explode: () => {
      this.state.count = 999;
      throw new Error('boom');
    },
    // What TypeScript keeps an author from, but JavaScript doesn't.
    later: (async () => {
      await Promise.resolve();
      throw new Error('too late');
    }) as unknown as () => void,
    keepFunction: () => void this.#drawn.value.numbers.push(() => 1),
    shout: (seat, text) => {
      this.broadcast('shouted', text);
      seat.send('shouted', 'only you');
    },
  });

  override onStart(): void {
    this.state.note = 'started';
  }
  override onSeatDropped(seat: { index: number }): void {
    this.state.note = `dropped ${seat.index}`;
  }
  override onSeatReturned(seat: { index: number }): void {
    this.state.note = `returned ${seat.index}`;
  }
  override onSeatLeft(seat: { index: number }): void {
    this.state.note = `left ${seat.index}`;
  }
}

const ROOM = CoreTestRoom;
const INIT: MatchInit = {
  matchId: 'm_coretest1',
  settings: {},
  seed: 11,
  seats: [0, 1].map((index) => ({
    index,
    playerId: `p_000000${index}`,
    displayName: `P${index}`,
    team: null,
    isBot: false,
  })),
};

/** Drives a core as the service does, keeping its records. */
class Driver {
  core: MatchCore;
  records: CommitRecord[];
  readonly faults: string[] = [];
  nowMs = 0;

  constructor() {
    this.core = MatchCore.create(ROOM, INIT, (error, where) =>
      this.faults.push(`${where}: ${(error as Error).message}`),
    );
    this.records = [this.core.full()];
    this.core.start();
    this.core.seatConnected(0, 0);
    this.core.seatConnected(1, 0);
    this.step();
  }

  step(atMs = this.nowMs): StepOutput | null {
    this.nowMs = atMs;
    const output = this.core.step(atMs);
    if (output?.record) this.records.push(output.record);
    return output;
  }

  input(seatIndex: number, ...input: GyreInput) {
    const received = this.core.receive(seatIndex, input);
    return { received, output: this.step() };
  }

  crash(timeMs = this.nowMs): void {
    const [full, ...patches] = this.records as [CommitRecord, ...CommitRecord[]];
    this.core = MatchCore.restore(ROOM, INIT, { epoch: 1, full, patches, timeMs }, (error) =>
      this.faults.push(String(error)),
    );
    this.records = [this.core.full()];
  }

  get state() {
    return this.core.state.toJSON() as { count: number; note: string };
  }
}

describe('[RM-2] inputs are consumed exactly once', () => {
  test('an input sent again is not consumed again, but its reply is', () => {
    const match = new Driver();
    match.input(0, 1, 'add', { by: 5 }, true);
    const again = match.input(0, 1, 'add', { by: 5 }, true);
    expect(again.received).toBe('duplicate');
    expect(match.state.count).toBe(5);
    expect(again.output?.record).toBeNull();
    expect(again.output?.messages).toEqual([
      { seatIndex: 0, type: '__gyre', payload: { type: 'reply', seq: 1, ok: true, refused: null } },
    ]);
  });

  test('[RM-4] also after a crash, and a refusal stays a refusal', () => {
    const match = new Driver();
    match.input(0, 1, 'add', { by: 9 }, true);
    match.input(0, 2, 'add', { by: 9 }, true);
    match.input(0, 3, 'add', { by: 9 }, true);
    match.crash();
    expect(match.input(0, 3, 'add', { by: 9 }, true).output?.messages).toEqual([
      { seatIndex: 0, type: '__gyre', payload: { type: 'reply', seq: 3, ok: false, refused: 'too-much' } },
    ]);
    expect(match.state.count).toBe(18);
    expect(match.core.seat(0).lastSeq).toBe(3);
  });

  test('an input that waits for its step is not queued twice', () => {
    const match = new Driver();
    expect(match.core.receive(0, [1, 'add', { by: 1 }])).toBe('queued');
    expect(match.core.receive(0, [1, 'add', { by: 1 }])).toBe('duplicate');
    match.step();
    expect(match.state.count).toBe(1);
  });

  test('the last 32 replies of a seat are kept; older inputs are acknowledged', () => {
    const match = new Driver();
    for (let seq = 1; seq <= 40; seq += 1) match.input(0, seq, 'draw', null, true);
    match.crash();
    expect(match.input(0, 9, 'draw', null, true).output?.messages[0]?.payload).toMatchObject({ type: 'reply', seq: 9 });
    expect(match.input(0, 8, 'draw', null, true).output?.messages[0]?.payload).toEqual({ type: 'ack', seq: 40 });
  });

  test('one acknowledgement a tick and seat, for inputs that want no reply', () => {
    const match = new Driver();
    match.core.receive(0, [1, 'add', { by: 1 }]);
    match.core.receive(0, [2, 'add', { by: 1 }]);
    expect(match.step()?.messages).toEqual([{ seatIndex: 0, type: '__gyre', payload: { type: 'ack', seq: 2 } }]);
  });

  test.each([
    ['a gap', [2, 'draw', null]],
    ['a sequence number of 0', [0, 'draw', null]],
    ['a fraction', [1.5, 'draw', null]],
    ['an undeclared name', [1, 'toString', null]],
    ['another undeclared name', [1, '__proto__', null]],
    ['a payload that does not fit', [1, 'add', { by: 10 }]],
    ['no payload where one is declared', [1, 'add', null]],
    ['a payload where none is declared', [1, 'draw', {}]],
  ] as [string, GyreInput][])('[RM-3] %s is bad input, and changes nothing', (_title, input) => {
    const match = new Driver();
    expect(match.core.receive(0, input)).toBe('bad-input');
    expect(match.step()).toBeNull();
    expect(match.input(0, 1, 'draw', null).received).toBe('queued');
  });
});

describe('[RM-7] what a crash brings back', () => {
  test('state, kept values and random numbers', () => {
    const [calm, killed] = [new Driver(), new Driver()];
    for (const match of [calm, killed]) match.input(0, 1, 'draw', null);
    killed.crash();
    const drawnAfter = [calm, killed].map((match) => {
      match.input(0, 2, 'draw', null);
      const { random, kept } = unpackHidden(match.core.full().hidden as Uint8Array);
      return { random, kept };
    });
    expect(drawnAfter[1]).toEqual(drawnAfter[0]);
    expect(killed.state).toEqual({ count: 0, note: '2' });
  });

  test('[SV-4] timers go off at their match time; time that the process lived counts, the outage does not', () => {
    const match = new Driver();
    match.input(0, 1, 'alarm', { inMs: 1_000 });
    match.crash(400);
    expect(match.core.timeMs).toBe(400);
    expect(match.core.dueMs()).toBe(1_000);
    match.step(1_000);
    expect(match.state.note).toBe('rang at 1000');
  });

  test('[RM-17] after a restore nobody is away; who does not come back is given up after the grace', () => {
    const match = new Driver();
    match.crash();
    match.step(4_999);
    expect(match.state.note).toBe('started');
    match.step(5_000);
    expect(match.state.note).toMatch(/^left/);
  });

  test('[MA-2] a result that was recorded comes out again, until the match is gone', () => {
    const match = new Driver();
    const { output } = match.input(1, 1, 'win', null);
    expect(output?.result?.placements.map(({ seatIndex, place }) => [seatIndex, place])).toEqual([
      [1, 1],
      [0, 2],
    ]);
    expect(match.step()).toBeNull();
    match.crash();
    expect(match.step()?.result).toEqual(output?.result);
  });

  test('records of another shape are refused, not guessed', () => {
    const match = new Driver();
    const full = match.core.full();
    const restore = (broken: Partial<CommitRecord>) => () =>
      MatchCore.restore(ROOM, INIT, { epoch: 1, full: { ...full, ...broken }, patches: [], timeMs: 0 }, () => {});
    expect(restore({ hidden: new Uint8Array([1, 2, 3]) })).toThrow('hidden state');
    expect(restore({ state: full.state?.slice(0, -1) ?? null })).toThrow('bytes');
    expect(restore({ state: null })).toThrow('no state');
  });
});

describe('seats', () => {
  test('[RM-5] away, back, and given up after the grace', () => {
    const match = new Driver();
    match.core.seatDropped(0);
    match.step(1_000);
    expect(match.state.note).toBe('dropped 0');
    match.core.seatConnected(0, 0);
    match.step(2_000);
    expect(match.state.note).toBe('returned 0');
    match.core.seatDropped(0);
    match.step(3_000);
    expect(match.core.dueMs()).toBe(8_000);
    expect(match.step(8_000)?.givenUp).toEqual([0]);
    expect(match.state.note).toBe('left 0');
    expect(match.input(0, 1, 'add', { by: 1 }).output?.messages).toEqual([]);
    expect(match.state.count).toBe(0);
  });

  test('[RM-5] nobody takes it within 30 s: given up', () => {
    const core = MatchCore.create(ROOM, INIT, () => {});
    core.start();
    core.seatConnected(0, 0);
    core.step(100);
    expect(core.dueMs()).toBe(30_100);
    expect(core.step(30_100)?.givenUp).toEqual([1]);
    expect(core.seat(1).givenUp).toBe(true);
  });

  test('[RM-9] everyone left, and the game did not end it: a draw', () => {
    const match = new Driver();
    match.core.giveUpSeat(0);
    match.core.giveUpSeat(1);
    expect(match.step()?.result?.placements.map(({ place }) => place)).toEqual([1, 1]);
  });

  test('the newest generation that was used is remembered', () => {
    const match = new Driver();
    match.core.seatConnected(0, 3);
    match.core.seatConnected(0, 2);
    match.step();
    match.crash();
    expect(match.core.seat(0)).toMatchObject({ taken: true, connected: true, generation: 3 });
  });
});

describe('[RM-6] a throw in the game', () => {
  test('costs its message, not the match; the fifth ends it', () => {
    const match = new Driver();
    for (let seq = 1; seq <= 4; seq += 1) {
      const { output } = match.input(0, seq, 'explode', null, true);
      expect(output?.messages[0]?.payload).toMatchObject({ seq, ok: false, refused: 'internal' });
      expect(output?.failed).toBe(false);
    }
    match.crash();
    expect(match.input(0, 5, 'explode', null).output).toMatchObject({ failed: true, record: null, patch: null });
    expect(match.step()).toBeNull();
    expect(match.faults).toHaveLength(5);
  });

  test('an asynchronous handler is one, and what it rejects with later is heard of by nobody', async () => {
    const match = new Driver();
    const { output } = match.input(0, 1, 'later', null, true);
    expect(output?.messages[0]?.payload).toMatchObject({ seq: 1, ok: false, refused: 'internal' });
    expect(match.faults).toEqual([expect.stringContaining('asynchronous')]);
    // A rejection that nobody hears of would fail this test here.
    await new Promise((resolve) => setImmediate(resolve));
  });

  test('a value that could not be restored ends the match before anyone sees what came of it', () => {
    const match = new Driver();
    expect(match.input(0, 1, 'keepFunction', null).output).toMatchObject({ failed: true, record: null, patch: null });
    expect(match.faults[0]).toContain('only plain data survives');
  });
});

test('events leave with the tick that they happened in', () => {
  const match = new Driver();
  expect(match.input(1, 1, 'shout', 'hey').output?.messages.slice(0, 2)).toEqual([
    { seatIndex: null, type: 'shouted', payload: 'hey' },
    { seatIndex: 1, type: 'shouted', payload: 'only you' },
  ]);
});

test('[RM-1] a step with nothing to do is no tick and writes nothing', () => {
  const match = new Driver();
  const { tick } = match.core;
  expect(match.step(10_000)).toBeNull();
  expect(match.core.tick).toBe(tick);
  expect(match.core.dueMs()).toBe(Infinity);
});

test('a plain request is answered under its request id', () => {
  const match = new Driver();
  expect(match.core.receivePlain(0, 'add', { by: 10 }, 4)).toBe('bad-input');
  expect(match.core.receivePlain(0, 'add', { by: 9 }, 5)).toBe('queued');
  expect(match.step()?.messages).toEqual([{ seatIndex: 0, type: 'add', payload: { ok: true }, requestId: 5 }]);
});
