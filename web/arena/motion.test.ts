import { expect, test } from '@jest/globals';
import { mixSamples } from './other-fighters.ts';
import { errorPixels, mixOwn } from './own-fighter.ts';

const up = { x: 1_600, y: 800, aim: 0, hp: 100 };

test('[WE-5] what others do is shown between two states, turning the shorter way', () => {
  expect(mixSamples(up, { ...up, x: 1_616, aim: 1_024 }, 0.5)).toEqual({ ...up, x: 1_608, aim: 512 });
  expect(mixSamples({ ...up, aim: 100 }, { ...up, aim: 4_000 }, 0.5).aim).toBe(100 - 98);
  expect(mixSamples({ ...up, aim: 4_000 }, { ...up, aim: 100 }, 0.5).aim).toBe(4_000 + 98);
});

test('[WE-5] nobody glides from where they fell to where they appear', () => {
  const down = { ...up, hp: 0 };
  const elsewhere = { ...up, x: 20_000 };
  expect(mixSamples(down, elsewhere, 0.9)).toBe(down);
  expect(mixSamples(down, elsewhere, 1)).toBe(elsewhere);
  expect(mixOwn(down, elsewhere, 0.1)).toBe(elsewhere);
  expect(mixOwn(up, { ...up, x: 1_616 }, 0.25)).toEqual({ ...up, x: 1_604 });
});

test('[WE-5] an error is told in pixels; going down and appearing are none', () => {
  expect(errorPixels(up, { ...up, x: 1_600 + 48, y: 800 + 64 })).toBe(5);
  expect(errorPixels(up, { ...up, hp: 20 })).toBe(0);
  expect(errorPixels(up, { ...up, x: 0, hp: 0 })).toBe(0);
});
