import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ChatMessage } from '../../protocol/lobbies.ts';
import type { Page } from '../../protocol/shapes.ts';
import { LobbyBed } from '../../tests/support/lobby-bed.ts';
import { reports } from '../store/schema.ts';

let bed: LobbyBed;
beforeAll(async () => {
  bed = await LobbyBed.open();
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
});

describe('chat', () => {
  test('is answered with the message, told to hubs, and read newest first, a page at a time', async () => {
    const [ann, bob] = await bed.guests('Ann', 'Bob');
    const { id, version } = await bed.gather([ann, bob]);
    const path = `/v1/lobbies/${id}/messages`;
    const texts = ['one', 'two', 'three', 'four', 'five'];
    const said: ChatMessage[] = [];
    for (const [index, text] of texts.entries()) {
      const answer = await (index % 2 === 0 ? ann : bob).post<ChatMessage>(path, { text });
      expect(answer.status).toBe(201);
      said.push(answer.body);
    }
    expect(said[1]).toEqual({
      id: expect.stringMatching(/^[A-Za-z0-9_-]{8,36}$/),
      playerId: bob.id,
      displayName: 'Bob',
      text: 'two',
      sentAt: expect.stringMatching(/Z$/),
    });
    expect(bed.nudges.filter(({ topic }) => topic === 'chat').map(({ nudge }) => nudge)).toEqual(
      said.map((message) => ({ lobbyId: id, messageId: message.id })),
    );
    const first = (await bob.get<Page<ChatMessage>>(`${path}?limit=2`)).body;
    const second = (await bob.get<Page<ChatMessage>>(`${path}?limit=3&cursor=${first.nextCursor}`)).body;
    expect([...first.items, ...second.items]).toEqual(said.toReversed());
    expect(second.nextCursor).toBeNull();
    expect((await bob.get(`${path}?cursor=x`)).code).toBe('invalid-cursor');
    expect((await bob.get(`${path}?sort=x`)).code).toBe('invalid-request');
    const lobby = (await ann.get<{ version: number }>(`/v1/lobbies/${id}`)).body;
    expect(lobby.version).toBe(version);
  });

  test('is for members, and has 1–500 characters', async () => {
    const [ann, eve] = await bed.guests('Ann', 'Eve');
    const { id } = await bed.gather([ann]);
    const path = `/v1/lobbies/${id}/messages`;
    expect((await eve.post(path, { text: 'hi' })).code).toBe('not-member');
    expect((await eve.get(path)).code).toBe('not-member');
    for (const text of ['', 'x'.repeat(501), 5, null])
      expect((await ann.post(path, { text })).code).toBe('invalid-request');
    expect((await ann.post(path, { text: '🙂'.repeat(500) })).status).toBe(201);
  });
});

describe('a report', () => {
  test('is kept for the operator with what was said, also after the lobby is closed', async () => {
    const [ann, bob, eve] = await bed.guests('Ann', 'Bob', 'Eve');
    const { id } = await bed.gather([ann, bob]);
    const { id: messageId } = (await bob.post<ChatMessage>(`/v1/lobbies/${id}/messages`, { text: 'rude' })).body;
    const report = (body: object, who = ann) => who.post(`/v1/lobbies/${id}/reports`, body);
    const kept = await report({ playerId: bob.id, reason: 'rude', messageId });
    expect([kept.status, kept.body]).toEqual([202, {}]);
    expect((await report({ playerId: bob.id, reason: 'rude', messageId: 'c_00000000' })).code).toBe('not-found');
    expect((await report({ playerId: ann.id, reason: 'rude', messageId })).code).toBe('invalid-request');
    expect((await report({ playerId: 'p_00000000', reason: 'rude' })).code).toBe('not-found');
    expect((await report({ playerId: bob.id, reason: '' })).code).toBe('invalid-request');
    expect((await report({ playerId: bob.id, reason: 'x' }, eve)).code).toBe('not-member');
    await ann.delete(`/v1/lobbies/${id}`);
    expect(await bed.lobbies.closed.purge()).toBe(0);
    bed.http.clock.advance(25 * 3_600_000);
    expect(await bed.lobbies.closed.purge()).toBe(1);
    const rows = await bed.http.db.select().from(reports);
    expect(rows).toMatchObject([
      { lobbyId: id, reporterId: ann.id, playerId: bob.id, reason: 'rude', messageId, messageText: 'rude' },
    ]);
  });
});
