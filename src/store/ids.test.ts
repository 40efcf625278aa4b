import { expect, test } from '@jest/globals';
import { ID_PATTERN } from '../../protocol/limits.ts';
import { newId, newRequestId } from './ids.ts';

test('an id has its prefix and the form of the contract', () => {
  const id = newId('m');
  expect(id).toMatch(new RegExp(ID_PATTERN));
  expect(id).toMatch(/^m_[0-9a-z]{26}$/);
});

test('requests have ids of the same form, each its own and in order', () => {
  const ids = Array.from({ length: 10_000 }, newRequestId);
  for (const id of ids) expect(id).toMatch(/^r_[0-9a-z]{26}$/);
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

test('ids are ordered as they were made, also within a millisecond and after the clock was set back', () => {
  const nowMs = Date.now() + 1_000;
  const ids = Array.from({ length: 10_000 }, (_, i) => newId('p', i < 5_000 ? nowMs : nowMs - 60_000));
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});
