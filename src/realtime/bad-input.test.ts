import { describe, expect, test } from '@jest/globals';
import { CloseCode } from '../../protocol/close-codes.ts';
import { CODE, RawSocket } from '../../tests/support/raw-socket.ts';
import { RealtimeServer } from '../../tests/support/realtime-server.ts';
import { waitFor } from '../../tests/support/wait-for.ts';

let requestId = 0;

/** Asks for one more, and waits for the answer: the room still hears this player. */
async function expectPlaying(raw: RawSocket): Promise<void> {
  const answers = raw.codes.filter((code) => code === CODE.response).length;
  requestId = (requestId + 1) % 100;
  raw.request(requestId, 'add', { by: 1 });
  await waitFor(() => raw.codes.filter((code) => code === CODE.response).length > answers);
}

const BAD_INPUT: Record<string, (raw: RawSocket) => void> = {
  'a name that is not declared': (raw) => raw.data('fly', {}),
  'a request of a name that is not declared': (raw) => raw.request(1, 'fly', {}),
  'a name that every object has': (raw) => raw.data('constructor', {}),
  '__proto__ as name': (raw) => raw.data('__proto__', {}),
  'a payload that does not fit': (raw) => raw.data('add', { by: 'many' }),
  'a payload where none is declared': (raw) => raw.data('end', { now: true }),
  'no payload where one is declared': (raw) => raw.data('add'),
  'a payload over 8 KB': (raw) => raw.data('note', { key: 'k', text: 'x'.repeat(8 * 1024) }),
  'an input with a payload over 8 KB': (raw) => raw.gyre(1, 'note', { key: 'k', text: 'x'.repeat(8 * 1024) }),
  'a message of 100 KB': (raw) => raw.data('note', { key: 'k', text: 'x'.repeat(100 * 1024) }),
  'an input without a payload': (raw) => raw.gyre(1, 'add'),
  'an input that is no array': (raw) => raw.data('__gyre', { seq: 1 }),
  'an input of nothing': (raw) => raw.data('__gyre'),
  'an input with a fifth element': (raw) => raw.gyre(1, 'add', { by: 1 }, true, true),
  'an input with a strange fourth element': (raw) => raw.gyre(1, 'add', { by: 1 }, 'yes'),
  'an input with seq 0': (raw) => raw.gyre(0, 'add', { by: 1 }),
  'an input with half a seq': (raw) => raw.gyre(1.5, 'add', { by: 1 }),
  'an input after a gap': (raw) => raw.gyre(2, 'add', { by: 1 }),
  'an input of a name that is not declared': (raw) => raw.gyre(1, 'fly', null),
  'an input as a request': (raw) => raw.request(1, '__gyre', [1, 'add', { by: 1 }]),
  'a bytes message': (raw) => raw.send(CODE.bytes, Buffer.from([0xa3]), Buffer.from('add'), Buffer.alloc(8)),
  'an inputs frame': (raw) => raw.send(CODE.input, Buffer.alloc(8)),
  'an inputs frame with four billion stamps [HD-4]': (raw) => raw.send(Buffer.from('94ceffffffff00000000', 'hex')),
  'a numbered type': (raw) => raw.send(CODE.data, 7, 0x80),
  'a type that is cut off': (raw) => raw.send(CODE.data, 0xd9, 0xff, 0x61),
  'a type of four gigabytes': (raw) => raw.send(CODE.data, Buffer.from('dbffffffff', 'hex'), 0x61),
  'a request without an id': (raw) => raw.send(CODE.request),
  'a payload that is cut off': (raw) => raw.send(CODE.data, 0xa3, Buffer.from('add'), Buffer.from('dfffffffff', 'hex')),
  'two payloads': (raw) => raw.send(CODE.data, 0xa3, Buffer.from('add'), Buffer.from('c0c0', 'hex')),
  'a payload nested 8,000 deep': (raw) => raw.send(CODE.data, 0xa3, Buffer.from('add'), Buffer.alloc(8_000, 0x91)),
  'an unknown code': (raw) => raw.send(99),
  'an empty frame': (raw) => raw.send(),
  'a text frame': (raw) => raw.socket.send('{"type":"add"}'),
  'a frame that breaks the WebSocket protocol': (raw) => {
    // An opcode that doesn't exist.
    (raw.socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(
      Buffer.from('8bff00000000', 'hex'),
    );
  },
};

describe('bad input closes its sender with 4105, changes nothing, and harms nobody else [RM-3, SE-7]', () => {
  test.each(Object.entries(BAD_INPUT))('%s', async (_what, send) => {
    await using server = await RealtimeServer.start();
    const match = await server.match();
    const good = await server.rawJoin(match, 0);
    const bad = await server.rawJoin(match, 1);
    send(bad);
    expect(await waitFor(() => bad.closeCode)).toBe(CloseCode.badInput);
    await expectPlaying(good);
    // Nothing came between the welcome and the answer but the patch of this one change.
    expect(good.codes.slice(3)).toEqual([CODE.patch, CODE.response]);
    expect(server.log.complaints).toEqual([]);
  });
});

describe('what is just within the limits', () => {
  test('a payload of 8 KB, plain and as input, is taken [SE-7]', async () => {
    await using server = await RealtimeServer.start();
    const match = await server.match();
    const raw = await server.rawJoin(match, 0);
    const text = 'x'.repeat(8 * 1024 - 24);
    raw.request(1, 'note', { key: 'plain', text });
    raw.gyre(1, 'note', { key: 'input', text }, true);
    await waitFor(() => raw.messages('__gyre').some((message) => (message as { type: string }).type === 'reply'));
    expect(raw.closeCode).toBeNull();
  });

  test('60 messages at once are taken; the 61st closes with 4106, and others play on [SE-7]', async () => {
    await using server = await RealtimeServer.start();
    const match = await server.match();
    const good = await server.rawJoin(match, 0);
    const many = await server.rawJoin(match, 1);
    for (let i = 0; i < 60; i += 1) many.request(i, 'add', { by: 1 });
    await waitFor(() => many.codes.filter((code) => code === CODE.response).length === 60);
    expect(many.closeCode).toBeNull();
    for (let i = 0; i < 60 && many.closeCode === null; i += 1) many.data('add', { by: 1 });
    expect(await waitFor(() => many.closeCode)).toBe(CloseCode.tooManyMessages);
    await expectPlaying(good);
  });

  test('inputs that are sent again after a reconnect are not counted [SE-7]', async () => {
    await using server = await RealtimeServer.start();
    const match = await server.match();
    const first = await server.rawJoin(match, 0);
    for (let seq = 1; seq <= 55; seq += 1) first.gyre(seq, 'add', { by: 1 });
    await waitFor(() => server.host.seat(match.matchId, 0)?.lastSeq === 55);
    first.cut();
    const { sessionId } = server.grant(match, 0);
    const again = await RawSocket.entered(server.endpoint, {
      roomId: match.matchId,
      sessionId,
      reconnectionToken: first.token,
    });
    expect(again.messages('__gyre')).toMatchObject([{ type: 'welcome', lastSeq: 55 }]);
    for (let seq = 1; seq <= 110; seq += 1) again.gyre(seq, 'add', { by: 1 });
    await waitFor(() => server.host.seat(match.matchId, 0)?.lastSeq === 110);
    expect(again.closeCode).toBeNull();
  });

  test.each(['ping', 'pong'] as const)('a flood of the protocol’s own %ss closes with 4106 [SE-7]', async (kind) => {
    await using server = await RealtimeServer.start();
    const raw = await server.rawJoin(await server.match(), 0);
    for (let i = 0; i < 200; i += 1) raw.socket[kind]();
    expect(await waitFor(() => raw.closeCode)).toBe(CloseCode.tooManyMessages);
  });

  test('a ping of the protocol’s own is answered', async () => {
    await using server = await RealtimeServer.start();
    const raw = await server.rawJoin(await server.match(), 0);
    const pongs: string[] = [];
    raw.socket.on('pong', (data: Buffer) => pongs.push(data.toString()));
    raw.socket.ping('anybody there?');
    await waitFor(() => pongs.length > 0);
    expect(pongs).toEqual(['anybody there?']);
  });

  test('a flood of pings closes with 4106 [SE-7]', async () => {
    await using server = await RealtimeServer.start();
    const raw = await server.rawJoin(await server.match(), 0);
    for (let i = 0; i < 200; i += 1) raw.send(CODE.ping);
    expect(await waitFor(() => raw.closeCode)).toBe(CloseCode.tooManyMessages);
  });
});

describe('inputs with sequence numbers', () => {
  test('are answered, and answered again when they are repeated, but consumed once [RM-2]', async () => {
    await using server = await RealtimeServer.start();
    const match = await server.match();
    const raw = await server.rawJoin(match, 0);
    const kinds = (type: string) =>
      raw.messages('__gyre').filter((message) => (message as { type: string }).type === type);
    raw.gyre(1, 'add', { by: 5 }, true);
    raw.gyre(2, 'add', { by: 101 }, true);
    await waitFor(() => kinds('reply').length === 2);
    raw.gyre(3, 'add', { by: 5 });
    await waitFor(() => kinds('ack').length === 1);
    raw.gyre(2, 'add', { by: 101 }, true);
    await waitFor(() => kinds('reply').length === 3);
    expect(kinds('reply')).toEqual([
      { type: 'reply', seq: 1, ok: true, refused: null },
      { type: 'reply', seq: 2, ok: false, refused: 'too-much' },
      { type: 'reply', seq: 2, ok: false, refused: 'too-much' },
    ]);
    expect(kinds('ack')).toEqual([{ type: 'ack', seq: 3 }]);
    expect(server.host.seat(match.matchId, 0)?.lastSeq).toBe(3);
  });

  test('the answer of a plain request goes to the socket that asked, never to the next one', async () => {
    await using server = await RealtimeServer.start();
    const match = await server.match();
    const old = await server.rawJoin(match, 0);
    old.socket.pause();
    old.request(9, 'add', { by: 1 });
    const next = await server.rawJoin(match, 0);
    next.request(9, 'add', { by: 101 });
    await waitFor(() => next.codes.includes(CODE.response));
    const responses = next.frames.filter((frame) => frame[0] === CODE.response);
    expect(responses).toHaveLength(1);
    expect(responses[0]?.toString('latin1')).toContain('too-much');
  });
});

describe('URLs', () => {
  test.each([
    ['/process/m_somewhere', CloseCode.noSuchRight],
    ['/process/m_somewhere?sessionId=', CloseCode.noSuchRight],
    ['/process/m_somewhere?sessionId=%00%ff', CloseCode.noSuchRight],
    ['/m_somewhere?sessionId=abcdefghijklmnop', CloseCode.noSuchRight],
    ['/%E0%A4%A/x?sessionId=abcdefghijklmnop', CloseCode.noSuchRight],
    [`/process/m_somewhere?sessionId=${'x'.repeat(4_000)}`, CloseCode.noSuchRight],
    ['/process/__proto__?sessionId=abcdefghijklmnop', CloseCode.noSuchRight],
  ])('%s costs only its sender', async (path, code) => {
    await using server = await RealtimeServer.start();
    const raw = new RawSocket(`${server.endpoint}${path}`);
    expect(await waitFor(() => raw.closeCode)).toBe(code);
    await expectPlaying(await server.rawJoin(await server.match(), 0));
  });
});

/** mulberry32: the same bytes for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A frame that begins like a real one and goes on at random, or is torn out of a real one. */
function hostileFrame(random: () => number): Buffer {
  const codes = [CODE.join, CODE.data, CODE.request, CODE.bytes, CODE.input, CODE.data | 0x80];
  const code = codes[Math.floor(random() * codes.length)] ?? 0;
  const size = Math.floor(random() * 40);
  const noise = Buffer.from(
    Array.from(
      { length: size },
      () => Math.floor(random() * (random() < 0.5 ? 256 : 64)) + (random() < 0.5 ? 0 : 0xc0),
    ),
  );
  const name = random() < 0.5 ? Buffer.from('\xa3add', 'latin1') : Buffer.from('\xa6__gyre', 'latin1');
  return Buffer.concat([Buffer.of(code), ...(random() < 0.7 ? [name] : []), noise]);
}

test('random and torn frames never reach beyond their sender [RM-3]', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const random = randomOf(seed);
  await using server = await RealtimeServer.start();
  const match = await server.match();
  const good = await server.rawJoin(match, 0);
  const ends: number[] = [];
  let evil = await server.rawJoin(match, 1);
  for (let i = 0; i < 400; i += 1) {
    if (evil.closeCode !== null || evil.socket.readyState !== evil.socket.OPEN) {
      await waitFor(() => evil.closeCode);
      ends.push(evil.closeCode ?? 0);
      evil = await server.rawJoin(match, 1);
    }
    evil.send(hostileFrame(random));
  }
  await expectPlaying(good);
  const expected: number[] = [CloseCode.badInput, CloseCode.tooManyMessages];
  expect({ seed, strange: ends.filter((code) => !expected.includes(code)) }).toEqual({ seed, strange: [] });
  expect({ seed, complaints: server.log.complaints }).toEqual({ seed, complaints: [] });
});
