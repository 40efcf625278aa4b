import { waitFor } from '../support/wait-for.ts';
import type { Act } from './act.ts';
import { badJson, flipped, noise } from './bad-bytes.ts';
import { type BadActor, FLOODING_ADDRESS } from './bad-actor.ts';
import { Finding, outcomeOf } from './outcome.ts';

/** A server that has said nothing for so long waits for the rest of a request. */
const WAITING_MS = 3_000;

/** Requests as they should be; `{l}` is a lobby that the actor may have. */
const REQUESTS: readonly (readonly [method: string, path: string, body: unknown])[] = [
  ['POST', '/v1/auth/guest', { displayName: 'Ann', deviceKey: 'k'.repeat(43) }],
  ['POST', '/v1/auth/refresh', { refreshToken: 'r'.repeat(43) }],
  ['PATCH', '/v1/players/me', { displayName: 'Bob' }],
  ['GET', '/v1/games', undefined],
  ['GET', '/v1/lobbies?game=tally&openSlots.ge=1&sort=-createdAt&limit=20', undefined],
  ['POST', '/v1/lobbies', { game: 'tally', name: 'x', maxPlayers: 3, settings: {}, data: { public: { map: 'm' } } }],
  ['PATCH', '/v1/lobbies/{l}', { name: 'y', password: null, data: { members: { a: [1] } } }],
  ['PUT', '/v1/lobbies/{l}/members/me', { password: 'p', code: 'ABCDEF', team: null }],
  ['PATCH', '/v1/lobbies/{l}/members/me', { ready: false, data: { public: { a: 1 } } }],
  ['POST', '/v1/lobbies/{l}/messages', { text: 'hello' }],
  ['POST', '/v1/lobbies/join-by-code', { code: 'KXWPRT' }],
  ['POST', '/v1/lobbies/quick-join', { game: 'tally', where: { 'openSlots.ge': 1 } }],
  ['POST', '/v1/lobbies/{l}/start', { countdownMs: 10_000 }],
  ['POST', '/v1/matches/m_0123456789/seat', { spectate: false }],
  ['GET', '/v1/matches?player=me&state=finished', undefined],
  ['POST', '/v1/hub', {}],
];

const BAD_PATHS = [
  '/%',
  '/%zz',
  '//',
  '/v1/%00',
  '/v1/lobbies/%2e%2e%2f',
  '/v1/players/__proto__',
  '/problems/%E0%A4%A',
];
const BAD_HEADERS = [
  'X: \u0000',
  'Content-Length: -1',
  'Content-Length: 99999999999999999999',
  'Content-Length: 5\r\nContent-Length: 6',
  'Content-Length: 4\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: chunked, chunked',
  ' folded: x',
  'no colon',
  ': no name',
  `X-Huge: ${'x'.repeat(17_000)}`,
  `${'a: b\r\n'.repeat(3_000)}c: d`,
  'If-Match: "',
  'If-Match: W/"1", *',
  'Idempotency-Key: \u007f',
  'X-Gyre-Protocol: 999999999999999999999',
  'Authorization: Bearer ',
  'Authorization: Bearer eyJhbGciOiJub25lIn0.e30.',
  `Authorization: Bearer ${'x'.repeat(8_000)}`,
  'Expect: nonsense',
  'Expect: 100-continue',
  'Upgrade: h2c\r\nConnection: Upgrade',
  'Content-Encoding: br',
  'Origin: null',
  'X-Forwarded-For: ,,,,::,999.1.1.1',
];

function requestOf({ random, target }: BadActor) {
  const [method, path, body] = random.pick(REQUESTS);
  return { method, path: path.replace('{l}', random.chance(0.8) ? target.lobbyId : 'l_0123456789'), body };
}

/** Writes bytes, and expects an answer to them, unless more may be to come: that ends by the server's own clocks. */
async function answerTo(actor: BadActor, ...bytes: (string | Uint8Array)[]): Promise<string> {
  const connection = actor.connect();
  for (const part of bytes) connection.write(part);
  const hasAnswer = () => connection.received.length > 0 || connection.isOver;
  const isWaiting = await waitFor(hasAnswer, { timeoutMs: WAITING_MS }).then(
    () => false,
    () => true,
  );
  return isWaiting ? 'waits for more' : outcomeOf(await connection.answer());
}

/** What nobody would call a request, or a request that nobody should take. */
export const HTTP_ACTS: readonly Act[] = [
  {
    name: 'a call',
    run: async (actor) => {
      await actor.signIn();
      const { method, path, body } = requestOf(actor);
      return await actor.request(method, path, Buffer.from(body === undefined ? '' : JSON.stringify(body)));
    },
  },
  {
    name: 'malformed JSON',
    run: async (actor) => {
      if (actor.random.chance(0.8)) await actor.signIn();
      const { method, path, body } = requestOf(actor);
      return await actor.request(method, path, badJson(actor.random, body ?? {}));
    },
  },
  {
    name: 'a bad address',
    run: async (actor) => {
      const { method, path } = requestOf(actor);
      const bad = actor.random.chance(0.5)
        ? actor.random.pick(BAD_PATHS)
        : flipped(actor.random, Buffer.from(path))
            .toString('latin1')
            .replace(/[\s\0]/g, '%');
      return await answerTo(actor, Buffer.from(actor.head(method, bad, { Connection: 'close' }), 'latin1'));
    },
  },
  {
    name: 'a bad header',
    run: async (actor) => {
      const { method, path } = requestOf(actor);
      const head = actor.head(method, path, { Connection: 'close' }).slice(0, -2);
      return await answerTo(actor, `${head}${actor.random.pick(BAD_HEADERS)}\r\n\r\n`);
    },
  },
  {
    name: 'noise',
    run: async (actor) => await answerTo(actor, noise(actor.random, actor.random.int(1, 300)), '\r\n\r\n'),
  },
  {
    name: 'a request with bits flipped',
    run: async (actor) => {
      const { method, path, body } = requestOf(actor);
      const bytes = Buffer.from(JSON.stringify(body ?? {}));
      const head = actor.head(method, path, { 'Content-Type': 'application/json', 'Content-Length': bytes.length });
      return await answerTo(actor, flipped(actor.random, Buffer.concat([Buffer.from(head), bytes])), '\r\n\r\n');
    },
  },
  {
    name: 'half a request',
    run: async (actor) => {
      const { method, path } = requestOf(actor);
      const head = actor.head(method, path, { 'Content-Type': 'application/json', 'Content-Length': 5_000 });
      const connection = actor.connect();
      connection.write(head.slice(0, actor.random.int(1, head.length)) + '{'.repeat(actor.random.int(0, 100)));
      await new Promise((resolve) => connection.socket.once('connect', resolve));
      connection.hangUp();
      return 'hung up';
    },
  },
  {
    name: 'bad chunks',
    run: async (actor) => {
      const head = actor.head('POST', '/v1/auth/guest', {
        'Content-Type': 'application/json',
        'Transfer-Encoding': 'chunked',
      });
      const chunks = [
        'ffffffffffffffff\r\n',
        '-1\r\n',
        'zz\r\n',
        `1;${'x'.repeat(20_000)}\r\n`,
        '2\r\n{}!!\r\n0\r\n\r\n',
      ];
      return await answerTo(actor, head, actor.random.pick(chunks), noise(actor.random, 50));
    },
  },
  {
    name: 'a body without end',
    run: async (actor) => {
      await actor.signIn();
      const connection = actor.connect();
      connection.write(
        actor.head('POST', '/v1/lobbies', { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' }),
      );
      const chunk = Buffer.from(`10000\r\n${'x'.repeat(0x10000)}\r\n`);
      for (let sent = 0; sent < 24 && !connection.isOver; sent += 1) connection.write(chunk);
      const outcome = outcomeOf(await connection.answer());
      await connection.over();
      return outcome;
    },
  },
  {
    name: 'a flood of requests',
    run: async (actor) => {
      const connection = actor.connect();
      const path = actor.random.pick(['/v1/games', '/nowhere', '/v1/players/me']);
      const count = 500;
      connection.write(actor.head('GET', path, { 'X-Forwarded-For': FLOODING_ADDRESS }).repeat(count));
      const outcomes = new Set<string>();
      for (let taken = 0; taken < count; taken += 1) outcomes.add(outcomeOf(await connection.answer()));
      return [...outcomes].join(' ');
    },
  },
  {
    name: 'a pipeline with nonsense at its end',
    run: async (actor) => {
      const connection = actor.connect();
      const count = actor.random.int(2, 40);
      connection.write(`${actor.head('GET', '/v1/games').repeat(count)}BLA\r\n\r\n`);
      const outcomes = [];
      for (let taken = 0; taken <= count; taken += 1) {
        const answer = await connection.answer();
        if (answer === null) break;
        outcomes.push(outcomeOf(answer));
      }
      // Nonsense may be noticed before all answers are made; then they are its price.
      if (outcomes.length === 0) throw new Finding('no answer');
      return [...new Set(outcomes)].join(' ');
    },
  },
];
