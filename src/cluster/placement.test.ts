import { expect, test } from '@jest/globals';
import type { Member } from './peers.ts';
import { place } from './placement.ts';

function member(incarnation: string, fields: Partial<Member> & { readonly rooms?: number } = {}): Member {
  const { rooms = 0, ...rest } = fields;
  const load = { clients: 0, rooms, delayMs: 0 };
  const compats = { duel: 'ours' };
  return { incarnation, address: '127.0.0.1:1', directAddress: null, draining: false, compats, load, ...rest };
}

const match = { game: 'duel', compat: 'ours' };
const placed = (...members: readonly Member[]) => place(members, match, () => 0)?.incarnation ?? null;

test('a match goes to whom it costs least, never to one that is drained [CL-83]', () => {
  expect(placed(member('busy', { rooms: 9 }), member('idle'))).toBe('idle');
  expect(placed(member('busy', { rooms: 9 }), member('leaving', { draining: true }))).toBe('busy');
  expect(placed(member('leaving', { draining: true }))).toBe(null);
});

test('of another build it is only when none of ours takes new ones, and only if that one has the game [CL-83]', () => {
  const theirs = member('theirs', { compats: { duel: 'theirs' } });
  const without = member('without', { compats: { chess: 'ours' } });
  expect(placed(theirs, member('ours', { rooms: 9 }))).toBe('ours');
  expect(placed(theirs, without, member('ours', { draining: true }))).toBe('theirs');
  expect(placed(without)).toBe(null);
});
