import { Client } from '@colyseus/sdk';
import { expect, jest, test } from '@jest/globals';
import type { Lobby } from '../../protocol/lobbies.ts';
import type { Match, SeatGrant } from '../../protocol/matches.ts';
import { GyreCluster } from '../support/gyre-cluster.ts';
import { freePort, type GyreProcess } from '../support/gyre-process.ts';
import { Api, type TestPlayer } from '../support/http.ts';
import { Seated } from '../support/realtime-server.ts';
import { SpreadingFront } from '../support/spreading-front.ts';
import { waitFor } from '../support/wait-for.ts';

// The stock SDK tells of its reconnections on the console.
for (const method of ['info', 'warn', 'error', 'log'] as const)
  jest.spyOn(console, method).mockImplementation(() => {});

const LONG_MS = 120_000;
type Reservation = Parameters<Client['consumeSeatReservation']>[0];

const at = ({ endpoint }: GyreProcess, player: TestPlayer): Api => new Api(endpoint).as(player);

/** Plays a drop-in lobby begun at one process, until there is one whose match runs at the wanted one. */
async function beginAt(owner: GyreProcess, asked: GyreProcess, cluster: GyreCluster) {
  for (;;) {
    const player = await new Api(asked.endpoint).signIn('Ann');
    const { id } = (await at(asked, player).post<Lobby>('/v1/lobbies', { game: 'drop-in', settings: { goal: 2 } }))
      .body;
    const matchId = await waitFor(async () => (await at(asked, player).get<Lobby>(`/v1/lobbies/${id}`)).body.matchId);
    if ((await cluster.ownerOf(matchId)) === owner) return { player, lobbyId: id, matchId };
    await at(asked, player).delete(`/v1/lobbies/${id}/members/me`);
  }
}

async function sit(process: GyreProcess, { colyseus }: SeatGrant): Promise<Seated> {
  return new Seated(await new Client(process.endpoint).consumeSeatReservation(colyseus as Reservation));
}

async function rightOf(api: Api, matchId: string, spectate = false): Promise<SeatGrant> {
  return (await api.post<SeatGrant>(`/v1/matches/${matchId}/seat`, { spectate })).body;
}

test(
  '[CL-89, CL-90, CL-91] a match elsewhere is as good as one here, and who moves on from a killed process stays connected',
  async () => {
    const entry = 'tests/support/every-game-process.ts';
    const directAddress = `127.0.0.1:${await freePort()}`;
    await using cluster = await GyreCluster.start({ processes: 1, entry, env: { GYRE_RATE_LIMITS: 'on' } });
    const here = cluster.at(0);
    const there = await cluster.add({ env: { GYRE_DIRECT_ADDRESS: directAddress } });
    const { player: ann, lobbyId, matchId } = await beginAt(there, here, cluster);
    const owner = (await cluster.match(matchId))?.owner;

    // Rights name the owner, whoever hands them out; who comes late gets a seat that the room learns of.
    const bob = await new Api(there.endpoint).signIn('Bob');
    expect((await at(here, bob).put(`/v1/lobbies/${lobbyId}/members/me`, {})).status).toBe(201);
    const [annsRight, bobsRight] = [await rightOf(at(here, ann), matchId), await rightOf(at(there, bob), matchId)];
    expect([annsRight, bobsRight]).toMatchObject(
      [0, 1].map((seatIndex) => ({ seatIndex, directAddress, colyseus: { processId: owner } })),
    );
    const seats = [await sit(here, annsRight), await sit(there, bobsRight)] as const;
    const cid = await new Api(here.endpoint).signIn('Cid');
    const watcher = await sit(here, await rightOf(at(here, cid), matchId, true));
    await at(here, ann).patch(`/v1/lobbies/${lobbyId}`, { private: true });
    await waitFor(() => watcher.left.includes(4109), { what: 'the watcher of a match that became private' });

    // A limit is as wide as that of one process, whatever process is asked.
    const lists = await Promise.all(
      Array.from({ length: 12 }, (_, i) => at(i % 2 === 0 ? here : there, cid).get('/v1/lobbies')),
    );
    expect([5, 6]).toContain(lists.filter(({ status }) => status === 200).length);

    // What its room has decided is there for all.
    for (let points = 0; points < 2; points += 1) seats[1].room.send('score');
    await waitFor(() => seats.every(({ left }) => left.includes(4100)), { what: 'the end' });
    for (const process of [here, there]) {
      const { body } = await at(process, bob).get<Match>(`/v1/matches/${matchId}`);
      expect(body).toMatchObject({ state: 'finished', result: { placements: [{ seatIndex: 1 }, { seatIndex: 0 }] } });
    }

    // Each request of one client comes to the next process.
    const targets = () => cluster.processes.map(({ port, isAlive }) => ({ port, isReady: isAlive }));
    await using front = await SpreadingFront.listen(targets);
    const spread = new Api(`http://127.0.0.1:${front.port}`).as(bob);
    const hubs = [];
    for (let i = 0; i < 4; i += 1) hubs.push((await spread.post<SeatGrant>('/v1/hub')).body.colyseus.processId);
    expect(new Set(hubs).size).toBe(2);
    expect(hubs[0]).toBe(hubs[2]);

    await there.kill();
    const members = async () => (await at(here, ann).get<Lobby>(`/v1/lobbies/${lobbyId}`)).body.members;
    await waitFor(async () => (await cluster.query(`select from processes where state = 'dead'`)).length > 0);
    expect((await members())?.map((member) => [member.displayName, member.connected])).toEqual([
      ['Ann', true],
      ['Bob', true],
    ]);
    expect((await at(here, bob).get('/v1/players/me')).status).toBe(200);
  },
  LONG_MS,
);
