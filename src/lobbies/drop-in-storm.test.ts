import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { eq, inArray, sql } from 'drizzle-orm';
import { type Guest, LobbyBed } from '../../tests/support/lobby-bed.ts';
import { findMatches, type MatchRow } from '../matches/match-store.ts';
import { lobbies, lobbyMembers, matches } from '../store/schema.ts';

/** More with `FUZZ_RUNS=50 FUZZ_SEED=7 npm test -- drop-in-storm`; a failure names its seed. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 2);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_260);
const PLAYERS = 10;
const STEPS = 25;

const playerStep = fc.oneof(
  { weight: 8, arbitrary: fc.constant('quick-join' as const) },
  { weight: 5, arbitrary: fc.constantFrom('leave' as const, 'join again') },
  { weight: 4, arbitrary: fc.constantFrom('ready' as const, 'start', 'red') },
  // What matches do of themselves, at the same time as their players.
  { weight: 4, arbitrary: fc.constantFrom('finish' as const, 'give up', 'abandon') },
);
type Step = typeof playerStep extends fc.Arbitrary<infer One> ? One : never;

test(
  '[LO-1, LO-2, LO-19, LO-20] whatever ten players of a drop-in game do at once: seats, members, rooms and matches agree',
  async () => {
    await using bed = await LobbyBed.open();
    for (let run = 0; run < RUNS; run += 1) {
      const steps = fc.sample(fc.array(playerStep, { minLength: STEPS, maxLength: STEPS }), {
        seed: SEED + run,
        numRuns: PLAYERS,
      });
      const guests = await Promise.all(steps.map((_, index) => bed.guest(`Guest ${index}`)));
      const storm = new Storm(bed, `storm ${SEED + run}`);
      await Promise.all(guests.map((guest, index) => storm.play(guest, steps[index] ?? [])));
      await storm.settle();
      expect([storm.map, await storm.faults()]).toEqual([storm.map, []]);
      expect(storm.seatsTakenLate).toBeGreaterThan(0);
    }
    // They would be tried again, a second late: whoever takes several locks takes them in one order.
    const { rows } = await bed.http.db.execute(
      sql`select deadlocks::int from pg_stat_database where datname = current_database()`,
    );
    expect(rows).toEqual([{ deadlocks: 0 }]);
  },
  30_000 + RUNS * 10_000,
);

/** What ten players do in lobbies of four, and what is wrong afterwards. */
class Storm {
  readonly map: string;
  readonly #bed: LobbyBed;
  readonly #unexpected: string[] = [];
  seatsTakenLate = 0;

  constructor(bed: LobbyBed, map: string) {
    this.#bed = bed;
    this.map = map;
  }

  async play(guest: Guest, steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      const status = await this.#take(guest, step);
      if (status >= 500 || status === 400) this.#unexpected.push(`${step}: ${status}`);
    }
  }

  async settle(): Promise<void> {
    // A start that came while the one before was put back is tried again a second later.
    for (let round = 0; round < 3; round += 1) {
      await this.#bed.handOffs.idle();
      await this.#bed.lobbies.countdowns.sweep();
    }
    await this.#bed.handOffs.idle();
  }

  async faults(): Promise<string[]> {
    const { db } = this.#bed.http;
    const rows = (await db.select().from(lobbies)).filter(({ dataPublic }) => dataPublic['map'] === this.map);
    const ids = rows.map(({ id }) => id);
    const played = await findMatches(db, inArray(matches.lobbyId, ids), 10_000);
    const members = await db.select().from(lobbyMembers).where(inArray(lobbyMembers.lobbyId, ids));
    const faults = [...this.#unexpected];
    for (const lobby of rows) {
      const own = new Set(members.filter(({ lobbyId }) => lobbyId === lobby.id).map(({ playerId }) => playerId));
      const match = played.find(({ id }) => id === lobby.matchId);
      if (own.size !== lobby.memberCount || own.size > lobby.maxPlayers)
        faults.push(`${lobby.id}: ${own.size} members`);
      // A match that all have left is its room's to end, with no lobby any more.
      const agree = lobby.state === 'closed' || (lobby.state === 'in-match') === (match?.state === 'playing');
      if (!agree) faults.push(`${lobby.id}: ${lobby.state}`);
      if (match) faults.push(...this.#seatFaults(match, own));
    }
    for (const match of played) {
      this.seatsTakenLate += match.seats.filter(({ late }) => late).length;
      const lobby = rows.find(({ id }) => id === match.lobbyId);
      if (match.state === 'playing' && lobby?.matchId !== match.id) faults.push(`${match.id} is played by no lobby`);
    }
    return faults;
  }

  #seatFaults({ id, seats, state }: MatchRow, members: ReadonlySet<string>): string[] {
    if (state !== 'playing') return [];
    const present = seats.filter(({ givenUp }) => !givenUp).map(({ playerId }) => playerId ?? '');
    const inRoom = this.#bed.rooms.rooms.get(id)?.seats.map(({ index, givenUp }) => `${index} ${givenUp}`);
    return [
      ...(new Set(present).size === present.length ? [] : [`${id}: a player has two seats`]),
      ...(present.every((playerId) => members.has(playerId)) ? [] : [`${id}: a seat of who is no member`]),
      ...(inRoom?.join() === seats.map(({ index, givenUp }) => `${index} ${givenUp}`).join()
        ? []
        : [`${id}: the room knows ${inRoom?.join()}`]),
    ];
  }

  async #take(guest: Guest, step: Step): Promise<number> {
    if (step === 'quick-join') {
      const create = { maxPlayers: 4, data: { public: { map: this.map } } };
      const order = { game: 'drop-in', where: { 'data.map': this.map }, create };
      return (await guest.post('/v1/lobbies/quick-join', order)).status;
    }
    const { lobbyId } = (await guest.get<{ lobbyId: string | null }>('/v1/players/me')).body;
    if (lobbyId === null) return 200;
    if (step === 'finish' || step === 'give up' || step === 'abandon') return await this.#endSomething(lobbyId, step);
    const path = `/v1/lobbies/${lobbyId}`;
    const calls = {
      leave: () => guest.delete(`${path}/members/me`),
      'join again': () => guest.put(`${path}/members/me`, {}),
      ready: () => guest.patch(`${path}/members/me`, { ready: true }),
      red: () => guest.patch(`${path}/members/me`, { team: 'red' }),
      start: () => guest.post(`${path}/start`, { countdownMs: 0 }),
    };
    return (await calls[step]()).status;
  }

  async #endSomething(lobbyId: string, step: 'finish' | 'give up' | 'abandon'): Promise<number> {
    const { http, matches: service, rooms } = this.#bed;
    const [lobby] = await http.db.select().from(lobbies).where(eq(lobbies.id, lobbyId));
    const matchId = lobby?.matchId ?? '';
    const room = rooms.rooms.get(matchId);
    if (room?.state !== 'open') return 200;
    if (step === 'abandon') await service.abandon(matchId, 'crashed');
    if (step === 'give up') {
      const last = room.seats.length - 1;
      rooms.setSeat(matchId, last, { givenUp: true });
      await service.seatGivenUp(matchId, last);
    }
    if (step === 'finish') {
      // As the room knows its seats when its game ends it.
      const placements = room.seats.map(({ index }) => ({ seatIndex: index, playerId: null, place: 1, score: null }));
      await service.finished(matchId, 1, { placements, data: {} });
    }
    return 200;
  }
}
