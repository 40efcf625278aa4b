import { expect, test } from '@jest/globals';
import type { GyreMessage } from '../../protocol/room-messages.ts';
import { WalkRoom } from '../../tests/support/walk-game.ts';
import { MatchCore } from './match-core.ts';
import type { CommitRecord, MatchInit, SeatInit, StepOutput } from './ports.ts';
import { testMatch } from './testing.ts';

const STEP_MS = 50;

function seatOf(index: number): SeatInit {
  return { index, playerId: `p_walker0${index}`, displayName: `Walker ${index}`, team: null, isBot: false };
}

/** A core that steps by hand, with what it recorded and said. */
class Driver {
  init: MatchInit = { matchId: 'm_walk0001', settings: {}, seed: 1, seats: [seatOf(0)] };
  core = MatchCore.create(WalkRoom, this.init, throwIt);
  readonly records: CommitRecord[] = [this.core.full()];
  nowMs = 0;

  constructor() {
    this.core.start();
    this.core.seatConnected(0, 0);
    this.step();
  }

  get state(): { steps: number; at: Record<string, number>; note: string } {
    return this.core.state.toJSON() as never;
  }

  step(): StepOutput | null {
    this.nowMs += STEP_MS;
    const output = this.core.step(this.nowMs);
    if (output?.record) this.records.push(output.record);
    return output;
  }

  /** Dies, and is restored from what was recorded; `seats` are those that the service knows by then. */
  crash(seats: readonly SeatInit[] = this.init.seats): void {
    const [full, ...patches] = this.records as [CommitRecord, ...CommitRecord[]];
    this.init = { ...this.init, seats };
    this.core = MatchCore.restore(WalkRoom, this.init, { epoch: 1, full, patches, timeMs: this.nowMs }, throwIt);
  }
}

function throwIt(error: unknown): void {
  throw error;
}

function acksOf(output: StepOutput | null): unknown[] {
  return (output?.messages ?? [])
    .map(({ payload }) => payload as GyreMessage)
    .filter(({ type }) => type === 'ack')
    .map((ack) => ('seq' in ack ? ack.seq : null));
}

test('[RM-14] a step takes four inputs of a seat, in order, and acknowledges what its state shows', () => {
  const driver = new Driver();
  for (let seq = 1; seq <= 10; seq += 1) driver.core.receive(0, [seq, 'go', { by: seq }]);
  const seen: unknown[] = [];
  for (let step = 0; step < 4; step += 1) {
    const acks = acksOf(driver.step());
    seen.push([acks, driver.state.at['0'], driver.core.seat(0).lastSeq]);
  }
  expect(seen).toEqual([
    [[4], 10, 4],
    [[8], 36, 8],
    [[10], 55, 10],
    [[], 55, 10],
  ]);
});

test('[RM-14] one who floods holds up nobody else', () => {
  const driver = new Driver();
  driver.core.addSeat(seatOf(1));
  driver.core.seatConnected(1, 0);
  for (let seq = 1; seq <= 40; seq += 1) driver.core.receive(0, [seq, 'go', { by: 1 }]);
  driver.core.receive(1, [1, 'go', { by: 7 }]);
  driver.step();
  expect(driver.state.at).toEqual({ 0: 4, 1: 7 });
});

test('[RM-14, SV-3] inputs that waited when the process died are consumed once they are sent again, and only once', () => {
  const driver = new Driver();
  for (let seq = 1; seq <= 10; seq += 1) driver.core.receive(0, [seq, 'go', { by: 1 }]);
  driver.step();
  driver.crash();
  const { lastSeq } = driver.core.seat(0);
  for (let seq = 1; seq <= 10; seq += 1) driver.core.receive(0, [seq, 'go', { by: 1 }]);
  for (let step = 0; step < 3; step += 1) driver.step();
  expect([lastSeq, driver.state.at]).toEqual([4, { 0: 10 }]);
});

test('[RM-15] a late joiner’s seat is there at once, and the game learns of it in the next step', async () => {
  const driver = new Driver();
  driver.core.addSeat(seatOf(1));
  driver.core.addSeat(seatOf(1));
  expect([driver.core.seat(1), driver.state.note]).toEqual([
    { index: 1, taken: false, connected: false, givenUp: false, generation: 0, lastSeq: 0 },
    '',
  ]);
  driver.step();
  expect(driver.state.note).toBe('added 1 of 2 ');
  expect(() => driver.core.addSeat(seatOf(3))).toThrow('Seat 3 comes before seat 2');
});

test('[RM-15, RM-5] a late joiner who never comes gives the seat up', () => {
  const driver = new Driver();
  driver.core.addSeat(seatOf(1));
  for (let step = 0; step <= 30_000 / STEP_MS; step += 1) driver.step();
  expect(driver.state.note).toBe('added 1 of 2 left 1 ');
});

test.each([
  ['before the step that adds it', 0],
  ['after it', 1],
])('[RM-15] a death %s tells the game of a late joiner exactly once', (_, steps) => {
  const driver = new Driver();
  driver.core.addSeat(seatOf(1));
  for (let step = 0; step < steps; step += 1) driver.step();
  driver.crash([seatOf(0), seatOf(1)]);
  driver.core.addSeat(seatOf(1));
  driver.core.seatConnected(1, 1);
  for (let step = 0; step < 2; step += 1) driver.step();
  driver.crash();
  driver.step();
  expect(driver.state.note).toBe('added 1 of 2 ');
  expect(driver.core.seat(1)).toMatchObject({ taken: true, connected: true, generation: 1 });
});

test('[RM-13] a room that sleeps is stepped by what comes: a message, a timer, a seat', async () => {
  await using match = await testMatch(WalkRoom);
  await match.request(0, 'rest');
  const { steps } = match.state;
  match.advance(500);
  expect(match.state.steps).toBe(steps);
  match.advance(600);
  expect([match.state.steps, match.state.note]).toEqual([steps + 1, 'rang ']);
  expect(match.join()).toBe(1);
  expect(match.state.steps).toBe(steps + 2);
  await match.crash();
  // It slept on: only the players who came back woke it, for one step.
  match.advance(500);
  expect(match.state.steps).toBe(steps + 3);
  await match.request(1, 'go', { by: 3 });
  match.advance(500);
  expect(match.state.steps).toBe(steps + 3 + 11);
});
