import { expect, test } from '@jest/globals';
import { VirtualTime } from '../tests/support/virtual-time.ts';
import { Predictor } from './predictor.ts';
import type { PredictorOptions } from './predictor.ts';

interface Point {
  x: number;
}
interface World {
  x: number | null;
}

/** A predictor beside a room that moves a point by what it is told; `room` runs the other side, one call a step. */
function playing(options: Partial<PredictorOptions<World, number, Point>> = {}) {
  const time = new VirtualTime();
  const world: World = { x: 0 };
  const sent: { readonly by: number; consumed: boolean }[] = [];
  let isLive = true;
  const predictor = new Predictor<World, number, Point>({
    own: ({ x }) => (x === null ? null : { x }),
    step: (own, by) => {
      own.x += by;
      return own;
    },
    send: (by) => {
      const input = { by, consumed: false };
      sent.push(input);
      return input;
    },
    state: () => (isLive ? world : null),
    timing: time,
    glideMs: 0,
    ...options,
  });
  predictor.rebased(world, true);
  let consumedCount = 0;
  /** The room's patch after having consumed `count` more inputs, without its acknowledgement. */
  const patch = (count: number, shove = 0): void => {
    for (const { by } of sent.slice(consumedCount, consumedCount + count)) world.x = (world.x ?? 0) + by;
    world.x = world.x === null ? null : world.x + shove;
    consumedCount += count;
    predictor.patched(world);
  };
  const markConsumed = (): void => sent.slice(0, consumedCount).forEach((input) => (input.consumed = true));
  const ack = (): void => {
    markConsumed();
    predictor.acked(world);
  };
  const drop = (): void => void (isLive = false);
  const back = (isNextLife: boolean): void => {
    isLive = true;
    markConsumed();
    predictor.rebased(world, isNextLife);
  };
  return { time, world, predictor, sent, patch, ack, markConsumed, drop, back };
}

test('[SD-10] an input takes effect at once, and is sent', () => {
  const { predictor, sent } = playing();
  expect(predictor.push(3)).toBe(true);
  expect(predictor.push(4)).toBe(true);
  expect([predictor.view, predictor.own, sent.map(({ by }) => by)]).toEqual([{ x: 7 }, { x: 7 }, [3, 4]]);
  expect(predictor.stats.pending).toBe(2);
});

test('[SD-10] between a patch and its acknowledgement, what the patch has consumed is not applied twice', () => {
  const { predictor, patch, ack } = playing();
  for (const by of [1, 2, 4]) predictor.push(by);
  patch(2);
  expect(predictor.view).toEqual({ x: 7 });
  ack();
  expect(predictor.view).toEqual({ x: 7 });
  expect(predictor.stats).toMatchObject({ pending: 1, corrections: 0, compared: 1 });
});

test('[SD-10] a patch without an acknowledgement counts when the next one comes', () => {
  const { predictor, patch, ack } = playing();
  predictor.push(1);
  patch(0, 100);
  expect(predictor.own).toEqual({ x: 1 });
  patch(1);
  expect(predictor.own).toEqual({ x: 101 });
  ack();
  expect(predictor.own).toEqual({ x: 101 });
  expect(predictor.stats).toMatchObject({ corrections: 1, pending: 0 });
});

test('[SD-10] without inputs under way, a patch counts at once', () => {
  const { predictor, patch } = playing();
  patch(0, 5);
  expect(predictor.own).toEqual({ x: 5 });
});

test('[SD-10] an acknowledgement without a patch says that nothing came of it', () => {
  const { predictor, sent } = playing();
  predictor.push(9);
  sent.forEach((input) => (input.consumed = true));
  predictor.acked({ x: 0 });
  expect([predictor.own, predictor.stats.corrections, predictor.stats.pending]).toEqual([{ x: 0 }, 1, 0]);
});

test('[SD-10] the answer to another input tells what was consumed, but not that it was all', () => {
  const { predictor, sent, patch, ack, world } = playing();
  predictor.push(1);
  predictor.push(2);
  // Both are in the patch; the answer tells of the first only.
  patch(2);
  const [first] = sent;
  if (first) first.consumed = true;
  predictor.replied(world);
  expect(predictor.own).toEqual({ x: 3 });
  ack();
  expect([predictor.own, predictor.stats.corrections]).toEqual([{ x: 3 }, 0]);
  predictor.push(4);
  patch(1);
  for (const input of sent) input.consumed = true;
  predictor.replied(world);
  expect([predictor.own, predictor.stats.corrections]).toEqual([{ x: 7 }, 0]);
});

test('[SD-10] a correction is counted by its distance, and fades in without a jump', () => {
  const { time, predictor, patch, ack } = playing({ smoothMs: 100 });
  predictor.push(1);
  patch(1, 10);
  ack();
  expect(predictor.stats).toMatchObject({ corrections: 1, correctionsLastMinute: 1, errors: [10] });
  expect(predictor.stats.histogram).toEqual([{ upTo: 16, count: 1 }]);
  expect([predictor.view, predictor.own]).toEqual([{ x: 1 }, { x: 11 }]);
  time.pass(50);
  expect(predictor.view).toEqual({ x: 6 });
  // What is pushed meanwhile is seen at once all the same.
  predictor.push(2);
  expect(predictor.view).toEqual({ x: 8 });
  time.pass(50);
  expect(predictor.view).toEqual({ x: 13 });
  time.pass(60_000);
  expect(predictor.stats).toMatchObject({ corrections: 1, correctionsLastMinute: 0 });
});

test('[SD-10] a correction in the middle of another goes on from what is shown', () => {
  const { time, predictor, patch } = playing({ smoothMs: 100 });
  patch(0, 10);
  time.pass(50);
  const shown = predictor.view;
  patch(0, -40);
  expect(predictor.view).toEqual(shown);
  time.pass(100);
  expect(predictor.view).toEqual({ x: -30 });
});

test('what is within the tolerance is no correction, and is taken over', () => {
  const { predictor, patch } = playing({ tolerance: 0.5 });
  patch(0, 0.4);
  expect([predictor.own, predictor.stats.corrections, predictor.stats.errors]).toEqual([{ x: 0.4 }, 0, [0]]);
});

test('the view glides from push to push', () => {
  const { time, predictor } = playing({ glideMs: 50 });
  predictor.push(10);
  time.pass(25);
  expect(predictor.view).toEqual({ x: 5 });
  time.pass(25);
  predictor.push(10);
  expect(predictor.view).toEqual({ x: 10 });
  time.pass(1_000);
  expect(predictor.view).toEqual({ x: 20 });
});

test('left to itself it glides for as long as pushes are apart, and a pause is none of that', () => {
  const { time, predictor } = playing({ glideMs: undefined });
  for (let push = 0; push < 3; push += 1) {
    predictor.push(10);
    time.pass(40);
  }
  expect(predictor.view).toEqual({ x: 30 });
  time.pass(5_000);
  predictor.push(10);
  time.pass(20);
  expect(predictor.view).toEqual({ x: 35 });
});

test('[SD-11] while the line is down nothing is taken; what was pushed before is replayed on what the room shows then', () => {
  const { predictor, sent, patch, drop, back } = playing();
  for (const by of [1, 2, 4]) predictor.push(by);
  patch(1);
  drop();
  expect(predictor.push(8)).toBe(false);
  expect(sent).toHaveLength(3);
  expect(predictor.view).toEqual({ x: 7 });
  back(false);
  expect([predictor.view, predictor.stats.corrections, predictor.stats.pending]).toEqual([{ x: 7 }, 0, 2]);
});

test('[SD-11] in the next life of a room nothing of what was shown counts, and nothing of it is a correction', () => {
  const { world, predictor, patch, ack, drop, back } = playing();
  for (const by of [1, 2, 4]) predictor.push(by);
  patch(1);
  ack();
  drop();
  world.x = 1_000;
  back(true);
  expect(predictor.view).toEqual({ x: 1_006 });
  patch(2);
  ack();
  expect([predictor.view, predictor.stats.corrections]).toEqual([{ x: 1_006 }, 0]);
});

test('before a spawn and after a death there is nothing to show, and inputs are sent all the same', () => {
  const { world, predictor, sent, patch, ack } = playing();
  world.x = null;
  patch(0);
  expect([predictor.view, predictor.push(1), sent.length]).toEqual([null, true, 1]);
  world.x = 50;
  patch(1);
  ack();
  expect([predictor.view, predictor.stats.corrections]).toEqual([{ x: 51 }, 0]);
});

test('an instance of the state in place of a copy is refused: the next patch would change it', () => {
  class Live {
    x = 0;
  }
  expect(() => playing({ own: () => new Live() })).toThrow(TypeError);
});

test('once stopped it takes no more', () => {
  const { predictor, sent } = playing();
  predictor.stop();
  expect([predictor.push(1), sent.length]).toEqual([false, 0]);
});
