import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Lobby } from '../../protocol/lobbies.ts';
import { TwinBeds } from '../../tests/support/twin-beds.ts';
import { waitFor } from '../../tests/support/wait-for.ts';

let twins: TwinBeds;
beforeEach(async () => {
  twins = await TwinBeds.open();
});
afterEach(async () => {
  await twins[Symbol.asyncDispose]();
});

async function matchStates(): Promise<string[]> {
  const { rows } = await twins.one.http.db.execute<{ state: string }>(sql`select state from matches`);
  return rows.map(({ state }) => state);
}

test.each([
  ['the first', 0],
  ['another', 1],
])('[CL-34] a countdown that %s process began ends there, while others are', async (_which, index) => {
  const { bed } = twins.twin(index);
  const [ann, bob] = await bed.guests('Ann', 'Bob');
  const { id } = await bed.gather([ann, bob]);
  await bed.ready(bob, id);
  expect((await ann.post(`/v1/lobbies/${id}/start`, { countdownMs: 50 })).status).toBe(202);
  await waitFor(async () => (await ann.get<Lobby>(`/v1/lobbies/${id}`)).body.state === 'in-match');
  expect(await matchStates()).toEqual(['playing']);
});

test.each([0, 1])('[CL-34] a countdown of a process that is no more is ended by another: process %i', async (index) => {
  const { bed } = twins.twin(index);
  const other = twins.twin(1 - index).bed;
  const [ann, bob] = await bed.guests('Ann', 'Bob');
  const { id } = await bed.gather([ann, bob]);
  await bed.ready(bob, id);
  await ann.post(`/v1/lobbies/${id}/start`, { countdownMs: 10_000 });
  await twins.kill(index);
  twins.clock.advance(10_000);
  await waitFor(async () => (await other.visitor(ann).get<Lobby>(`/v1/lobbies/${id}`)).body.state === 'in-match');
  expect(await matchStates()).toEqual(['playing']);
});

test('[CL-34] a hand-off that every process begins at the same moment makes one match', async () => {
  const { one, two } = twins;
  await twins.boot();
  const ids: string[] = [];
  for (let i = 0; i < 12; i += 1) {
    const [ann, bob] = await one.guests('Ann', 'Bob');
    const { id } = await one.gather([ann, bob]);
    await one.ready(bob, id);
    await ann.post(`/v1/lobbies/${id}/start`, { countdownMs: 10_000 });
    ids.push(id);
  }
  twins.clock.advance(10_000);
  const all = [one, two, twins.twin(2).bed];
  for (const { handOffs } of all) for (const id of ids) handOffs.begin(id);
  await Promise.all(all.map(({ handOffs }) => handOffs.idle()));
  expect(await matchStates()).toEqual(ids.map(() => 'playing'));
  const { rows } = await one.http.db.execute(sql`select from lobbies where state = 'in-match'`);
  expect(rows).toHaveLength(ids.length);
});
