import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Lobby } from '../../protocol/lobbies.ts';
import type { Page } from '../../protocol/shapes.ts';
import { type Guest, LobbyBed } from '../../tests/support/lobby-bed.ts';

let bed: LobbyBed;
let reader: Guest;
beforeAll(async () => {
  bed = await LobbyBed.open();
  reader = await bed.guest('Reader');
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
});

/** Names of the lobbies on a page, in its order. */
async function names(query: string, who: Guest = reader): Promise<string[]> {
  const answer = await who.get<Page<Lobby>>(`/v1/lobbies?${query}`);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return answer.body.items.map((lobby) => lobby.name);
}

async function listed(map: string, lobbies: Readonly<Record<string, object>>): Promise<Record<string, Lobby>> {
  const made: Record<string, Lobby> = {};
  for (const [name, body] of Object.entries(lobbies)) {
    made[name] = await bed.gather([await bed.guest(name)], { name, data: { public: { map } }, ...body });
  }
  return made;
}

describe('the list of lobbies', () => {
  test('shows open ones, newest first, without members, codes and what is for members', async () => {
    await listed('plain', { first: {}, second: {}, secret: { private: true } });
    const { body } = await reader.get<Page<Lobby>>('/v1/lobbies?data.map=plain');
    expect(body.items.map((lobby) => lobby.name)).toEqual(['second', 'first']);
    expect(body.nextCursor).toBeNull();
    const [lobby] = body.items;
    for (const field of ['members', 'code', 'rev']) expect(Object.keys(lobby ?? {})).not.toContain(field);
    expect(lobby?.data).toEqual({ public: { map: 'plain' } });
  });

  test('shows a member its own lobby with code and rev', async () => {
    const ann = await bed.guest('Ann');
    const { code, id } = await bed.gather([ann], { data: { public: { map: 'own' }, members: { plan: 1 } } });
    const { body } = await ann.get<Page<Lobby>>('/v1/lobbies?data.map=own');
    expect(body.items[0]).toMatchObject({ id, code, rev: 1, data: { members: { plan: 1 } } });
  });

  test.each<[string, string[]]>([
    ['maxPlayers=4', ['b']],
    ['maxPlayers.ne=4', ['a', 'c', 'd']],
    ['maxPlayers.ne=4&maxPlayers.ne=6', ['a', 'd']],
    ['maxPlayers.lt=4', ['a']],
    ['maxPlayers.le=4', ['a', 'b']],
    ['maxPlayers.gt=4', ['c', 'd']],
    ['maxPlayers.ge=4&maxPlayers.lt=8', ['b', 'c']],
    ['maxPlayers.in=2,8', ['a', 'd']],
    ['openSlots.ge=5', ['c', 'd']],
    ['memberCount=1', ['a', 'b', 'c', 'd']],
    ['memberCount.gt=1', []],
    ['hasPassword=true', ['b']],
    ['hasPassword.ne=true', ['a', 'c', 'd']],
    ['locked=true', ['c']],
    ['data.level=hard', ['a']],
    ['data.level.ne=hard', ['b', 'c', 'd']],
    ['data.level.in=hard,7', ['a', 'b']],
    ['data.level=true', ['c']],
    ['data.level.ge=7', ['a', 'b', 'c']],
    ['state.in=open,in-match', ['a', 'b', 'c', 'd']],
    ['state=in-match', []],
    ['state.ne=open', []],
    ['state=closed', []],
    ['game=team-race', ['a', 'b', 'c', 'd']],
    ['game.ne=team-race', []],
    ['game=nowhere', []],
    ['createdAt.gt=2020-01-01T00:00:00Z', ['a', 'b', 'c', 'd']],
    ['createdAt.lt=2020-01-01T00:00:00%2B02:00', []],
  ])('is filtered by %s', async (query, expected) => {
    if ((await names('data.map=filters')).length === 0) {
      const made = await listed('filters', {
        a: { maxPlayers: 2, data: { public: { map: 'filters', level: 'hard' } } },
        b: { maxPlayers: 4, password: 'x', data: { public: { map: 'filters', level: 7 } } },
        c: { maxPlayers: 6, data: { public: { map: 'filters', level: true } } },
        d: { maxPlayers: 8 },
      });
      await bed.http.db.execute(`update lobbies set locked = true where id = '${made['c']?.id}'`);
    }
    // A game that has no such key can't be asked for it.
    const map = query.startsWith('game=nowhere') ? '' : '&data.map=filters';
    expect(await names(`${query}${map}&sort=createdAt`)).toEqual(expected);
  });

  test.each<[string, string]>([
    ['limit=1&limit=2', 'invalid-request'],
    [Array.from({ length: 33 }, () => 'memberCount.ne=1').join('&'), 'invalid-filter'],
    ['colour=red', 'invalid-filter'],
    ['openSlots.around=3', 'invalid-filter'],
    ['openSlots=many', 'invalid-filter'],
    ['openSlots=1.5', 'invalid-filter'],
    ['locked=yes', 'invalid-filter'],
    ['locked.lt=true', 'invalid-filter'],
    ['state=ready', 'invalid-filter'],
    ['createdAt.gt=yesterday', 'invalid-filter'],
    ['createdAt.gt=0000-01-01T00:00:00Z', 'invalid-filter'],
    ['data.colour=red', 'invalid-filter'],
    ['game=connect-four&data.map=dunes', 'invalid-filter'],
    ['data=1', 'invalid-filter'],
    ['in=1', 'invalid-filter'],
    ['name=x', 'invalid-filter'],
    [`maxPlayers.in=${Array.from({ length: 21 }, (_, i) => i).join(',')}`, 'invalid-filter'],
    ['limit=0', 'invalid-request'],
    ['limit=101', 'invalid-request'],
    ['limit=ten', 'invalid-request'],
    ['sort=name', 'invalid-request'],
    ['sort=--createdAt', 'invalid-request'],
    ['cursor=nonsense', 'invalid-cursor'],
    ['cursor=', 'invalid-cursor'],
  ])('refuses %s', async (query, code) => {
    const answer = await reader.get<{ errors: { parameter: string }[] }>(`/v1/lobbies?${query}`);
    expect([answer.status, answer.code]).toEqual([400, code]);
    expect(answer.body.errors[0]?.parameter).toBe(query.split('&').at(-1)?.split('=')[0]);
  });

  test('comes in pages that hold still while lobbies come and go, ties in one order', async () => {
    const sizes = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`p${i}`, { maxPlayers: 4 + (i % 3) }]));
    const made = await listed('pages', sizes);
    for (const sort of ['createdAt', '-createdAt', 'openSlots', '-openSlots', 'memberCount', '-memberCount']) {
      const query = `data.map=pages&limit=4&sort=${sort}`;
      const seen: Lobby[] = [];
      let cursor: string | null = '';
      for (let pages = 0; cursor !== null; pages += 1) {
        expect(pages).toBeLessThan(3);
        const after: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const page: Page<Lobby> = (await reader.get<Page<Lobby>>(`/v1/lobbies?${query}${after}`)).body;
        seen.push(...page.items);
        cursor = page.nextCursor;
      }
      expect(seen.map(({ name }) => name).toSorted()).toEqual(Object.keys(made));
      const field = sort.replace('-', '') as 'createdAt' | 'openSlots' | 'memberCount';
      const keys = seen.map((lobby) => `${String(lobby[field]).padStart(30)} ${lobby.id}`);
      const expected = keys.toSorted();
      expect(keys).toEqual(sort.startsWith('-') ? expected.toReversed() : expected);
    }
    const first = await reader.get<Page<Lobby>>('/v1/lobbies?data.map=pages&limit=4');
    await listed('pages', { newer: {} });
    const second = await names(`data.map=pages&limit=4&cursor=${first.body.nextCursor}`);
    expect(second).toEqual(['p4', 'p3', 'p2', 'p1']);
    const cursor = first.body.nextCursor;
    for (const query of ['data.map=pages&sort=createdAt', 'data.map=other', '']) {
      const answer = await reader.get(`/v1/lobbies?${query}&cursor=${cursor}`);
      expect([answer.status, answer.code]).toEqual([400, 'invalid-cursor']);
    }
  });

  test('[LO-6] refuses a cursor with a time that the database does not know', async () => {
    await listed('forged', { one: {}, two: {} });
    const path = '/v1/lobbies?data.map=forged&limit=1';
    const { nextCursor } = (await reader.get<Page<Lobby>>(path)).body;
    const [query] = JSON.parse(Buffer.from(nextCursor ?? '', 'base64url').toString()) as [string];
    const forged = JSON.stringify([query, ['0000-01-01T00:00:00.000Z', 'l_00000000']]);
    const answer = await reader.get(`${path}&cursor=${Buffer.from(forged).toString('base64url')}`);
    expect([answer.status, answer.code]).toEqual([400, 'invalid-cursor']);
  });

  test('is read by a hub with the same names and JSON values', async () => {
    await listed('watched', { small: { maxPlayers: 2 }, large: { maxPlayers: 8 } });
    const { list } = bed.lobbies;
    const query = list.parseWatch({ where: { 'data.map': 'watched', 'openSlots.ge': 2 }, sort: 'createdAt', limit: 5 });
    expect((await list.read(query, reader.id)).items.map(({ name }) => name)).toEqual(['large']);
    expect(() => list.parseWatch({ where: { locked: 'true' } })).toThrow(/invalid-filter/);
    expect(() => list.parseWatch({ where: {}, limit: 101 })).toThrow(/invalid-request/);
    expect(() => list.parseWatch({ where: {}, sort: 'name' })).toThrow(/invalid-request/);
    const oneOf = list.parseWatch({ where: { 'data.map': 'watched', 'maxPlayers.in': [2, 3] } });
    expect((await list.read(oneOf, reader.id)).items.map(({ name }) => name)).toEqual(['small']);
  });
});
