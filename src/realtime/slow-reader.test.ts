import { Decoder, schema, t } from '@colyseus/schema';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { CloseCode } from '../../protocol/close-codes.ts';
import { defineGame } from '../../rooms/kit/define-game.ts';
import { gameRoom } from '../../rooms/kit/index.ts';
import { CODE, RawSocket } from '../../tests/support/raw-socket.ts';
import { RealtimeServer } from '../../tests/support/realtime-server.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { dataFrame } from './frames.ts';
import type { Reservation } from './ports.ts';
import { type ClientPatience, MAX_BUFFERED_BYTES, MAX_PATCHES_BYTES, type SocketClient } from './socket-client.ts';

const PAGE_CHARS = 1_000;
const FILLING = dataFrame('filling', 'x'.repeat(32 * 1024));

const Page = schema({ text: t.string() }, 'Page');
const BookState = schema({ pages: t.map(Page), writes: t.uint32() }, 'BookState');

const book = defineGame({
  name: 'book',
  title: 'Book',
  players: { min: 1, max: 8 },
  state: BookState,
  messages: {
    /** Writes a page anew. */
    write: z.object({ page: z.string() }),
    tear: z.object({ page: z.string() }),
    call: z.object({ text: z.string() }),
    close: z.undefined(),
  },
  events: { called: z.object({ text: z.string() }) },
});

class BookRoom extends gameRoom(book) {
  override readonly messages = this.handle({
    write: (_seat, { page }) => {
      this.state.writes += 1;
      const text = `${this.state.writes} ${'x'.repeat(PAGE_CHARS)}`;
      const known = this.state.pages.get(page);
      if (known === undefined) this.state.pages.set(page, Object.assign(new Page(), { text }));
      else known.text = text;
    },
    tear: (_seat, { page }) => {
      this.state.writes += 1;
      this.state.pages.delete(page);
    },
    call: (_seat, { text }) => this.broadcast('called', { text }),
    close: () => this.finish({ placements: [this.seats] }),
  });

  override onStart(): void {
    this.state.writes = 0;
  }
}

const start = (patience: ClientPatience = {}) => RealtimeServer.start({ rooms: { book: BookRoom }, patience });

class Reader {
  readonly raw: RawSocket;
  readonly client: SocketClient;

  private constructor(raw: RawSocket, client: SocketClient) {
    this.raw = raw;
    this.client = client;
  }

  static async join(server: RealtimeServer, match: Reservation, seatIndex: number): Promise<Reader> {
    const known = [...(server.directory.get(match.matchId)?.clients ?? [])];
    const raw = await server.rawJoin(match, seatIndex);
    const client = [...(server.directory.get(match.matchId)?.clients ?? [])].find((each) => !known.includes(each));
    if (client === undefined) throw new Error('no client');
    // A test is faster than any player.
    client.messages.take = () => true;
    return new Reader(raw, client);
  }

  /** The last of its inputs that it knows was consumed. */
  get lastAck(): number {
    const messages = this.raw.messages('__gyre') as { type: string; seq: number }[];
    return messages.findLast(({ type }) => type === 'ack')?.seq ?? 0;
  }

  countOf(code: number): number {
    return this.raw.codes.filter((each) => each === code).length;
  }

  /** What a Colyseus client makes of all that it was sent. A patch out of order throws, or gives another state. */
  decoded(): unknown {
    const decoder = new Decoder(new BookState());
    for (const frame of this.raw.frames) {
      const code = (frame[0] ?? 0) & 0x1f;
      const from = { offset: frame[0] === code ? 1 : 9 };
      // As the SDK does it: what a whole state does not hold is gone.
      if (code === CODE.state) decoder.decodeResync(frame, from);
      else if (code === CODE.patch) decoder.decode(frame, from);
    }
    // Short, so that a difference can be read.
    const { writes, pages } = decoder.state.toJSON() as { writes: number; pages: Record<string, { text: string }> };
    return {
      writes,
      pages: Object.entries(pages).map(([page, { text }]) => `${page}: ${text.slice(0, 10)} ${text.length}`),
    };
  }
}

/** Everything that a player does, one step after the other. */
async function act(player: Reader, ...messages: [name: string, payload: unknown][]): Promise<void> {
  for (const [name, payload] of messages) {
    const seq = player.lastAck + 1;
    player.raw.gyre(seq, name, payload);
    await waitFor(() => player.lastAck === seq, { everyMs: 1 });
  }
}

/** Somebody stops to read, and at the next patch has too much unread. */
async function leaveBehind(slow: Reader, writer: Reader): Promise<void> {
  slow.raw.socket.pause();
  // The kernel takes some megabytes before anything waits with us.
  await waitFor(() => {
    for (let i = 0; i < 16 && slow.client.ref.waitingBytes <= MAX_PATCHES_BYTES; i += 1) slow.client.tell(FILLING);
    return slow.client.ref.waitingBytes > MAX_PATCHES_BYTES;
  });
  expect(slow.client.isBehind).toBe(false);
  await act(writer, ['write', { page: 'last' }]);
  expect(slow.client.isBehind).toBe(true);
}

describe('a client that does not read', () => {
  test('costs a bounded number of bytes, however much happens; others get every patch [SE-20]', async () => {
    await using server = await start();
    const match = await server.match(5, { game: 'book' });
    const writer = await Reader.join(server, match, 0);
    const slow: Reader[] = [];
    for (const seatIndex of [1, 2, 3]) slow.push(await Reader.join(server, match, seatIndex));
    const other = await Reader.join(server, match, 4);
    for (const reader of slow) await leaveBehind(reader, writer);
    const waiting = (): number[] => slow.map(({ client }) => client.ref.waitingBytes);
    const before = waiting();
    for (const bytes of before) expect(bytes).toBeLessThan(MAX_PATCHES_BYTES + 2 * FILLING.length);
    for (let write = 0; write < 40; write += 1) await act(writer, ['write', { page: 'last' }]);
    // Pings are of some bytes.
    for (const [index, bytes] of waiting().entries()) expect(bytes - (before[index] ?? 0)).toBeLessThan(PAGE_CHARS);
    const patches = writer.countOf(CODE.patch);
    await waitFor(() => other.countOf(CODE.patch) === patches);
    expect(other.decoded()).toEqual(writer.decoded());
    expect(other.countOf(CODE.state)).toBe(1);
  });

  test('is told to come back when the events for it are too many to keep, and finds its seat waiting [SE-20]', async () => {
    await using server = await start();
    const match = await server.match(2, { game: 'book' });
    const [writer, slow] = [await Reader.join(server, match, 0), await Reader.join(server, match, 1)];
    await leaveBehind(slow, writer);
    const text = 'y'.repeat(7_000);
    for (let call = 0; call < 60 && slow.client.stage === 'live'; call += 1) await act(writer, ['call', { text }]);
    expect(slow.client.stage).toBe('ended');
    slow.raw.socket.resume();
    expect(await waitFor(() => slow.raw.closeCode)).toBe(CloseCode.comeBack);
    await waitFor(() => server.host.seat(match.matchId, 1)?.connected === false);
    expect(server.host.seat(match.matchId, 1)?.givenUp).toBe(false);
  });

  test('is told to come back when it has not caught up in time, also when nothing happens any more [SE-25]', async () => {
    await using server = await start({ behindMs: 300 });
    const match = await server.match(2, { game: 'book' });
    const [writer, slow] = [await Reader.join(server, match, 0), await Reader.join(server, match, 1)];
    await leaveBehind(slow, writer);
    await waitFor(() => slow.client.stage === 'ended');
    slow.raw.socket.resume();
    expect(await waitFor(() => slow.raw.closeCode)).toBe(CloseCode.comeBack);
    await waitFor(() => server.host.seat(match.matchId, 1)?.connected === false);
  });

  test('of messages, without a patch among them, is told to come back as well [SE-20]', async () => {
    await using server = await start();
    const match = await server.match(2, { game: 'book' });
    const slow = await Reader.join(server, match, 0);
    slow.raw.socket.pause();
    const frame = dataFrame('blob', 'x'.repeat(32 * 1024));
    let mostWaiting = 0;
    await waitFor(() => {
      for (let i = 0; i < 64; i += 1) slow.client.tell(frame);
      mostWaiting = Math.max(mostWaiting, slow.client.ref.waitingBytes);
      return slow.client.stage === 'ended';
    });
    expect(mostWaiting).toBeLessThan(MAX_BUFFERED_BYTES + 64 * 1024);
    slow.raw.socket.resume();
    expect(await waitFor(() => slow.raw.closeCode)).toBe(CloseCode.comeBack);
  });
});

describe('a client that reads again', () => {
  test('gets the whole state, what was said meanwhile, and every patch from there on [SE-21]', async () => {
    await using server = await start();
    const match = await server.match(2, { game: 'book' });
    const [writer, slow] = [await Reader.join(server, match, 0), await Reader.join(server, match, 1)];
    await act(writer, ['write', { page: 'torn' }], ['write', { page: 'kept' }]);
    await leaveBehind(slow, writer);
    await act(writer, ['tear', { page: 'torn' }], ['call', { text: 'one' }], ['write', { page: 'new' }]);
    await act(writer, ['call', { text: 'two' }]);
    slow.raw.socket.resume();
    await waitFor(() => slow.countOf(CODE.state) === 2);
    await act(writer, ['write', { page: 'kept' }], ['call', { text: 'three' }], ['tear', { page: 'new' }]);
    await waitFor(() => slow.raw.messages('called').length === 3);
    await waitFor(() => slow.raw.codes.at(-1) === CODE.patch);
    expect(slow.raw.messages('called')).toEqual(['one', 'two', 'three'].map((text) => ({ text })));
    expect(slow.decoded()).toEqual(writer.decoded());
    expect(slow.countOf(CODE.patch)).toBeLessThan(writer.countOf(CODE.patch));
    // The state comes before what was said while it was away.
    const state = slow.raw.codes.lastIndexOf(CODE.state);
    expect(slow.raw.codes.slice(state + 1, state + 3)).toEqual([CODE.data, CODE.data]);
  });

  test('is waited for no longer [SE-25]', async () => {
    await using server = await start({ behindMs: 2_000 });
    const match = await server.match(2, { game: 'book' });
    const [writer, slow] = [await Reader.join(server, match, 0), await Reader.join(server, match, 1)];
    await leaveBehind(slow, writer);
    slow.raw.socket.resume();
    await waitFor(() => !slow.client.isBehind);
    const sinceMs = performance.now();
    await waitFor(() => performance.now() - sinceMs > 2_500);
    expect(slow.client.isInStream).toBe(true);
  });

  test('has all of it when the match ends meanwhile: the last state, what was said, and the result [SE-21]', async () => {
    await using server = await start();
    const match = await server.match(2, { game: 'book' });
    const [writer, slow] = [await Reader.join(server, match, 0), await Reader.join(server, match, 1)];
    await leaveBehind(slow, writer);
    slow.raw.gyre(1, 'write', { page: 'own' });
    await waitFor(() => server.host.seat(match.matchId, 1)?.lastSeq === 1);
    await act(writer, ['write', { page: 'late' }], ['call', { text: 'bye' }]);
    writer.raw.gyre(writer.lastAck + 1, 'close', null);
    await waitFor(() => writer.raw.closeCode === CloseCode.finished);
    slow.raw.socket.resume();
    expect(await waitFor(() => slow.raw.closeCode)).toBe(CloseCode.finished);
    expect(slow.decoded()).toEqual(writer.decoded());
    expect(slow.raw.messages('called')).toEqual([{ text: 'bye' }]);
    const own = slow.raw.messages('__gyre') as { type: string; seq?: number }[];
    expect(own.map(({ type, seq }) => [type, seq])).toEqual([
      ['welcome', undefined],
      ['ack', 1],
      ['result', undefined],
    ]);
  });

  test('is told with the state which of its inputs are in it [SE-22]', async () => {
    await using server = await start();
    const match = await server.match(2, { game: 'book' });
    const [writer, slow] = [await Reader.join(server, match, 0), await Reader.join(server, match, 1)];
    await leaveBehind(slow, writer);
    // It does not read, but it speaks.
    for (const seq of [1, 2, 3]) {
      slow.raw.gyre(seq, 'write', { page: 'own' });
      await waitFor(() => server.host.seat(match.matchId, 1)?.lastSeq === seq);
    }
    slow.raw.socket.resume();
    await waitFor(() => slow.lastAck === 3);
    expect((slow.raw.messages('__gyre') as { type: string }[]).map(({ type }) => type)).toEqual(['welcome', 'ack']);
    expect(slow.raw.codes.slice(-2)).toEqual([CODE.state, CODE.data]);
  });
});

test('a state of many megabytes gets to a client that has just joined, with the patches behind it [SE-21]', async () => {
  await using server = await start();
  const match = await server.match(2, { game: 'book' });
  const writer = await Reader.join(server, match, 0);
  const raw = RawSocket.to(server.endpoint, server.grant(match, 1));
  await waitFor(() => raw.codes.includes(CODE.join));
  const joining = [...(server.directory.get(match.matchId)?.clients ?? [])].find((each) => each !== writer.client);
  if (joining === undefined) throw new Error('nobody joins');
  const goLive = joining.goLive.bind(joining);
  joining.goLive = (frames) => goLive([dataFrame('large', 'x'.repeat(16 * MAX_BUFFERED_BYTES)), ...frames]);
  raw.acknowledge();
  raw.socket.pause();
  await waitFor(() => joining.ref.waitingBytes > MAX_BUFFERED_BYTES);
  await act(writer, ['write', { page: 'new' }]);
  expect(joining.isInStream).toBe(true);
  raw.socket.resume();
  await waitFor(() => raw.codes.includes(CODE.patch));
  expect(raw.messages('large')).toHaveLength(1);
});
