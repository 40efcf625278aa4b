import { describe, expect, test } from '@jest/globals';
import type { z } from 'zod';
import { testMatch, type TestMatch } from '../kit/testing.ts';
import type { arena } from './game.ts';
import { isClear, type Point } from './geometry-rules.ts';
import { type MapName, MAPS, UNITS_PER_PIXEL } from './map-rules.ts';
import { ArenaRoom } from './room.ts';
import {
  aimAlong,
  FULL_HP,
  MOVE,
  type Move,
  RESPAWN_MS,
  SHOT_DAMAGE,
  SHOT_EVERY_MS,
  STEP_LENGTH,
  STEP_MS,
  stepFighter,
} from './rules.ts';

type Match = TestMatch<typeof arena>;
interface Options {
  readonly seats?: number;
  readonly seed?: number;
  readonly settings?: z.input<typeof arena.settings>;
}

const STILL: Move = { dx: 0, dy: 0, aim: 0 };
const RIGHT: Move = { dx: 1, dy: 0, aim: 0 };
const DOWN: Move = { dx: 0, dy: 1, aim: 0 };
const mapNames = Object.keys(MAPS) as MapName[];
const SHOTS_TO_KILL = FULL_HP / SHOT_DAMAGE;
/** In the courtyard's open strip along the upper edge, which nothing stands in. */
const LEFT_END = px(200, 90);
const RIGHT_END = px(700, 90);

describe('[AR-1] moving', () => {
  test('each move is one step by the rules that clients have', async () => {
    await using match = await start();
    const { x, y, aim, hp } = fighter(match, 0);
    const move = { dx: 0.6, dy: -1, aim: 77 };
    await match.request(0, 'move', move);
    expect(fighter(match, 0)).toMatchObject(stepFighter({ x, y, aim, hp }, move, MAPS.courtyard));
  });

  test('without moves a fighter stands still', async () => {
    await using match = await start();
    await match.request(0, 'move', RIGHT);
    const { x, y } = fighter(match, 0);
    match.advance(5_000);
    expect(fighter(match, 0)).toMatchObject({ x, y });
  });
});

describe('[AR-3] moves are paid with time', () => {
  test('what a stall held up is walked at once, what goes beyond is not', async () => {
    await using match = await start();
    match.advance(5_000);
    place(match, 0, LEFT_END);
    for (let move = 0; move < 40; move += 1) match.send(0, 'move', RIGHT);
    match.advance(10 * STEP_MS);
    // What the bank held with the first step, and one with each of the nine after it.
    expect(fighter(match, 0).x).toBe(LEFT_END.x + (MOVE.bankMs / STEP_MS + 9) * STEP_LENGTH);
  });

  test('a move that is not paid for is refused', async () => {
    await using match = await start();
    for (let move = 0; move < 40; move += 1) match.send(0, 'move', STILL);
    match.advance(10 * STEP_MS);
    match.send(0, 'move', STILL);
    expect(await match.request(0, 'move', RIGHT)).toEqual({ ok: false, refused: 'too-soon' });
  });

  test('nobody shoots faster than the weapon does, also after a pause', async () => {
    await using match = await start();
    match.advance(5_000);
    const answers = [];
    for (let step = 0; step < 60; step += 1) answers.push(await match.request(0, 'fire', { aim: 0, seenMs: 0 }));
    const shots = answers.filter(({ ok }) => ok).length;
    // One too early by what two shots may be bunched on their way; on average never.
    expect(shots).toBe((60 * STEP_MS) / SHOT_EVERY_MS + 1);
    expect(named(match, 'shot')).toHaveLength(shots);
    expect(answers[1]).toEqual({ ok: false, refused: 'too-soon' });
  });
});

describe('[AR-4] a shot is judged by what its shooter saw', () => {
  /** Seat 1 walks down for `steps`; seat 0 shoots at where it was `agoMs` ago, and says that it saw it `saidMs` ago. */
  async function shootAtThePast(match: Match, agoMs: number, saidMs = agoMs): Promise<void> {
    place(match, 0, LEFT_END);
    place(match, 1, px(700, 30));
    await rest(match);
    const way: Point[] = [pointOf(match, 1)];
    for (let step = 0; step < 10; step += 1) {
      await match.request(1, 'move', DOWN);
      way.push(pointOf(match, 1));
    }
    const seen = way.at(-1 - agoMs / STEP_MS) ?? LEFT_END;
    const aim = aimAlong(seen.x - LEFT_END.x, seen.y - LEFT_END.y);
    await match.request(0, 'fire', { aim, seenMs: match.nowMs - saidMs });
  }

  test.each([
    ['150 ms ago', 150, 150, true],
    ['now', 0, 0, true],
    ['between two steps', 100, 110, true],
    ['400 ms ago: too long', 400, 400, false],
    ['150 ms ago, while it saw it elsewhere', 150, 0, false],
    ['in times to come', 0, -1_000, true],
  ])('%s', async (_name, agoMs, saidMs, hits) => {
    await using match = await start();
    await shootAtThePast(match, agoMs, saidMs);
    expect(named(match, 'shot')).toMatchObject([{ by: '0', hit: hits ? '1' : null }]);
    expect(fighter(match, 1).hp).toBe(hits ? FULL_HP - SHOT_DAMAGE : FULL_HP);
  });

  test('also after a crash in between', async () => {
    await using match = await start();
    await shootAtThePast(match, 150);
    match.advance(SHOT_EVERY_MS);
    place(match, 1, px(700, 30));
    await rest(match);
    for (let step = 0; step < 3; step += 1) await match.request(1, 'move', DOWN);
    await match.crash();
    const aim = aimAlong(px(700, 30).x - LEFT_END.x, px(700, 30).y - LEFT_END.y);
    await match.request(0, 'fire', { aim, seenMs: match.nowMs - 150 });
    expect(fighter(match, 1).hp).toBe(FULL_HP - 2 * SHOT_DAMAGE);
  });
});

describe('[AR-5] falling and appearing', () => {
  test('whoever has no health left is down for a while, and appears anew out of sight', async () => {
    await using match = await start();
    await duel(match);
    expect(fighter(match, 1)).toMatchObject({ hp: 0, deaths: 1, respawnsAtMs: match.nowMs + RESPAWN_MS });
    expect(fighter(match, 0).score).toBe(1);
    expect(named(match, 'hit').map((hit) => hit['hp'])).toEqual([80, 60, 40, 20, 0]);
    expect(named(match, 'down')).toEqual([{ by: '0', of: '1' }]);
    match.advance(RESPAWN_MS - STEP_MS);
    expect(fighter(match, 1)).toMatchObject({ ...RIGHT_END, hp: 0 });
    match.advance(STEP_MS);
    expect(fighter(match, 1)).toMatchObject({ hp: FULL_HP, respawnsAtMs: 0 });
    expect(isClear(MAPS.courtyard.walls, pointOf(match, 0), pointOf(match, 1))).toBe(false);
  });

  test('who is down neither moves nor shoots, and is not hit again', async () => {
    await using match = await start();
    await duel(match);
    expect(await match.request(1, 'move', RIGHT)).toEqual({ ok: false, refused: 'down' });
    expect(await match.request(1, 'fire', { aim: 0, seenMs: match.nowMs })).toEqual({ ok: false, refused: 'down' });
    match.advance(SHOT_EVERY_MS);
    await shootAt(match, 0, 1);
    expect([named(match, 'shot').at(-1)?.['hit'], fighter(match, 0).score]).toEqual([null, 1]);
  });

  test('who has just appeared is not hit where it lay', async () => {
    await using match = await start();
    await duel(match);
    match.advance(RESPAWN_MS);
    const aim = aimAlong(RIGHT_END.x - LEFT_END.x, RIGHT_END.y - LEFT_END.y);
    await match.request(0, 'fire', { aim, seenMs: match.nowMs - 100 });
    expect([named(match, 'shot').at(-1)?.['hit'], fighter(match, 1).hp]).toEqual([null, FULL_HP]);
  });

  test('who is away is shot down once, and appears when back', async () => {
    await using match = await start();
    match.drop(1);
    await duel(match);
    while (match.nowMs < 3 * RESPAWN_MS) await match.request(0, 'move', RIGHT);
    expect(fighter(match, 1)).toMatchObject({ hp: 0, deaths: 1 });
    match.return(1);
    expect(fighter(match, 1)).toMatchObject({ hp: FULL_HP, deaths: 1 });
  });
});

describe('[AR-8] coming and going', () => {
  test('who joins late fights at once', async () => {
    await using match = await start();
    match.advance(5_000);
    const late = match.join();
    expect([...match.state.fighters.keys()]).toEqual(['0', '1', '2']);
    expect(await match.request(late, 'move', RIGHT)).toEqual({ ok: true });
  });

  test('who leaves is gone, and last in the end', async () => {
    await using match = await start({ seats: 3, settings: { roundMs: 20_000 } });
    await duel(match);
    match.leave(0);
    expect([...match.state.fighters.keys()]).toEqual(['1', '2']);
    match.advance(20_000);
    expect(match.result?.placements).toMatchObject([
      { seatIndex: 1, place: 1, score: 0 },
      { seatIndex: 2, place: 1, score: 0 },
      { seatIndex: 0, place: 3, score: 1 },
    ]);
  });
});

describe('[AR-7] bots', () => {
  const settings = { botFill: 4, botAfterMs: 2_000 };
  const bots = (match: Match) => [...match.state.fighters.keys()].filter((key) => key.startsWith('b'));

  test('fill up after a while; one leaves when somebody comes, and is back some time after somebody leaves', async () => {
    await using match = await start({ settings });
    match.advance(2_000 - STEP_MS);
    expect(bots(match)).toEqual([]);
    match.advance(STEP_MS);
    expect(bots(match)).toHaveLength(2);
    match.join();
    expect(bots(match)).toHaveLength(1);
    match.join();
    match.join();
    expect([bots(match).length, match.state.fighters.size]).toEqual([0, 5]);
    match.leave(0);
    match.leave(1);
    expect(bots(match)).toHaveLength(0);
    match.advance(2_000);
    expect(bots(match)).toHaveLength(1);
  });

  test('make the teams even, and keep them so', async () => {
    await using match = await start({ settings: { ...settings, mode: 'teams' } });
    match.advance(2_000);
    expect(teams(match)).toEqual(['blue', 'blue', 'red', 'red']);
    const late = match.join({ team: 'blue' });
    expect(fighter(match, late).team).toBe('blue');
    expect(teams(match)).toEqual(['blue', 'blue', 'red', 'red']);
  });

  test('wait their whole time anew when people came in between', async () => {
    await using match = await start({ settings: { botFill: 3, botAfterMs: 2_000 } });
    match.advance(1_000);
    const late = match.join();
    match.leave(late);
    match.advance(2_000 - STEP_MS);
    expect(bots(match)).toEqual([]);
    match.advance(STEP_MS);
    expect(bots(match)).toHaveLength(1);
  });

  test.each(mapNames)('walk about in the %s, find each other and fight, and never stand in a wall', async (map) => {
    await using match = await start({ settings: { map, botFill: 8, botAfterMs: 0, roundMs: 180_000 } });
    const regions = new Set<string>();
    for (let second = 0; second < 60; second += 1) {
      match.advance(1_000);
      for (const { x, y } of match.state.fighters.values()) {
        regions.add(`${Math.floor(x / px(400, 0).x)}/${Math.floor(y / px(0, 480).y)}`);
        const around = MAPS[map].blocks.filter(
          (wall) => wall.left < x && x < wall.right && wall.top < y && y < wall.bottom,
        );
        expect(around).toEqual([]);
      }
    }
    const kills = [...match.state.fighters.values()].map(({ score }) => score);
    expect(kills.reduce((sum, score) => sum + score)).toBeGreaterThan(15);
    expect(regions.size).toBe(8);
  });

  test('are worse than a person who aims', async () => {
    await using match = await start({ seats: 1, settings: { botFill: 2, botAfterMs: 0, roundMs: 180_000 } });
    while (match.nowMs < 150_000) {
      const [self, bot] = [fighter(match, 0), match.state.fighters.get('b0')];
      if (bot === undefined || bot.hp === 0 || self.hp === 0 || !isClear(MAPS.courtyard.walls, self, bot)) {
        match.advance(STEP_MS);
        continue;
      }
      // Shoots at the bot as it was 200 ms ago, as seen over a slow network, half as often as the weapon allows.
      await shootAt(match, 0, 'b0');
      match.advance(SHOT_EVERY_MS);
    }
    expect(fighter(match, 0).score).toBeGreaterThan(fighter(match, 0).deaths);
  });
});

describe('[AR-6] the round', () => {
  test('ends in time, with places by score and what bots did', async () => {
    await using match = await start({ settings: { roundMs: 30_000, botFill: 3, botAfterMs: 20_000 } });
    expect(match.state.roundEndsAtMs).toBe(30_000);
    await duel(match);
    match.advance(30_000 - match.nowMs - STEP_MS);
    expect(match.result).toBeNull();
    match.advance(STEP_MS);
    expect(match.result?.placements).toMatchObject([
      { seatIndex: 0, place: 1 },
      { seatIndex: 1, place: 2 },
    ]);
    expect(match.result?.data).toMatchObject({
      fighters: { 0: { bot: false }, 1: { bot: false }, b0: { bot: true, team: '' } },
      teamScores: {},
    });
  });

  test('in teams, ends with places by team, and friends are not hit', async () => {
    await using match = await start({ seats: 4, settings: { mode: 'teams', roundMs: 30_000 } });
    expect(teams(match)).toEqual(['blue', 'blue', 'red', 'red']);
    place(match, 2, px(450, 90));
    await duel(match);
    expect(fighter(match, 2).hp).toBe(FULL_HP);
    expect(match.state.teamScores.toJSON()).toEqual({ red: 1 });
    match.advance(30_000);
    const places = match.result?.placements.map(({ seatIndex, place: at, score }) => [seatIndex, at, score]);
    expect(places).toEqual([
      [0, 1, 1],
      [2, 1, 0],
      [1, 3, 0],
      [3, 3, 0],
    ]);
  });
});

describe('[AR-9] an arena where nothing happens', () => {
  test('sleeps until somebody moves', async () => {
    await using match = await start();
    await match.request(0, 'move', RIGHT);
    match.advance(1_000);
    const { tick } = match;
    match.advance(60_000);
    expect(match.tick).toBe(tick);
    await match.request(0, 'move', RIGHT);
    expect(match.tick).toBeGreaterThan(tick);
  });

  test('does not sleep before who is down has appeared', async () => {
    await using match = await start();
    await duel(match);
    match.advance(RESPAWN_MS);
    expect(fighter(match, 1).hp).toBe(FULL_HP);
  });

  test('with bots, sleeps while nobody is there to see them', async () => {
    await using match = await start({ settings: { botFill: 4, botAfterMs: 0 } });
    match.advance(1_000);
    const { tick } = match;
    match.advance(1_000);
    expect(match.tick).toBe(tick + 1_000 / STEP_MS);
    match.drop(0);
    match.drop(1);
    match.advance(1_000);
    const asleep = match.tick;
    match.advance(10_000);
    expect(match.tick).toBe(asleep);
    match.return(0);
    match.advance(1_000);
    expect(match.tick).toBeGreaterThan(asleep + 10);
  });
});

test.each([1, 2, 3])(
  '[SV-3] a round with bots goes on after crashes as if there had been none (seed %i)',
  async (seed) => {
    const played = async (crashesAt: readonly number[]) => {
      await using match = await start({ seed, settings: { botFill: 6, botAfterMs: 500, mode: 'teams' } });
      for (let step = 0; step < 400; step += 1) {
        if (crashesAt.includes(step)) await match.crash();
        const turn = (step * 40 + seed * 100) % 4_096;
        match.send(0, 'move', { dx: step % 90 < 45 ? 1 : -1, dy: step % 50 < 25 ? 1 : -1, aim: turn });
        if (step % 5 === 0) match.send(0, 'fire', { aim: turn, seenMs: match.nowMs - 130 });
        if (step === 150) match.join({ team: 'blue' });
        if (step === 250) match.leave(1);
        match.advance(STEP_MS);
      }
      return { state: match.state.toJSON(), events: match.events };
    };
    const whole = await played([]);
    expect(whole.events.length).toBeGreaterThan(50);
    expect(await played([30, 151, 152, 260, 333])).toEqual(whole);
  },
);

/** A match of people alone, unless its settings say otherwise. */
function start({ settings, ...options }: Options = {}): Promise<Match> {
  return testMatch(ArenaRoom, { ...options, settings: { botFill: 0, ...settings } });
}

function fighter(match: Match, key: number | string) {
  const found = match.state.fighters.get(String(key));
  if (found === undefined) throw new Error(`There is no fighter ${key}.`);
  return found;
}

function pointOf(match: Match, key: number | string): Point {
  const { x, y } = fighter(match, key);
  return { x, y };
}

function px(x: number, y: number): Point {
  return { x: x * UNITS_PER_PIXEL, y: y * UNITS_PER_PIXEL };
}

/** Puts a fighter somewhere, as no player could. */
function place(match: Match, key: number, { x, y }: Point): void {
  Object.assign(fighter(match, key), { x, y });
}

/** Lets so much time pass that nobody remembers where anybody was before. */
async function rest(match: Match): Promise<void> {
  for (let step = 0; step < 6; step += 1) await match.request(0, 'move', STILL);
}

async function shootAt(match: Match, shooter: number, target: number | string): Promise<void> {
  const [from, to] = [pointOf(match, shooter), pointOf(match, target)];
  await match.request(shooter, 'fire', { aim: aimAlong(to.x - from.x, to.y - from.y), seenMs: match.nowMs });
}

/** Seat 0 shoots seat 1 down. */
async function duel(match: Match): Promise<void> {
  place(match, 0, LEFT_END);
  place(match, 1, RIGHT_END);
  await rest(match);
  for (let shot = 0; shot < SHOTS_TO_KILL; shot += 1) {
    if (shot > 0) match.advance(SHOT_EVERY_MS - STEP_MS);
    await shootAt(match, 0, 1);
  }
}

function teams(match: Match): string[] {
  return [...match.state.fighters.values()].map(({ team }) => team).toSorted();
}

function named(match: Match, type: 'shot' | 'hit' | 'down'): Record<string, unknown>[] {
  return match.events.filter((event) => event.type === type).map(({ payload }) => payload as Record<string, unknown>);
}
