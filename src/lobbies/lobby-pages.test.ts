import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import type { Lobby } from '../../protocol/lobbies.ts';
import type { Page } from '../../protocol/shapes.ts';
import { type Guest, LobbyBed } from '../../tests/support/lobby-bed.ts';
import { LobbyHistory, step } from '../../tests/support/lobby-history.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import type { LobbyList, LobbyQuery } from './lobby-list.ts';
import { LobbyPages } from './lobby-pages.ts';

/** More with `FUZZ_RUNS=500 FUZZ_SEED=7 npm test -- lobby-pages`. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 6);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_262);
const OUTSIDER = '';

let bed: LobbyBed;
let reader: Guest;
beforeAll(async () => {
  bed = await LobbyBed.open();
  reader = await bed.guest('Reader');
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
});

/** Who reads a list the second time gets it from memory, and so does everyone after. */
async function warm(path: string): Promise<void> {
  for (let i = 0; i < 2; i += 1) expect((await reader.get(path)).status).toBe(200);
}

async function lobbiesOf(path: string, who: Guest = reader): Promise<readonly Lobby[]> {
  return (await who.get<Page<Lobby>>(path)).body.items;
}

const readsOf = () => jest.spyOn(bed.lobbies.list, 'read');

describe('a list that is asked for again', () => {
  test('[RQ-15] shows each change to everyone as soon as whoever made it knows', async () => {
    const path = '/v1/lobbies?data.map=again&sort=createdAt';
    const first = await bed.gather([await bed.guest('Ann')], { name: 'first', data: { public: { map: 'again' } } });
    await warm(path);
    const reads = readsOf();
    const [bob, cid] = await bed.guests('Bob', 'Cid');
    const second = await bed.gather([bob], { name: 'second', data: { public: { map: 'again' } } });
    expect((await lobbiesOf(path)).map(({ name }) => name)).toEqual(['first', 'second']);
    await bed.join(cid, second.id);
    expect((await lobbiesOf(path)).map(({ memberCount }) => memberCount)).toEqual([1, 2]);
    await bob.patch(`/v1/lobbies/${second.id}`, { name: 'third', maxPlayers: 4, locked: true });
    expect((await lobbiesOf(path))[1]).toMatchObject({ name: 'third', openSlots: 2, locked: true });
    const { version } = (await lobbiesOf(path))[1] as Lobby;
    await cid.delete(`/v1/lobbies/${second.id}/members/me`);
    expect((await lobbiesOf(path))[1]).toMatchObject({ memberCount: 1, version: version + 1 });
    await bob.patch(`/v1/lobbies/${second.id}`, { private: true });
    expect((await lobbiesOf(path)).map(({ id }) => id)).toEqual([first.id]);
    await bob.patch(`/v1/lobbies/${second.id}`, { private: false, data: { public: { map: 'elsewhere' } } });
    expect(await lobbiesOf(path)).toHaveLength(1);
    await bob.patch(`/v1/lobbies/${second.id}`, { data: { public: { map: 'again' } } });
    expect(await lobbiesOf(path)).toHaveLength(2);
    await bob.delete(`/v1/lobbies/${second.id}`);
    expect(await lobbiesOf(path)).toHaveLength(1);
    expect(reads).not.toHaveBeenCalled();
    reads.mockRestore();
  });

  test('[RQ-15, PL-5] shows the version that a new name of a member made', async () => {
    const path = '/v1/lobbies?data.map=renamed';
    const eve = await bed.guest('Eve');
    const { version } = await bed.gather([eve], { data: { public: { map: 'renamed' } } });
    await warm(path);
    await eve.patch('/v1/players/me', { displayName: 'Evelyn' });
    expect((await lobbiesOf(path))[0]).toMatchObject({ version: version + 1 });
  });

  test('[RQ-14, LO-4] shows members what is for members, and nobody else', async () => {
    const path = '/v1/lobbies?data.map=inside';
    const [dan, eli] = await bed.guests('Dan', 'Eli');
    const { id, code } = await bed.gather([dan], { data: { public: { map: 'inside' }, members: { plan: 1 } } });
    await warm(path);
    expect((await lobbiesOf(path, dan))[0]).toMatchObject({ id, code, rev: 1, data: { members: { plan: 1 } } });
    expect(Object.keys((await lobbiesOf(path, eli))[0] ?? {})).not.toContain('code');
    await bed.join(eli, id);
    expect((await lobbiesOf(path, eli))[0]).toMatchObject({ code, memberCount: 2 });
    await eli.delete(`/v1/lobbies/${id}/members/me`);
    expect(Object.keys((await lobbiesOf(path, eli))[0] ?? {})).not.toContain('code');
  });

  test('[RQ-15] shows soon what somebody else has changed', async () => {
    const path = '/v1/lobbies?data.map=foreign';
    const { id } = await bed.gather([await bed.guest('Gus')], { data: { public: { map: 'foreign' } } });
    await warm(path);
    await bed.http.db.execute(`update lobbies set name = 'foreign', version = version + 1 where id = '${id}'`);
    await waitFor(async () => (await lobbiesOf(path))[0]?.name === 'foreign', {
      what: 'the change of another process',
    });
  });
});

describe('pages in memory', () => {
  test('[RQ-15] are read again when they are 100 ms old, once for all who ask', async () => {
    let nowMs = 0;
    const { list } = bed.lobbies;
    const pages = new LobbyPages({ clock: bed.http.clock, list, nowMs: () => nowMs });
    const answer = pages.answerTo(list.parseWatch({ where: {} }));
    const reads = readsOfPages(list);
    await Promise.all([answer.body(OUTSIDER), answer.body(OUTSIDER), answer.body(reader.id)]);
    expect(reads).toHaveBeenCalledTimes(1);
    nowMs = 60;
    expect(answer.body(OUTSIDER)).toBeInstanceOf(Buffer);
    expect(reads).toHaveBeenCalledTimes(1);
    // In good time for the next one, and nobody waits for it.
    nowMs = 90;
    expect(answer.body(OUTSIDER)).toBeInstanceOf(Buffer);
    expect(reads).toHaveBeenCalledTimes(2);
    nowMs = 101;
    expect(answer.body(OUTSIDER)).toBeInstanceOf(Promise);
    await answer.body(OUTSIDER);
    expect(reads).toHaveBeenCalledTimes(2);
    nowMs = 191;
    await Promise.all([answer.body(OUTSIDER), answer.body(OUTSIDER)]);
    expect(reads).toHaveBeenCalledTimes(3);
    jest.restoreAllMocks();
  });

  test('[RQ-15] whoever asks while the database is away learns it, and the next one asks anew', async () => {
    const { list } = bed.lobbies;
    const pages = new LobbyPages({ clock: bed.http.clock, list, nowMs: () => 0 });
    const answer = pages.answerTo(list.parseWatch({ where: {} }));
    const reads = readsOfPages(list);
    reads.mockRejectedValueOnce(new Error('away'));
    await expect(answer.body(OUTSIDER)).rejects.toThrow('away');
    expect(await answer.body(OUTSIDER)).toBeInstanceOf(Buffer);
    jest.restoreAllMocks();
  });

  test('[RQ-15, PR-3] hide a lobby in the very moment in which it has been empty for 30 s', async () => {
    await using own = await LobbyBed.open();
    const pages = frozen(own);
    const ann = await own.guest('Ann');
    await own.gather([ann], { name: 'left alone' });
    const answer = pages.answerTo(own.lobbies.list.parseWatch({ where: {} }));
    const names = async () =>
      (JSON.parse(String(await answer.body(OUTSIDER))) as Page<Lobby>).items.map(({ name }) => name);
    expect(await names()).toEqual(['left alone']);
    await own.pass(16_000);
    expect(await names()).toEqual(['left alone']);
    own.http.clock.advance(13_000);
    expect(await names()).toEqual(['left alone']);
    own.http.clock.advance(1_000);
    expect(await names()).toEqual([]);
    await ann.get('/v1/lobbies');
    expect(await names()).toEqual(['left alone']);
  });

  test('[RQ-17] are 64 at most, those that were asked for last, and none that nobody wants any more', async () => {
    let nowMs = 0;
    const { list } = bed.lobbies;
    const pages = new LobbyPages({ clock: bed.http.clock, list, nowMs: () => nowMs });
    const hot = pages.answerTo(list.parseWatch({ where: {}, limit: 100 }));
    await hot.body(OUTSIDER);
    const reads = readsOfPages(list);
    for (let limit = 1; limit < 100; limit += 1) {
      nowMs += 0.1;
      expect(hot.body(OUTSIDER)).toBeInstanceOf(Buffer);
      await pages.answerTo(list.parseWatch({ where: {}, limit })).body(OUTSIDER);
    }
    expect(pages.count).toBe(64);
    expect(reads).toHaveBeenCalledTimes(99);
    nowMs += 20_000;
    await hot.body(OUTSIDER);
    const full = { lobby: { id: 'l_00000000', version: 1, private: true }, members: [] };
    pages.changed(full as unknown as Parameters<LobbyPages['changed']>[0]);
    expect(pages.count).toBe(1);
    jest.restoreAllMocks();
  });

  test(
    '[RQ-16] follow whatever players do exactly as the database would list it',
    async () => {
      await using own = await LobbyBed.open();
      await own.lobbies.countdowns.stop();
      const { list } = own.lobbies;
      const pages = frozen(own);
      const changed = jest.spyOn(pages, 'changed');
      const reads = readsOfPages(list);
      const queries = QUERIES.map((query) => list.parseWatch(query));
      let asked = 0;
      const history = fc.array(step, { minLength: 1, maxLength: 30, size: 'max' });
      await fc.assert(
        fc.asyncProperty(history, async (steps) => {
          const played = await LobbyHistory.begin(own);
          for (const each of steps) {
            await played.take(each);
            for (const query of queries) await expectSame(own, pages, query);
            asked += queries.length;
          }
        }),
        { numRuns: RUNS, seed: SEED, unbiased: true },
      );
      expect(changed.mock.calls.length).toBeGreaterThan(RUNS);
      // If it had been read each time, this would prove nothing.
      expect(reads.mock.calls.length).toBeLessThan(asked / 4);
    },
    20_000 + RUNS * 10_000,
  );
});

/** Counts what pages of this list read from now on. */
function readsOfPages(list: LobbyList): jest.Mock<() => Promise<void>> {
  const counted = jest.fn(() => Promise.resolve());
  const prepare = list.prepareFirst.bind(list);
  jest.spyOn(list, 'prepareFirst').mockImplementation((...query) => {
    const read = prepare(...query);
    return async () => {
      await counted();
      return read();
    };
  });
  return counted;
}

/** Pages that learn of each change, and are never read again for their age: their time stands still. */
function frozen({ http: { clock }, lobbies }: LobbyBed): LobbyPages {
  const pages = new LobbyPages({ clock, list: lobbies.list, nowMs: () => 0 });
  jest.spyOn(lobbies.pages, 'changed').mockImplementation((full) => pages.changed(full));
  return pages;
}

/** Short pages and long ones, in every order, over fields that change. */
const QUERIES: readonly Parameters<LobbyBed['lobbies']['list']['parseWatch']>[0][] = [
  { where: {} },
  { where: { state: 'in-match' }, sort: 'createdAt', limit: 2 },
  { where: { 'state.ne': 'starting' }, sort: '-openSlots', limit: 1 },
  { where: { 'state.in': ['open', 'countdown'], 'memberCount.ge': 2 }, sort: 'memberCount', limit: 3 },
  { where: { 'data.map': 'x' }, sort: 'openSlots' },
  { where: { 'data.map.ne': 'x', locked: false }, sort: '-memberCount', limit: 2 },
];

async function expectSame({ lobbies: { list } }: LobbyBed, pages: LobbyPages, query: LobbyQuery): Promise<void> {
  const bytes = await pages.answerTo(query).body(OUTSIDER);
  expect(JSON.parse(String(bytes))).toEqual(JSON.parse(JSON.stringify(await list.read(query, OUTSIDER))));
}
