import { describe, expect, test } from '@jest/globals';
import type { GyreInput } from '../protocol/room-messages.ts';
import { drawPayload, pick } from '../tests/support/draw-payload.ts';
import { rooms } from './index.ts';
import type { AnyRoomClass } from './kit/game-room.ts';
import { MatchCore } from './kit/match-core.ts';
import type { CommitRecord, MatchInit } from './kit/ports.ts';
import { MatchRandom } from './kit/random.ts';

/** What holds for every registered game, whatever its rules. */

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const STEPS = 60;

interface Move {
  readonly atMs: number;
  readonly seatIndex: number;
  readonly input: GyreInput;
}

describe.each(Object.entries<AnyRoomClass>(rooms))('%s', (_name, room) => {
  test.each(SEEDS)(
    '[SV-3] a crash changes nothing: any step, restored, goes on as the run without the crash (seed %i)',
    (seed) => {
      const moves = drawMoves(room, seed);
      const crashes = new Set(Array.from({ length: 3 }, (_, index) => (seed * 7 + index * 17) % STEPS));
      expect(play(room, { seed, moves, crashes })).toEqual(play(room, { seed, moves, crashes: new Set() }));
    },
  );

  test('the run depends on its seed and inputs alone', () => {
    const moves = drawMoves(room, 5);
    const run = { seed: 5, moves, crashes: new Set<number>() };
    expect(play(room, run)).toEqual(play(room, run));
  });
});

function drawMoves(room: AnyRoomClass, seed: number): Move[] {
  const random = MatchRandom.seeded(seed * 1_000_003);
  const draw = () => random.next();
  // Leaving games early would test little: messages without a payload (resign) are rare.
  const names = Object.keys(room.game.messages);
  const seqs = new Map<number, number>();
  let atMs = 0;
  return Array.from({ length: STEPS }, () => {
    // A room with a rate of its own is only stepped on its grid.
    atMs += room.game.tickRateHz === null ? Math.floor(draw() * 800) : 1_000 / room.game.tickRateHz;
    const seatIndex = Math.floor(draw() * room.game.players.min);
    const seq = (seqs.get(seatIndex) ?? 0) + 1;
    seqs.set(seatIndex, seq);
    const name = draw() < 0.97 ? (names[0] ?? '') : pick(names, draw);
    const schema = room.game.messages[name];
    if (schema === undefined) throw new Error('A game has at least one message.');
    return { atMs, seatIndex, input: [seq, name, drawPayload(schema, draw), true] as const };
  });
}

function play(room: AnyRoomClass, run: { seed: number; moves: Move[]; crashes: ReadonlySet<number> }) {
  const init = initOf(room, run.seed);
  let core = MatchCore.create(room, init, rethrow);
  let records: CommitRecord[] = [core.full()];
  const seen: unknown[] = [];
  const step = (atMs: number) => {
    const output = core.step(atMs);
    if (output === null) return;
    if (output.record !== null) records.push(output.record);
    seen.push({ tick: core.tick, timeMs: core.timeMs, messages: output.messages, result: output.result });
  };
  core.start();
  for (const seat of init.seats) core.seatConnected(seat.index, 0);
  step(0);
  for (const [index, move] of run.moves.entries()) {
    core.receive(move.seatIndex, move.input);
    step(move.atMs);
    if (run.crashes.has(index) && core.result === null) {
      const [full, ...patches] = records as [CommitRecord, ...CommitRecord[]];
      core = MatchCore.restore(room, init, { epoch: 1, full, patches, timeMs: core.timeMs }, rethrow);
      records = [core.full()];
    }
  }
  return { seen, state: core.state.toJSON(), result: core.result };
}

function initOf(room: AnyRoomClass, seed: number): MatchInit {
  const { game } = room;
  const seats = Array.from({ length: game.players.min }, (_, index) => ({
    index,
    playerId: `p_seat000${index}`,
    displayName: `Seat ${index}`,
    team: game.teams[index % Math.max(1, game.teams.length)]?.name ?? null,
    isBot: false,
  }));
  return { matchId: 'm_contract1', settings: game.settings.parse({}), seats, seed };
}

function rethrow(error: unknown): never {
  throw error;
}
