import { describe, expect, test } from '@jest/globals';
import { botToLeave, moveOfBot, NEW_BOT, thinkAsBot } from './bot-rules.ts';
import { MAPS, UNITS_PER_PIXEL } from './map-rules.ts';
import { AIM_STEPS, FULL_HP, type FighterView } from './rules.ts';

const map = MAPS.courtyard;

/** In pixels; along the courtyard's upper edge nothing hides anyone. */
function standing(x: number, y = 90, more: Partial<FighterView> = {}): FighterView {
  return { x: x * UNITS_PER_PIXEL, y: y * UNITS_PER_PIXEL, aim: 0, hp: FULL_HP, team: '', ...more };
}

/** Chances as they come, the last one again and again. */
function chances(...drawn: number[]): () => number {
  return () => (drawn.length > 1 ? drawn.shift() : drawn[0]) ?? 0.5;
}

describe('[AR-7] a bot', () => {
  const self = standing(200);
  /** No new goal, a steady hand, and it shoots. */
  const lucky = () => chances(0.5, 0.5, 0);

  test('shoots at the nearest enemy that it sees', () => {
    const mind = thinkAsBot(
      { self, others: [standing(900), standing(200, 30), self], map },
      { ...NEW_BOT, goal: 5 },
      lucky(),
    );
    expect(mind).toMatchObject({ aim: (AIM_STEPS * 3) / 4, fires: true });
  });

  test.each([
    ['behind a wall', standing(340, 300), ''],
    ['down', standing(500, 90, { hp: 0 }), ''],
    ['of its own team', standing(500, 90, { team: 'red' }), 'red'],
  ])('shoots at nobody who is %s', (_name, other, team) => {
    const mind = thinkAsBot({ self: { ...self, team }, others: [other], map }, { ...NEW_BOT, goal: 5 }, lucky());
    expect([mind.fires, mind.aim]).toEqual([false, mind.heading]);
  });

  test('is not sure of its aim', () => {
    const aims = [0, 0.25, 0.5, 0.75].map(
      (chance) => thinkAsBot({ self, others: [standing(500)], map }, { ...NEW_BOT, goal: 5 }, chances(0.5, chance)).aim,
    );
    expect(new Set(aims).size).toBe(4);
  });

  test('comes closer to who is far away, and otherwise goes where it was going', () => {
    const headings = [500, 1_200].map(
      (x) => thinkAsBot({ self, others: [standing(x)], map }, { ...NEW_BOT, goal: 1 }, lucky()).heading,
    );
    expect(headings[1]).toBe(0);
    expect(headings[0]).not.toBe(0);
  });

  test('does nothing while it is down', () => {
    const mind = thinkAsBot({ self: standing(200, 90, { hp: 0 }), others: [standing(500)], map }, NEW_BOT, lucky());
    expect([mind.fires, moveOfBot(mind)]).toEqual([false, { dx: 0, dy: 0, aim: 0 }]);
  });
});

describe('[AR-7] of the bots', () => {
  const fighter = (key: string, team: string, score = 0) =>
    [key, { ...standing(0), team, score, bot: key !== '0' }] as const;
  test.each([
    ['the one with the fewest points leaves', [fighter('0', ''), fighter('b0', '', 3), fighter('b1', '', 1)], 'b1'],
    ['one of the larger team leaves', [fighter('0', 'red'), fighter('b0', 'blue'), fighter('b1', 'red', 9)], 'b1'],
    ['none leaves if there are none', [fighter('0', '')], null],
  ])('%s', (_name, fighters, leaving) => {
    expect(botToLeave(fighters)).toBe(leaving);
  });
});
