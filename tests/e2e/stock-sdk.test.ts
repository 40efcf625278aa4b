import { Client, type Room } from '@colyseus/sdk';
import { expect, test } from '@jest/globals';
import { CloseCode } from '../../protocol/close-codes.ts';
import { startService } from '../support/service.ts';
import { Seated } from '../support/realtime-server.ts';
import { waitFor } from '../support/wait-for.ts';

/** A player with nothing but HTTP and the unmodified Colyseus SDK. */
class StockPlayer {
  readonly #endpoint: string;
  readonly #token: string;

  private constructor(endpoint: string, token: string) {
    this.#endpoint = endpoint;
    this.#token = token;
  }

  static async signIn(endpoint: string): Promise<StockPlayer> {
    const nobody = new StockPlayer(endpoint, '');
    const { session } = (await nobody.call('POST', '/v1/auth/guest', {})) as { session: { accessToken: string } };
    return new StockPlayer(endpoint, session.accessToken);
  }

  async call(method: string, path: string, body?: object): Promise<unknown> {
    const headers = {
      'Content-Type': 'application/json',
      ...(this.#token && { Authorization: `Bearer ${this.#token}` }),
    };
    const response = await fetch(this.#endpoint + path, { method, headers, body: body ? JSON.stringify(body) : null });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return await response.json();
  }

  /** Asks for a right and uses it. */
  async open(path: string): Promise<Seated> {
    const { colyseus } = (await this.call('POST', path, {})) as {
      colyseus: Parameters<Client['consumeSeatReservation']>[0];
    };
    return new Seated(await new Client(this.#endpoint).consumeSeatReservation(colyseus));
  }
}

/** Two players in a game of connect four, by the lobby. */
async function playing(endpoint: string) {
  const [ann, bob] = [await StockPlayer.signIn(endpoint), await StockPlayer.signIn(endpoint)];
  const hub = await ann.open('/v1/hub');
  const { id } = (await ann.call('POST', '/v1/lobbies', { game: 'connect-four' })) as { id: string };
  await bob.call('PUT', `/v1/lobbies/${id}/members/me`, {});
  await bob.call('PATCH', `/v1/lobbies/${id}/members/me`, { ready: true });
  await ann.call('POST', `/v1/lobbies/${id}/start`, { countdownMs: 0 });
  const matchId = await waitFor(
    async () => ((await ann.call('GET', `/v1/lobbies/${id}`)) as { matchId: string | null }).matchId,
  );
  const seats = [await ann.open(`/v1/matches/${matchId}/seat`), await bob.open(`/v1/matches/${matchId}/seat`)];
  await waitFor(() => seats.every((seat) => seat.gyre('welcome').length === 1));
  return { ann, hub, matchId, seats };
}

const boardOf = ({ room }: Seated) => room.state.toJSON() as { cells: number[]; turn: number };

/** Whose turn it is drops a disc. */
async function drop(seats: readonly Seated[], column: number): Promise<void> {
  const room = seats[boardOf(seats[0] as Seated).turn]?.room as Room;
  expect(await room.request('drop', { column })).toEqual({ ok: true });
}

test('the unmodified SDK plays on through kill -9 and through a stop, in its match and its hub, to the result [SE-9, SV-2, SV-5]', async () => {
  await using gyre = await startService();
  const { ann, hub, matchId, seats } = await playing(gyre.endpoint);
  // On each connect and reconnect of the hub.
  const greeted = (times: number) =>
    waitFor(() => hub.messages.filter(([type]) => type === 'hello').length === times, { what: 'hello' });
  await greeted(1);
  await drop(seats, 3);
  await gyre.kill();
  await gyre.start();
  await waitFor(() => [...seats, hub].every(({ reconnects }) => reconnects === 1), { timeoutMs: 15_000 });
  await greeted(2);
  await drop(seats, 3);
  await waitFor(() => boardOf(seats[0] as Seated).cells.filter((cell) => cell > 0).length === 2);
  await gyre.stop();
  await waitFor(() => [...seats, hub].every(({ dropped }) => dropped.includes(CloseCode.comeBack)));
  await gyre.start();
  await waitFor(() => [...seats, hub].every(({ reconnects }) => reconnects === 2), { timeoutMs: 15_000 });
  await greeted(3);
  expect(seats.map((seat) => boardOf(seat).cells.filter((cell) => cell > 0).length)).toEqual([2, 2]);
  seats[0]?.room.send('resign');
  await waitFor(() => seats.every(({ left }) => left.length === 1));
  expect(seats.map(({ left }) => left)).toEqual([[CloseCode.finished], [CloseCode.finished]]);
  expect(seats.map((seat) => seat.gyre('result').length)).toEqual([1, 1]);
  expect(await ann.call('GET', `/v1/matches/${matchId}`)).toMatchObject({ state: 'finished' });
  await waitFor(() =>
    hub.messages.some(
      ([type, view]) => type === 'match' && (view as { match: { state: string } | null }).match?.state === 'finished',
    ),
  );
  hub.vanish();
}, 60_000);
