import { expect, test } from '@jest/globals';
import { Packr } from 'msgpackr';
import { unpackPayload } from './inbound-frame.ts';

test('[RM-3] a payload that names a part of itself again is none: a few hundred bytes would be a million values', () => {
  const packr = new Packr({ useRecords: false, structuredClone: true });
  let many: unknown = [1];
  for (let level = 0; level < 6; level += 1) many = Array.from({ length: 10 }, () => many);
  const circle: unknown[] = [];
  circle.push(circle);
  expect(packr.pack(many).length).toBeLessThan(500);
  expect([unpackPayload(packr.pack(many)), unpackPayload(packr.pack(circle))]).toEqual([null, null]);
});
