import { expect, test } from '@jest/globals';
import { Keys } from './keys.ts';
import { Stick, STICK_REACH } from './stick.ts';

test('[WE-6] keys add up to a direction, by WASD or arrows; opposite ones cancel out', () => {
  const keys = new Keys();
  const direction = (): number[] => [keys.dx, keys.dy];
  expect(['KeyW', 'ArrowRight', 'KeyX', 'Enter'].map((code) => keys.press(code))).toEqual([true, true, false, false]);
  expect(direction()).toEqual([1, -1]);
  keys.press('KeyD');
  expect(direction()).toEqual([1, -1]);
  keys.press('ArrowLeft');
  keys.press('KeyA');
  expect(direction()).toEqual([0, -1]);
  keys.seen();
  keys.release('KeyW');
  keys.press('Space');
  expect([...direction(), keys.isFiring]).toEqual([0, 0, true]);
  keys.release('Space');
  keys.seen();
  expect([...direction(), keys.isFiring]).toEqual([0, 0, false]);
});

test('[WE-6] a key that is pressed and let go between two looks counts once', () => {
  const keys = new Keys();
  keys.press('KeyS');
  keys.release('KeyS');
  expect(keys.dy).toBe(1);
  keys.seen();
  expect(keys.dy).toBe(0);
  keys.press('KeyS');
  keys.seen();
  expect(keys.dy).toBe(1);
  keys.release('KeyS');
  expect(keys.dy).toBe(0);
});

test('[WE-6] a stick begins where the thumb comes down, rests in its middle, and goes no farther than its reach', () => {
  const stick = new Stick();
  stick.begin(3, 100, 400);
  stick.move(105, 404);
  expect([stick.isTilted, stick.dx, stick.dy]).toEqual([false, 0, 0]);
  stick.move(100 + STICK_REACH / 2, 400);
  expect([stick.isTilted, stick.dx, stick.dy]).toEqual([true, 0.5, 0]);
  stick.move(100 + 300, 400 - 400);
  expect([stick.dx, stick.dy]).toEqual([expect.closeTo(0.6), expect.closeTo(-0.8)]);
  stick.end();
  expect([stick.pointerId, stick.isTilted]).toEqual([null, false]);
});
