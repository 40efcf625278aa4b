import { expect, test } from '@jest/globals';
import { aimCamera, isFollowing, toScreenX, toScreenY, type Place, type Size } from './camera.ts';

const WORLD = { width: 1_600, height: 960 };
const DESKTOP = { width: 1_280, height: 736 };
const PHONE = { width: 390, height: 844 };
const INSETS = { top: 60, bottom: 40 };

function aimed(screen: Size, target: Place | null) {
  const camera = { scale: 1, left: 0, top: 0 };
  aimCamera(camera, { screen, world: WORLD, insets: INSETS }, target);
  return camera;
}

test('[WE-5] on a desktop the whole map is in sight, wherever one is', () => {
  const camera = aimed(DESKTOP, { x: 100, y: 100 });
  expect(camera).toEqual(aimed(DESKTOP, { x: 1_500, y: 900 }));
  expect(camera.left).toBeGreaterThanOrEqual(0);
  expect(toScreenX(camera, WORLD.width)).toBeLessThanOrEqual(DESKTOP.width);
  expect(camera.top).toBeGreaterThanOrEqual(INSETS.top);
  expect(toScreenY(camera, WORLD.height)).toBeLessThanOrEqual(DESKTOP.height - INSETS.bottom);
});

test('[WE-5] on a phone the camera follows, and shows nothing beyond the map', () => {
  expect([isFollowing(DESKTOP, WORLD), isFollowing(PHONE, WORLD)]).toEqual([false, true]);
  const inMiddle = aimed(PHONE, { x: 800, y: 480 });
  expect(toScreenX(inMiddle, 800)).toBeCloseTo(PHONE.width / 2);
  const atLeft = aimed(PHONE, { x: 20, y: 480 });
  expect(toScreenX(atLeft, 0)).toBeCloseTo(12);
  const atRight = aimed(PHONE, { x: 1_580, y: 480 });
  expect(toScreenX(atRight, WORLD.width)).toBeCloseTo(PHONE.width - 12);
});

test('[WE-7] who only watches sees the whole map on a phone too', () => {
  const camera = aimed(PHONE, null);
  expect(toScreenX(camera, WORLD.width) - camera.left).toBeLessThanOrEqual(PHONE.width);
});
