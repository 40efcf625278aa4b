import { pack } from 'msgpackr';
import { CODE } from '../support/raw-socket.ts';
import { type Act, FLOOD } from './act.ts';
import type { BadActor } from './bad-actor.ts';
import { badPack, flipped, noise } from './bad-bytes.ts';
import type { BareWebSocket } from './bare-web-socket.ts';
import { OPCODE } from './bare-web-socket.ts';
import { closeOf } from './outcome.ts';
import { entered, named, targetOf } from './socket-acts.ts';
import { MAX_ADDED } from './tally-game.ts';

const UNREAD_MS = 2_000;

/** Takes the actor's seat, and plays a little: an attack comes from anywhere in a match. */
async function seated(actor: BadActor): Promise<BareWebSocket | null> {
  const right = await actor.right(`/v1/matches/${actor.target.matchId}/seat`);
  if (right === null) return null;
  const socket = await entered(actor, right);
  await socket.hears(CODE.state);
  for (let moves = actor.random.int(0, 5); moves > 0; moves -= 1) socket.binary(CODE.data, ...goodMessage(actor));
  return socket;
}

function goodMessage({ random }: BadActor): Buffer[] {
  switch (random.int(0, 3)) {
    case 0:
      return [named('add'), pack({ by: random.int(1, MAX_ADDED * 2) })];
    case 1:
      return [named('note'), pack({ key: random.pick(['a', 'b', 'c', 'd']), text: 'n'.repeat(random.int(0, 500)) })];
    case 2:
      return [named('shout'), pack({ text: '\u{1f469}'.repeat(random.int(0, 50)) })];
    default:
      return [named('end')];
  }
}

/** Does something with a seat's socket, and expects it to be closed for it. */
const closing =
  (attack: (socket: BareWebSocket, actor: BadActor) => void) =>
  async (actor: BadActor): Promise<string> => {
    const socket = await seated(actor);
    if (socket === null) return 'no right';
    attack(socket, actor);
    return closeOf(await socket.closed());
  };

const ACTS: readonly Act[] = [
  {
    name: 'a bad payload',
    run: closing((socket, actor) => {
      const good = { by: actor.random.int(1, 100) };
      for (let sent = 0; sent < 20; sent += 1) socket.binary(CODE.data, named('add'), badPack(actor.random, good));
      socket.binary(CODE.data, named('nothing'));
    }),
  },
  {
    name: 'a bad input',
    run: closing((socket, { random }) => {
      const payload = { by: random.int(1, 100) };
      const inputs = [
        [0, 'add', payload],
        [2 ** 53, 'add', payload],
        [1, 'toString', payload],
        [1, 'add', payload, true, true],
        ['1', 'add', payload],
        [1],
        {},
        null,
      ];
      socket.binary(CODE.data, named('__gyre'), badPack(random, [1, 'add', payload]));
      socket.binary(CODE.data, named('__gyre'), pack(random.pick(inputs)));
      socket.binary(CODE.data, named('__gyre'), 0xc1);
    }),
  },
  {
    name: 'noise to a match',
    run: closing((socket, { random }) => {
      for (let sent = 0; sent < 5; sent += 1) {
        const code = random.pick([CODE.data, CODE.request, CODE.bytes, CODE.input, CODE.join, CODE.data | 0x80]);
        socket.binary(code, noise(random, random.int(0, 60)));
      }
      socket.binary(0xff);
    }),
  },
  {
    name: 'a torn frame',
    run: closing((socket, actor) => {
      const whole = Buffer.concat([Buffer.of(CODE.request, 1), ...goodMessage(actor)]);
      socket.binary(flipped(actor.random, whole).subarray(0, actor.random.int(1, whole.length)));
      socket.binary(CODE.input, Buffer.from('ceffffffff00000000', 'hex'));
    }),
  },
  {
    name: 'a flood of messages',
    run: closing((socket, actor) => {
      for (let sent = 0; sent < FLOOD; sent += 1) socket.binary(CODE.data, ...goodMessage(actor));
    }),
  },
  {
    name: 'a flood of pings',
    run: closing((socket) => {
      for (let sent = 0; sent < FLOOD; sent += 1) socket.binary(CODE.ping);
    }),
  },
  {
    name: 'a message in fragments, with a ping in between',
    run: closing((socket, actor) => {
      const whole = Buffer.concat([Buffer.of(CODE.data), ...goodMessage(actor)]);
      const cut = actor.random.int(0, whole.length);
      socket.send({ opcode: OPCODE.binary, payload: whole.subarray(0, cut), isLast: false });
      socket.send({ opcode: OPCODE.ping });
      socket.send({ opcode: OPCODE.more, payload: whole.subarray(cut) });
      socket.send({ opcode: OPCODE.binary, payload: Buffer.from('x') });
    }),
  },
  {
    name: 'an old right, once a newer one was used',
    run: async (actor) => {
      const path = `/v1/matches/${actor.target.matchId}/seat`;
      const [older, newer] = [await actor.right(path), await actor.right(path)];
      if (older === null || newer === null) return 'no right';
      const owner = await entered(actor, newer);
      const thief = await actor.upgrade(targetOf(older));
      const outcome = closeOf(await thief.closed());
      owner.binary(CODE.request, 1, named('add'), pack({ by: 1 }));
      await owner.hears(CODE.response);
      return outcome;
    },
  },
  {
    name: 'a player who reads nothing',
    run: async (actor) => {
      const socket = await seated(actor);
      if (socket === null) return 'no right';
      socket.connection.socket.pause();
      for (let sent = 0; sent < 40; sent += 1) socket.binary(CODE.request, sent, ...goodMessage(actor));
      await new Promise((resolve) => setTimeout(resolve, UNREAD_MS));
      return 'hung up';
    },
  },
];

/** What only players of the match can do to it. */
export const SEAT_ACTS: readonly Act[] = ACTS.map((act) => ({ ...act, needsSeat: true }));
