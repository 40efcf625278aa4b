import { afterEach, expect, test } from '@jest/globals';
import { waitFor } from '../../tests/support/wait-for.ts';
import { MatchClock } from './match-clock.ts';
import { ProcessClock, type TimeSource } from './process-clock.ts';
import { Scheduler, type SchedulerOptions, type Steppable } from './scheduler.ts';

const errors: string[] = [];
const marks: string[] = [];
const running: Scheduler[] = [];

afterEach(() => {
  for (const scheduler of running.splice(0)) scheduler.stop();
  errors.length = 0;
  marks.length = 0;
});

function start(options: Partial<SchedulerOptions> = {}): Scheduler {
  const logger = { info: () => {}, warn: () => {}, error: (_: object, message: string) => errors.push(message) };
  const mark = { stepping: (matchId: string) => marks.push(matchId), stepped: () => marks.push('-') };
  const scheduler = new Scheduler({ clock: new ProcessClock(), mark, logger, ...options });
  running.push(scheduler);
  return scheduler;
}

class Room implements Steppable {
  readonly matchId: string;
  readonly tickRateHz: number | null;
  readonly clock: MatchClock;
  readonly steps: number[] = [];
  fulls = 0;
  queued = 0;
  timers: number[] = [];
  sleeps = false;
  onStep: () => void = () => {};
  onFull: () => void = () => {};

  constructor(matchId: string, { tickRateHz = null, timeMs = 0, time = new ProcessClock() }: RoomOptions = {}) {
    this.matchId = matchId;
    this.tickRateHz = tickRateHz;
    this.clock = new MatchClock(time, timeMs);
    this.clock.thaw();
  }

  dueMs(): number {
    const moves = this.tickRateHz !== null && !this.sleeps;
    return this.queued > 0 || moves ? 0 : Math.min(...this.timers);
  }

  step(timeMs: number): void {
    this.steps.push(timeMs);
    this.queued = 0;
    this.timers = this.timers.filter((dueMs) => dueMs > timeMs);
    this.onStep();
  }

  writeFull(): void {
    this.onFull();
    this.fulls += 1;
  }
}

interface RoomOptions {
  readonly tickRateHz?: number | null;
  readonly timeMs?: number;
  readonly time?: TimeSource;
}

/** A time that only moves while a test waits, so that a machine which stalls makes nobody late. */
class TestTime implements TimeSource {
  #nowMs = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  /** Goes on by `byMs` with each look, and gives the scheduler's timers a turn between two. */
  async goOnUntil(condition: () => boolean, byMs = 1): Promise<void> {
    await waitFor(
      () => {
        if (condition()) return true;
        this.#nowMs += byMs;
        return false;
      },
      { everyMs: 0 },
    );
  }
}

/** Until a room of another scheduler had three of its turns: time in which a room of the tested one had its own, too. */
async function othersHadTurns(): Promise<void> {
  const other = start({ mark: { stepping: () => {}, stepped: () => {} } });
  const room = new Room('m_other000', { tickRateHz: 60 });
  other.add(room);
  await waitFor(() => room.steps.length >= 3);
  other.stop();
}

test('a room without a tick rate is stepped when it is woken, once for all that waits [RM-8]', async () => {
  const scheduler = start();
  const room = new Room('m_aaaaaaaa', { timeMs: 5_000 });
  scheduler.add(room);
  for (let input = 0; input < 3; input += 1) {
    room.queued += 1;
    scheduler.wake(room.matchId);
  }
  expect(room.steps).toEqual([]);
  await waitFor(() => room.steps.length > 0);
  await othersHadTurns();
  expect(room.steps.length).toBe(1);
  expect(room.steps[0]).toBeGreaterThanOrEqual(5_000);
  expect(marks).toEqual(['m_aaaaaaaa', '-']);
});

test('a room is stepped when its next timer is due in match time, never before [RM-7]', async () => {
  const time = new TestTime();
  const scheduler = start({ clock: time });
  const room = new Room('m_aaaaaaaa', { timeMs: 1_000, time });
  room.timers = [1_060, 1_030];
  scheduler.add(room);
  await time.goOnUntil(() => room.steps.length === 2);
  expect(room.steps[0]).toBeGreaterThanOrEqual(1_030);
  expect(room.steps[1]).toBeGreaterThanOrEqual(1_060);
  await othersHadTurns();
  expect(room.steps.length).toBe(2);
});

test('a room with nothing to do takes no step and writes nothing [RM-1, RM-8]', async () => {
  const scheduler = start({ fullEveryMs: 1 });
  const [idle, busy] = [new Room('m_aaaaaaaa'), new Room('m_bbbbbbbb')];
  scheduler.add(idle);
  scheduler.add(busy);
  busy.queued = 1;
  scheduler.wake(busy.matchId);
  await waitFor(() => busy.fulls === 1);
  await othersHadTurns();
  expect([idle.steps.length, idle.fulls, busy.steps.length, busy.fulls]).toEqual([0, 0, 1, 1]);
});

test('a fixed-rate room is stepped on its own even grid in match time [RM-12]', async () => {
  const scheduler = start();
  const room = new Room('m_aaaaaaaa', { tickRateHz: 50, timeMs: 700 });
  scheduler.add(room);
  await waitFor(() => room.steps.length >= 6);
  scheduler.wake(room.matchId);
  const first = room.steps[0] ?? 0;
  expect(first).toBeGreaterThanOrEqual(700);
  for (const timeMs of room.steps) expect((timeMs - first) % 20).toBe(0);
});

test('rooms of one rate are spread over the tick [RM-12]', async () => {
  const time = new TestTime();
  const scheduler = start({ clock: time });
  const rooms = Array.from({ length: 10 }, (_, index) => new Room(`m_room000${index}`, { tickRateHz: 1, time }));
  for (const room of rooms) scheduler.add(room);
  await time.goOnUntil(() => rooms.every(({ steps }) => steps.length > 0), 5);
  const places = rooms.map(({ steps }) => (steps[0] ?? 0) % 1_000).sort((a, b) => a - b);
  const gaps = places.map((place, index) => (places[index + 1] ?? (places[0] ?? 0) + 1_000) - place);
  expect(Math.max(...gaps)).toBeLessThan(300);
});

test('a fixed-rate room that fell behind makes up for a few steps and skips the rest [RM-12]', async () => {
  const time = new ProcessClock();
  const scheduler = start({ clock: time });
  const room = new Room('m_aaaaaaaa', { tickRateHz: 50, time });
  scheduler.add(room);
  await waitFor(() => room.steps.length > 0);
  const before = room.steps.length;
  const blockedUntilMs = performance.now() + 300;
  while (performance.now() < blockedUntilMs);
  await waitFor(() => room.steps.length > before + 4);
  const after = room.steps.slice(before);
  const gaps = after.slice(1).map((timeMs, index) => timeMs - (after[index] ?? 0));
  expect(gaps.slice(0, 3)).toEqual([20, 20, 20]);
  expect(gaps[3]).toBeGreaterThan(100);
  expect(scheduler.stats.skippedSteps).toBeGreaterThan(5);
});

test('the lateness of steps on a grid is metered [RM-12]', async () => {
  const scheduler = start();
  const room = new Room('m', { tickRateHz: 60 });
  room.onStep = () => {
    const blockedUntilMs = performance.now() + 40;
    while (room.steps.length === 2 && performance.now() < blockedUntilMs);
  };
  scheduler.add(room);
  await waitFor(() => room.steps.length >= 4);
  expect(scheduler.stats.latenessUs.count).toBeGreaterThanOrEqual(4);
  expect(scheduler.stats.latenessUs.max).toBeGreaterThan(2_000);
});

test('a fixed-rate room that sleeps takes no step until it is woken or a timer is due, and has missed none [RM-13]', async () => {
  const time = new TestTime();
  const scheduler = start({ clock: time });
  const room = new Room('m', { tickRateHz: 50, time });
  room.onStep = () => {
    room.sleeps = true;
  };
  room.timers = [150];
  scheduler.add(room);
  await time.goOnUntil(() => room.steps.length === 2);
  const [first = 0, second = 0] = room.steps;
  expect(first).toBeLessThanOrEqual(20);
  expect(second).toBeGreaterThanOrEqual(150);
  room.timers = [1_000_000];
  room.queued = 1;
  scheduler.wake('m');
  await time.goOnUntil(() => room.steps.length === 3);
  // Long before the next timer, on the same grid as ever.
  const third = room.steps[2] ?? 0;
  expect(third).toBeLessThan(100_000);
  for (const step of [second, third]) expect(Math.abs(((step - first + 10) % 20) - 10)).toBeLessThanOrEqual(1);
  expect(scheduler.stats.skippedSteps).toBe(0);
});

test('a room whose clock stands still is not stepped, and goes on when it is thawed', async () => {
  const scheduler = start();
  const rooms = [new Room('m_aaaaaaaa'), new Room('m_bbbbbbbb', { tickRateHz: 60 })];
  for (const room of rooms) {
    room.clock.freeze();
    scheduler.add(room);
    room.queued = 1;
    scheduler.wake(room.matchId);
  }
  await othersHadTurns();
  expect(rooms.map(({ steps }) => steps)).toEqual([[], []]);
  for (const room of rooms) room.clock.thaw();
  await waitFor(() => rooms.every(({ steps }) => steps.length > 0));
});

test('a step that throws costs nobody else a step, and its room is tried again, later each time [RM-6]', async () => {
  const time = new TestTime();
  const scheduler = start({ clock: time });
  const [bad, good] = [new Room('m_aaaaaaaa', { time }), new Room('m_bbbbbbbb', { time })];
  bad.onStep = () => {
    bad.queued = 1;
    if (bad.steps.length < 3) throw new Error('a broken invariant');
    bad.queued = 0;
  };
  for (const room of [bad, good]) {
    scheduler.add(room);
    room.queued = 1;
    scheduler.wake(room.matchId);
  }
  await waitFor(() => good.steps.length === 1);
  expect(bad.steps.length).toBe(1);
  await time.goOnUntil(() => bad.steps.length === 3);
  const [first = 0, second = 0, third = 0] = bad.steps;
  expect(third - second).toBeGreaterThan(second - first);
  expect(errors).toEqual(['a step has thrown', 'a step has thrown']);
});

test('a room that was removed, also by its own step, is not stepped any more', async () => {
  const scheduler = start();
  const room = new Room('m_aaaaaaaa', { tickRateHz: 60 });
  room.onStep = () => scheduler.remove(room.matchId);
  scheduler.add(room);
  expect(() => scheduler.add(room)).toThrow('scheduled already');
  await waitFor(() => room.steps.length > 0);
  scheduler.wake(room.matchId);
  await othersHadTurns();
  expect([room.steps.length, scheduler.roomCount]).toEqual([1, 0]);
});

test('what is planned is bounded by the rooms that are there, however often plans change and far ahead they lie [RM-8]', async () => {
  const time = new TestTime();
  const scheduler = start({ clock: time });
  const inAnHour = [3_600_000];
  const rooms = Array.from({ length: 300 }, (_, index) => new Room(`m_${String(index).padStart(8, '0')}`, { time }));
  for (const room of rooms) room.timers = inAnHour;
  for (const room of rooms) scheduler.add(room);
  const [busy, ...others] = rooms as [Room, ...Room[]];
  for (const { matchId } of others) scheduler.remove(matchId);
  for (let step = 1; step <= 200; step += 1) {
    busy.queued = 1;
    scheduler.wake(busy.matchId);
    await waitFor(() => busy.steps.length === step, { everyMs: 0 });
  }
  expect(scheduler.taskCount).toBeLessThan(100);
  busy.timers = [busy.clock.nowMs() + 20];
  scheduler.wake(busy.matchId);
  await time.goOnUntil(() => busy.steps.length === 202);
});

test('a room that takes all the time there is leaves turns to everybody else', async () => {
  const scheduler = start();
  const [greedy, modest] = [new Room('m_aaaaaaaa'), new Room('m_bbbbbbbb')];
  greedy.onStep = () => {
    greedy.queued = 1;
  };
  scheduler.add(greedy);
  scheduler.add(modest);
  greedy.queued = 1;
  scheduler.wake(greedy.matchId);
  await othersHadTurns();
  modest.queued = 1;
  scheduler.wake(modest.matchId);
  await waitFor(() => modest.steps.length > 0);
});

test('a full state is written once after changes, and again when it fails', async () => {
  const scheduler = start({ fullEveryMs: 10 });
  const room = new Room('m_aaaaaaaa');
  let tries = 0;
  room.onFull = () => {
    tries += 1;
    if (tries === 1) throw new Error('no');
  };
  scheduler.add(room);
  room.queued = 1;
  scheduler.wake(room.matchId);
  await waitFor(() => room.fulls === 1);
  expect([tries, errors]).toEqual([2, ['a full state could not be written']]);
  await othersHadTurns();
  expect(room.fulls).toBe(1);
});

test('full states are written of the matches that are asked for, also of idle ones [SV-11]', async () => {
  const scheduler = start();
  const rooms = ['m_aaaaaaaa', 'm_bbbbbbbb', 'm_cccccccc'].map((matchId) => new Room(matchId));
  for (const room of rooms) scheduler.add(room);
  scheduler.requestFulls(['m_aaaaaaaa', 'm_unknown00', 'm_cccccccc'], 20);
  await waitFor(() => scheduler.stats.fulls === 2);
  expect(rooms.map(({ fulls }) => fulls)).toEqual([1, 0, 1]);
});

test('a stopped scheduler does nothing any more', async () => {
  const scheduler = start({ fullEveryMs: 1 });
  const rooms = [new Room('m_aaaaaaaa'), new Room('m_bbbbbbbb', { tickRateHz: 60 })];
  for (const room of rooms) {
    scheduler.add(room);
    room.queued = 1;
    scheduler.wake(room.matchId);
  }
  scheduler.stop();
  scheduler.requestFulls(rooms.map(({ matchId }) => matchId));
  await othersHadTurns();
  expect(rooms.map(({ steps, fulls }) => steps.length + fulls)).toEqual([0, 0]);
});

test('while it is paused no room is stepped or asked for its state; afterwards each goes on where its time stood [CL-16]', async () => {
  const time = new ProcessClock();
  const scheduler = start({ clock: time });
  const turns = new Room('m_aaaaaaaa', { time });
  const grid = new Room('m_bbbbbbbb', { tickRateHz: 100, time });
  for (const room of [turns, grid]) scheduler.add(room);
  await waitFor(() => grid.steps.length >= 3);
  time.freeze();
  scheduler.pause();
  const [before, stoodAtMs] = [[...grid.steps], grid.clock.exactMs()];
  turns.queued = 1;
  scheduler.wake('m_aaaaaaaa');
  scheduler.requestFulls(['m_aaaaaaaa', 'm_bbbbbbbb']);
  const pausedMs = performance.now();
  await waitFor(() => performance.now() - pausedMs > 100);
  expect([turns.steps, grid.steps, turns.fulls + grid.fulls]).toEqual([[], before, 0]);
  expect(grid.clock.exactMs()).toBe(stoodAtMs);
  time.thaw();
  scheduler.resume();
  await waitFor(() => turns.steps.length === 1 && grid.steps.length > before.length && turns.fulls + grid.fulls === 2);
});

test('a scheduler that was stopped while it was paused stays so [CL-16]', async () => {
  const scheduler = start();
  const room = new Room('m_aaaaaaaa');
  scheduler.add(room);
  scheduler.pause();
  scheduler.stop();
  room.queued = 1;
  scheduler.wake('m_aaaaaaaa');
  scheduler.resume();
  const stoppedMs = performance.now();
  await waitFor(() => performance.now() - stoppedMs > 50);
  expect(room.steps).toEqual([]);
});
