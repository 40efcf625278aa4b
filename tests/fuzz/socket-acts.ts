import { pack } from 'msgpackr';
import type { SeatGrant } from '../../protocol/matches.ts';
import { CODE } from '../support/raw-socket.ts';
import { type Act, FLOOD } from './act.ts';
import { type BadActor, FLOODING_ADDRESS } from './bad-actor.ts';
import { badPack, flipped, noise } from './bad-bytes.ts';
import { type BareFrame, type BareWebSocket, frame, HandshakeRefused, handshake, OPCODE } from './bare-web-socket.ts';
import { closeOf, outcomeOf } from './outcome.ts';

/** The last byte of a message's head is its name's length. */
export const named = (name: string): Buffer => Buffer.concat([Buffer.of(0xa0 | name.length), Buffer.from(name)]);

/** A socket of the hub that is in. */
async function hubSocket(actor: BadActor): Promise<BareWebSocket | null> {
  const right = await actor.right('/v1/hub');
  return right === null ? null : await entered(actor, right);
}

/** Where a right is used. */
export function targetOf({ roomId, sessionId, reconnectionToken: token }: SeatGrant['colyseus']): string {
  return `/process/${roomId}?sessionId=${sessionId}${token === undefined ? '' : `&reconnectionToken=${token}`}`;
}

/** Takes a right, as far as the room's first words. */
export async function entered(actor: BadActor, right: SeatGrant['colyseus']): Promise<BareWebSocket> {
  const socket = await actor.upgrade(targetOf(right));
  await socket.hears(CODE.join);
  socket.binary(CODE.join);
  return socket;
}

const BAD_FRAMES: readonly ((actor: BadActor) => Partial<BareFrame> & { readonly opcode: number })[] = [
  ({ random }) => ({ opcode: random.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) }),
  () => ({ opcode: OPCODE.binary, isMasked: false, payload: Buffer.from('abc') }),
  ({ random }) => ({ opcode: OPCODE.binary, reserved: random.int(1, 7), payload: Buffer.from('abc') }),
  ({ random }) => ({ opcode: OPCODE.binary, claimed: random.pick([2n ** 62n, 2n ** 63n, 2n ** 53n, 65_536n * 16n]) }),
  () => ({ opcode: OPCODE.more, payload: Buffer.from('abc') }),
  () => ({ opcode: OPCODE.ping, payload: Buffer.alloc(126) }),
  () => ({ opcode: OPCODE.ping, isLast: false }),
  () => ({ opcode: OPCODE.close, payload: Buffer.of(1) }),
  () => ({ opcode: OPCODE.text, payload: Buffer.from([0xff, 0xfe, 0xc0]) }),
  () => ({ opcode: OPCODE.text, payload: Buffer.from('{"type":"watch"}') }),
  ({ random }) => ({ opcode: OPCODE.binary, payload: noise(random, 9_000 + 1_024) }),
  () => ({ opcode: OPCODE.binary, payload: Buffer.alloc(0) }),
];

/** What a client's close frame may say, rightly or not. */
const CLOSE_CODES = [
  0, 999, 1000, 1001, 1004, 1005, 1006, 1015, 2000, 3000, 4000, 4010, 4100, 4105, 4999, 5000, 65_535,
];

/** Whatever a client closes with, an echo of it is right, and so is our own word for nonsense. */
const ANY_CODE: ReadonlySet<number> = new Set([...CLOSE_CODES, 1005, 4105, 4000, 4104]);

const HANDSHAKES: readonly Readonly<Record<string, string>>[] = [
  { 'Sec-WebSocket-Version': '12' },
  { 'Sec-WebSocket-Version': '' },
  { 'Sec-WebSocket-Key': 'short' },
  { 'Sec-WebSocket-Key': '' },
  { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits=99' },
  { 'Sec-WebSocket-Extensions': ';;;"' },
  { 'Sec-WebSocket-Protocol': ',, ,' },
  { Upgrade: 'websocket, websocket' },
  { Upgrade: 'WebSocket2' },
  { Connection: 'close' },
  { Origin: 'null' },
];

export const SOCKET_ACTS: readonly Act[] = [
  {
    name: 'a bad handshake',
    run: async (actor) => {
      const connection = actor.connect();
      const target = `/process/hub?sessionId=${'x'.repeat(22)}`;
      const request = handshake(target, { 'X-Forwarded-For': actor.address, ...actor.random.pick(HANDSHAKES) });
      const isFlipped = actor.random.chance(0.3);
      connection.write(isFlipped ? Buffer.concat([flipped(actor.random, Buffer.from(request)), END]) : request);
      const answer = await connection.answer();
      // Some of it is harmless, and taken up.
      return answer?.status === 101 ? '101' : outcomeOf(answer);
    },
  },
  {
    name: 'a right that nobody gave',
    run: async (actor) => {
      const text = (size: number) => noise(actor.random, size).toString('base64url').slice(0, size);
      const room = actor.random.pick(['hub', 'm_0123456789', text(20), '__proto__']);
      const token = actor.random.chance(0.5) ? `&reconnectionToken=${text(actor.random.pick([60, 43, 128, 9]))}` : '';
      const socket = await actor.upgrade(`/process/${room}?sessionId=${text(22)}${token}`);
      return closeOf(await socket.closed());
    },
  },
  {
    name: 'a frame against the protocol',
    run: async (actor) => {
      const socket = await hubSocket(actor);
      if (socket === null) return 'no right';
      socket.send(actor.random.pick(BAD_FRAMES)(actor));
      return closeOf(await socket.closed());
    },
  },
  {
    name: 'a close of any code',
    run: async (actor) => {
      const socket = await hubSocket(actor);
      if (socket === null) return 'no right';
      const payload = Buffer.alloc(2);
      payload.writeUInt16BE(actor.random.pick(CLOSE_CODES));
      const reason = actor.random.chance(0.5) ? noise(actor.random, actor.random.int(0, 60)) : Buffer.alloc(0);
      socket.send({ opcode: OPCODE.close, payload: Buffer.concat([payload, reason]) });
      return `answered ${closeOf(await socket.closed(), ANY_CODE) === '4105' ? '4105' : 'in kind'}`;
    },
  },
  {
    name: 'a bad request to the hub',
    run: async (actor) => {
      const socket = await hubSocket(actor);
      if (socket === null) return 'no right';
      const where = actor.random.pick([{ 'openSlots.ge': 'x' }, { game: 1 }, [], null, { __proto__: 1 }, 'where']);
      const good = { where, sort: '-createdAt', limit: actor.random.int(-1, 200) };
      socket.binary(CODE.request, 1, named('watch'), badPack(actor.random, good));
      // One that could be read is answered; the next one has a name that the hub doesn't know.
      socket.binary(CODE.request, 2, named('nothing'));
      return closeOf(await socket.closed());
    },
  },
  {
    name: 'a flood of requests to the hub',
    run: async (actor) => {
      const socket = await hubSocket(actor);
      if (socket === null) return 'no right';
      const watch = pack({ where: { 'openSlots.ge': actor.random.int(0, 9) }, sort: '-createdAt' });
      for (let sent = 0; sent < FLOOD; sent += 1) socket.binary(CODE.request, sent, named('watch'), watch);
      return closeOf(await socket.closed());
    },
  },
  {
    name: 'a message in a thousand fragments',
    run: async (actor) => {
      const socket = await hubSocket(actor);
      if (socket === null) return 'no right';
      socket.send({ opcode: OPCODE.binary, payload: Buffer.of(CODE.data), isLast: false });
      for (let sent = 0; sent < 2_000; sent += 1) socket.send({ opcode: OPCODE.more, isLast: false });
      for (let sent = 0; sent < 12; sent += 1) {
        socket.send({ opcode: OPCODE.more, payload: Buffer.alloc(1_024), isLast: false });
      }
      return closeOf(await socket.closed());
    },
  },
  {
    name: 'a flood of frames',
    run: async (actor) => {
      const socket = await hubSocket(actor);
      if (socket === null) return 'no right';
      const kind = actor.random.pick([OPCODE.ping, OPCODE.pong]);
      const one = frame({ opcode: kind, payload: Buffer.alloc(125) });
      for (let sent = 0; sent < 200 && !socket.connection.isOver; sent += 1) {
        socket.connection.write(Buffer.concat(Array.from({ length: 100 }, () => one)));
      }
      return closeOf(await socket.closed());
    },
  },
  {
    name: 'a flood of upgrades',
    run: async (actor) => {
      const outcomes = await Promise.all(Array.from({ length: 60 }, () => upgradeOnce(actor)));
      return [...new Set(outcomes)].toSorted().join(' ');
    },
  },
];

const END = Buffer.from('\r\n\r\n');

async function upgradeOnce(actor: BadActor): Promise<string> {
  try {
    const socket = await actor.upgrade(`/process/hub?sessionId=${'x'.repeat(22)}`, FLOODING_ADDRESS);
    return closeOf(await socket.closed());
  } catch (error) {
    if (error instanceof HandshakeRefused && error.status === 429) return '429';
    throw error;
  }
}
