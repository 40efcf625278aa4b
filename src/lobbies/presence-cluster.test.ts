import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Lobby } from '../../protocol/lobbies.ts';
import type { Guest, LobbyBed } from '../../tests/support/lobby-bed.ts';
import { TwinBeds } from '../../tests/support/twin-beds.ts';
import { waitFor } from '../../tests/support/wait-for.ts';

let twins: TwinBeds;
let one: LobbyBed;
let two: LobbyBed;
beforeEach(async () => {
  twins = await TwinBeds.open();
  ({ one, two } = twins);
});
afterEach(async () => {
  await twins[Symbol.asyncDispose]();
});

/** What the database says: a call would be a sign of life. */
async function members(lobbyId: string): Promise<Record<string, boolean>> {
  const { rows } = await one.http.db.execute<{ name: string; connected: boolean }>(
    sql`select display_name as name, connected from lobby_members join players on id = player_id
      where lobby_id = ${lobbyId} order by joined_seq`,
  );
  return Object.fromEntries(rows.map(({ name, connected }) => [name, connected]));
}

async function signs(guest: Guest): Promise<string[]> {
  const { rows } = await one.http.db.execute<{ incarnation: string }>(
    sql`select incarnation from presence_signs where player_id = ${guest.id}`,
  );
  return rows.map(({ incarnation }) => incarnation);
}

/** Opens a socket at a process, and waits until the other one can know of it. */
async function openSocket(bed: LobbyBed, guest: Guest): Promise<void> {
  bed.lobbies.presence.socket(guest.id, 1);
  await bed.lobbies.presence.arrived(guest.id);
}

describe('a member', () => {
  test('[CL-30] is connected while any process has a socket of theirs', async () => {
    const [ann, bob] = await one.guests('Ann', 'Bob');
    const { id } = await one.gather([ann, bob]);
    await openSocket(one, ann);
    await openSocket(two, bob);
    await twins.pass(16_000);
    await twins.pass(60_000);
    expect(await members(id)).toEqual({ Ann: true, Bob: true });
    two.lobbies.presence.socket(bob.id, -1);
    await twins.pass(14_000);
    expect(await members(id)).toEqual({ Ann: true, Bob: true });
    await twins.pass(1_500);
    expect(await members(id)).toEqual({ Ann: true, Bob: false });
    expect(await signs(bob)).toEqual([]);
  });

  test('[CL-30] is connected for 15 s after a call to any process', async () => {
    const [ann, bob] = await one.guests('Ann', 'Bob');
    const { id } = await one.gather([ann, bob]);
    await openSocket(one, ann);
    await twins.pass(10_000);
    await two.visitor(bob).get(`/v1/lobbies/${id}`);
    await twins.pass(14_000);
    expect(await members(id)).toEqual({ Ann: true, Bob: true });
    await twins.pass(1_500);
    expect(await members(id)).toEqual({ Ann: true, Bob: false });
    await two.visitor(bob).get(`/v1/lobbies/${id}`);
    expect(await members(id)).toEqual({ Ann: true, Bob: true });
  });

  test('[CL-30] whom both processes lose at the same moment is gone', async () => {
    const guests = await one.guests('Ann', 'Bob', 'Cid', 'Dan', 'Eve', 'Fay', 'Gus', 'Hal');
    const lobbies = await Promise.all(guests.map((guest) => one.gather([guest])));
    await Promise.all(guests.map((guest) => two.visitor(guest).get('/v1/players/me')));
    twins.clock.advance(16_000);
    await Promise.all([one.lobbies.presence.sweep(), two.lobbies.presence.sweep()]);
    for (const { id } of lobbies) expect(Object.values(await members(id))).toEqual([false]);
  });

  test('[CL-30] who comes to one process in the moment another gives them up is connected in the end', async () => {
    const guests = await one.guests('Ann', 'Bob', 'Cid', 'Dan', 'Eve', 'Fay', 'Gus', 'Hal');
    const lobbies = await Promise.all(guests.map((guest) => one.gather([guest])));
    for (let round = 0; round < 5; round += 1) {
      const [before, after] = round % 2 === 0 ? [one, two] : [two, one];
      twins.clock.advance(16_000);
      await Promise.all([before.lobbies.presence.sweep(), ...guests.map((guest) => openSocket(after, guest))]);
      for (const { id } of lobbies) expect(Object.values(await members(id))).toEqual([true]);
      for (const guest of guests) after.lobbies.presence.socket(guest.id, -1);
    }
  });

  test('[CL-30] who comes while it is being written that they are gone is connected right after it', async () => {
    const ann = await two.guest('Ann');
    const { id } = await two.gather([ann]);
    const held = await one.http.db.$client.connect();
    await held.query('begin');
    await held.query('select from lobby_members for update');
    twins.clock.advance(16_000);
    const sweep = two.lobbies.presence.sweep();
    await waitFor(async () => {
      const { rows } = await one.http.db.execute(
        sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rows.length > 0;
    });
    // There the database still says that the player is connected.
    await openSocket(one, ann);
    await held.query('commit');
    held.release();
    await sweep;
    expect(await members(id)).toEqual({ Ann: true });
  });

  test('[CL-30] who is shown as gone although a process has them is put right', async () => {
    const [ann] = await two.guests('Ann');
    const { id } = await two.gather([ann]);
    await openSocket(two, ann);
    await one.http.db.execute(sql`update lobby_members set connected = false, away_since = now()`);
    await twins.pass(6_000);
    expect(await members(id)).toEqual({ Ann: true });
    const { version } = (await two.visitor(ann).get<Lobby>(`/v1/lobbies/${id}`)).body;
    expect(version).toBe(2);
  });
});

describe('when a process dies', () => {
  test.each([0, 1])(
    '[CL-31] those whom it had get 10 s to find back, and 15 s from then on: process %i',
    async (index) => {
      const [dying, living] = index === 0 ? [one, two] : [two, one];
      const [ann, bob, cid] = await living.guests('Ann', 'Bob', 'Cid');
      const { id } = await living.gather([ann, bob, cid]);
      await openSocket(living, ann);
      for (const guest of [bob, cid]) await openSocket(dying, guest);
      await twins.pass(60_000);
      await twins.kill(index);
      await waitFor(async () => (await signs(bob)).includes(twins.twin(1 - index).view.incarnation));
      await twins.pass(5_000);
      await openSocket(living, cid);
      await twins.pass(17_000);
      expect(await members(id)).toEqual({ Ann: true, Bob: true, Cid: true });
      await twins.pass(4_000);
      expect(await members(id)).toEqual({ Ann: true, Bob: false, Cid: true });
    },
  );

  test('[CL-31] before it could say who had gone, the next one does', async () => {
    const [ann] = await one.guests('Ann');
    const { id } = await one.gather([ann]);
    await one.http.db.execute(sql`delete from presence_signs`);
    await twins.kill(0);
    await twins.pass(6_000);
    await twins.pass(6_000);
    await twins.pass(26_000);
    expect(await members(id)).toEqual({ Ann: false });
  });

  test('[CL-32] the next one removes who is away for too long, hides and closes', async () => {
    const [ann, bob] = await two.guests('Ann', 'Bob');
    const { id } = await two.gather([ann, bob]);
    const alone = await two.gather([await two.guest('Cid')]);
    await openSocket(two, ann);
    await twins.pass(16_000);
    await twins.kill(0);
    await twins.pass(45_000);
    expect(await members(id)).toEqual({ Ann: true });
    await twins.pass(600_000);
    expect(await members(alone.id)).toEqual({});
  });
});

describe('what concerns everybody', () => {
  test('[CL-32] is done once, however many processes judge at the same moment', async () => {
    const [ann, bob] = await one.guests('Ann', 'Bob');
    const { id } = await one.gather([ann, bob]);
    await openSocket(one, ann);
    await twins.pass(16_000);
    const since = one.nudges.length;
    twins.clock.advance(60_000);
    // For a moment the second believes that it is the first.
    Object.assign(twins.twin(1).view, { isFirst: () => true });
    await Promise.all([one.lobbies.presence.sweep(), two.lobbies.presence.sweep()]);
    expect(await members(id)).toEqual({ Ann: true });
    expect(one.exitsSince(since, [ann, bob])).toEqual([{ playerId: bob.id, exit: 'expired' }]);
    const { version } = (await one.visitor(ann).get<Lobby>(`/v1/lobbies/${id}`)).body;
    expect(version).toBe(4);
  });

  test('[CL-33] the clocks stand still once for an outage, however many processes come back', async () => {
    const ann = await one.guest('Ann');
    await one.gather([ann]);
    await twins.pass(16_000);
    const emptySince = await since();
    for (const name of ['lobby_members', 'presence_clock']) {
      await one.http.db.execute(sql.raw(`alter table ${name} rename to ${name}_gone`));
    }
    Object.assign(twins.twin(1).view, { isFirst: () => true });
    twins.clock.advance(20_000);
    await waitFor(() => [one, two].every(({ errors }) => errors.length > 0));
    for (const name of ['lobby_members', 'presence_clock']) {
      await one.http.db.execute(sql.raw(`alter table ${name}_gone rename to ${name}`));
    }
    await Promise.all([one.lobbies.presence.sweep(), two.lobbies.presence.sweep()]);
    for (const { errors } of [one, two]) errors.length = 0;
    const shiftedMs = (await since()) - emptySince;
    expect(shiftedMs).toBeGreaterThanOrEqual(30_000);
    expect(shiftedMs).toBeLessThan(45_000);
  });

  test('[CL-33] a process that comes to others changes no clock', async () => {
    await one.gather([await one.guest('Ann')]);
    await twins.pass(16_000);
    const emptySince = await since();
    await twins.boot();
    expect(await since()).toBe(emptySince);
  });
});

async function since(): Promise<number> {
  const { rows } = await one.http.db.execute<{ ms: number }>(
    sql`select extract(epoch from empty_since)::float8 * 1000 as ms from lobbies`,
  );
  return rows[0]?.ms ?? NaN;
}
