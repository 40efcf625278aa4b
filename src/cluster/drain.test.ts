import { expect, test } from '@jest/globals';
import { drain, type DrainParts } from './drain.ts';
import type { Move } from './migration.ts';
import type { Member } from './peers.ts';

const PLAYS = { game: 'g', compat: 'one' };

function member(incarnation: string, rooms = 0, more: Partial<Member> = {}): Member {
  const load = { clients: 0, rooms, delayMs: 0 };
  return {
    incarnation,
    address: `${incarnation}:1`,
    directAddress: null,
    draining: false,
    compats: { g: 'one' },
    load,
    ...more,
  };
}

/** What real processes can't be asked for: who refuses, and how often. Everything that works is tested with real ones, in tests/cluster. */
class Fake {
  readonly matches: Set<string>;
  readonly asked: string[] = [];
  readonly abandoned: string[] = [];
  members: Member[];
  move: (matchId: string, to: Member) => Move | Promise<Move>;

  constructor(matches: readonly string[], members: Member[], move: Fake['move']) {
    this.matches = new Set(matches);
    this.members = members;
    this.move = move;
  }

  drain(limitMs: number): Promise<void> {
    const parts: DrainParts = {
      incarnation: 'me',
      announce: async () => {},
      refresh: async () => {},
      members: () => this.members,
      matchIds: () => [...this.matches],
      gameOf: () => PLAYS,
      move: async (matchId, to) => {
        this.asked.push(`${matchId} ${to.incarnation}`);
        const outcome = await this.move(matchId, to);
        if (outcome === 'moved') this.matches.delete(matchId);
        return outcome;
      },
      abandon: async (matchId) => this.abandoned.push(matchId) && this.matches.delete(matchId),
      logger: { info: () => {}, warn: () => {}, error: () => {} },
      limitMs,
    };
    return drain(parts);
  }
}

test('who refuses a match is asked for it last, and ever more seldom; who can not run it, never [CL-95]', async () => {
  const others = [member('me'), member('idle'), member('busy', 50), member('old', 0, { compats: { g: 'before' } })];
  let refusals = 0;
  const fake = new Fake(['m'], others, (_, { incarnation }) => {
    refusals += 1;
    return incarnation === 'busy' && refusals > 4 ? 'moved' : 'refused';
  });
  await fake.drain(20_000);
  expect(fake.asked.slice(0, 4)).toEqual(['m idle', 'm busy', 'm idle', 'm busy']);
  expect(fake.asked.at(-1)).toBe('m busy');
  expect([fake.matches.size, fake.abandoned.length]).toEqual([0, 0]);
});

test('matches spread over the others by their load [CL-17]', async () => {
  const fake = new Fake(['a', 'b', 'c', 'd'], [member('one', 2), member('two')], () => 'moved');
  await fake.drain(10_000);
  expect(fake.asked.map((asked) => asked.split(' ')[1])).toEqual(['two', 'two', 'one', 'two']);
});

test('when the time is up what is left is abandoned, also if a move hangs; with nobody else left it is parked [CL-17, CL-96]', async () => {
  const hanging = new Fake(['m'], [member('one')], () => new Promise(() => {}));
  await hanging.drain(100);
  expect(hanging.abandoned).toEqual(['m']);
  const alone = new Fake(['m'], [member('me'), member('one', 0, { draining: true })], () => 'moved');
  await alone.drain(10_000);
  expect([alone.asked, alone.abandoned, alone.matches.size]).toEqual([[], [], 1]);
});
