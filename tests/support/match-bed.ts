import { sql } from 'drizzle-orm';
import { schema, t } from '@colyseus/schema';
import { pino } from 'pino';
import { z } from 'zod';
import { defineGame } from '../../rooms/kit/define-game.ts';
import { LocalBus } from '../../src/cluster/local-bus.ts';
import type { Nudges } from '../../src/cluster/ports.ts';
import { GameRegistry } from '../../src/games/registry.ts';
import type { FullLobby } from '../../src/lobbies/full-lobby.ts';
import { LobbyChanges } from '../../src/lobbies/lobby-changes.ts';
import { draftLobby } from '../../src/lobbies/lobby-draft.ts';
import { LobbyEntrances } from '../../src/lobbies/lobby-entrances.ts';
import { LobbyMembers } from '../../src/lobbies/lobby-members.ts';
import { SqlLobbyMoves } from '../../src/lobbies/lobby-moves.ts';
import { startCountdown, withMember, withMark } from '../../src/lobbies/lobby-rules.ts';
import { findLobby, lockLobby } from '../../src/lobbies/lobby-store.ts';
import { findPlayer } from '../../src/lobbies/member-store.ts';
import type { MatchPort } from '../../src/lobbies/ports.ts';
import { HandOffs } from '../../src/matches/hand-off.ts';
import { MatchService } from '../../src/matches/match-service.ts';
import { findMatch, findMatches, type MatchRow } from '../../src/matches/match-store.ts';
import { type DatabaseHandle, openDatabase } from '../../src/store/database.ts';
import { LocalRooms } from '../../src/realtime/local-rooms.ts';
import { newId } from '../../src/store/ids.ts';
import { players, processes } from '../../src/store/schema.ts';
import { type Database, inTransaction, type Tx } from '../../src/store/transaction.ts';
import { FakeRoomHost } from './fake-room-host.ts';
import { dropIn } from './games.ts';
import { createTestDatabase } from './postgres.ts';

const silent = pino({ level: 'silent' });

/** A game of two to four, with a setting. */
export const duel = defineGame({
  name: 'duel',
  title: 'Duel',
  players: { min: 2, max: 4 },
  state: schema({ turn: t.uint8() }, 'DuelState'),
  settings: z.object({ turnMs: z.int().default(30_000) }),
  messages: {},
});

/** One boot of a process: the parts that a kill takes with it. */
export interface Boot {
  readonly incarnation: string;
  readonly rooms: FakeRoomHost;
  readonly matches: MatchService;
  readonly handOffs: HandOffs;
}

export interface BootOptions {
  readonly createMs?: number;
  /** Left out: alive, as after `Coordinator.start`. */
  readonly state?: 'alive' | 'dead';
}

interface Entering {
  readonly playerId: string;
  /** A wish. */
  readonly team?: string | null;
}

/** Lobbies and matches on a real database, with rooms that are only remembered. */
export class MatchBed implements AsyncDisposable {
  readonly db: Database;
  readonly clock = { nowMs: Date.UTC(2030, 0, 1), now: () => new Date(this.clock.nowMs) };
  readonly bus = new LocalBus(silent);
  readonly games = new GameRegistry({ duel, 'drop-in': dropIn });
  readonly changes: LobbyChanges;
  readonly lobbies: SqlLobbyMoves;
  readonly #entrances: LobbyEntrances;
  readonly #handle: DatabaseHandle;
  readonly #dispose: () => Promise<void>;
  /** All that went over the bus, oldest first. */
  readonly nudges: { readonly topic: keyof Nudges; readonly nudge: object }[] = [];
  readonly presence: string[] = [];

  /** Of its database. */
  readonly url: string;

  private constructor(handle: DatabaseHandle, url: string, dispose: () => Promise<void>) {
    this.#handle = handle;
    this.url = url;
    this.#dispose = dispose;
    this.db = handle.db;
    const { clock, bus, games } = this;
    this.changes = new LobbyChanges({ clock, bus, games, onStartsAt: () => undefined, onSaved: () => undefined });
    this.lobbies = new SqlLobbyMoves(this.changes);
    const matches: Pick<MatchPort, 'joinMatch'> = {
      joinMatch: () => Promise.reject(new Error('a new lobby plays nothing')),
    };
    this.#entrances = new LobbyEntrances({ changes: this.changes, games, matches });
    for (const topic of ['lobby', 'player', 'match', 'chat', 'session'] as const) {
      bus.subscribe(topic, (nudge) => this.nudges.push({ topic, nudge }));
    }
  }

  static async open(): Promise<MatchBed> {
    const database = await createTestDatabase();
    return new MatchBed(openDatabase(database.url), database.url, async () => await database[Symbol.asyncDispose]());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
    await this.#dispose();
  }

  get pool(): DatabaseHandle['pool'] {
    return this.#handle.pool;
  }

  async boot({ createMs, state = 'alive' }: BootOptions = {}): Promise<Boot> {
    const { db, bus, clock, lobbies } = this;
    const incarnation = newId('i');
    await db.insert(processes).values({ incarnation, state, build: 'test' });
    const rooms = new FakeRoomHost();
    const here = new LocalRooms(rooms, { incarnation });
    const presence = { socket: (id: string, open: number) => void this.presence.push(`${id} ${open}`) };
    const common = { db, bus, clock, lobbies, incarnation, rooms: () => here };
    const matches = new MatchService({ ...common, presence });
    const handOffs = new HandOffs({ ...common, matches, log: silent, ...(createMs && { createMs }) });
    return { incarnation, rooms, matches, handOffs };
  }

  /** kill -9, as another process learns of it. */
  async kill({ incarnation }: Boot): Promise<void> {
    await this.db.execute(sql`update processes set state = 'dead' where incarnation = ${incarnation}`);
  }

  async tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return await inTransaction(this.db, work);
  }

  async players(count: number): Promise<string[]> {
    const rows = Array.from({ length: count }, (_, index) => ({
      id: newId('p'),
      displayName: `Player ${index}`,
      kind: 'guest' as const,
    }));
    await this.db.insert(players).values(rows);
    return rows.map(({ id }) => id);
  }

  async revOf(playerId: string): Promise<number> {
    return (await findPlayer(this.db, playerId))?.rev ?? -1;
  }

  /** An open lobby of these players, in this order, all ready. */
  async lobby([host = '', ...others]: readonly string[], body: object = {}): Promise<string> {
    const draft = draftLobby(this.games, { game: 'duel', ...body });
    const { lobby } = await this.tx((tx) => this.#entrances.create(tx, host, draft));
    for (const playerId of others) await this.join(lobby.id, playerId);
    await this.change(lobby.id, (full) =>
      full.members.reduce((marked, { playerId }) => withMark(marked, playerId, true), full),
    );
    return lobby.id;
  }

  async join(lobbyId: string, playerId: string): Promise<void> {
    const player = await findPlayer(this.db, playerId);
    if (!player) throw new Error(`no player ${playerId}`);
    const none = { ready: false, team: null, connected: true, awaySince: null, dataPublic: {}, dataMembers: {} };
    await this.change(lobbyId, (full) =>
      withMember(full, { playerId, ...player, ...none, joinedAt: this.clock.now() }),
    );
  }

  /** A change as the lobby's service makes them: locked, written on its one road. False: there is no such lobby. */
  async change(lobbyId: string, rule: (full: FullLobby) => FullLobby): Promise<boolean> {
    return await this.tx(async (tx) => {
      const before = await lockLobby(tx, lobbyId);
      if (before) await this.changes.save(tx, { before, after: rule(before) });
      return before !== null;
    });
  }

  /** The countdown of a lobby is over. */
  async countedDown(lobbyId: string): Promise<void> {
    await this.change(lobbyId, (full) => startCountdown(full, this.clock.now()));
  }

  /** A join through the door, as `PUT …/members/me` does it. */
  async enter(boot: Boot, lobbyId: string, { playerId, team = null }: Entering): Promise<FullLobby> {
    const entrances = new LobbyEntrances({ changes: this.changes, games: this.games, matches: boot.matches });
    const admission = { lobbyId, codeRight: false, hadPassword: false, comparedHash: null, passwordRight: false };
    const call = { lobbyId, playerId, ifMatch: null };
    return (await this.tx((tx) => entrances.join(tx, { call, admission, team }))).full;
  }

  async leave(boot: Boot, lobbyId: string, playerId: string): Promise<void> {
    const members = new LobbyMembers({ changes: this.changes, matches: boot.matches });
    await this.tx((tx) => members.leave(tx, { lobbyId, playerId, ifMatch: null }));
  }

  /** A lobby whose match is playing, by the road of the hand-off. */
  async playing(
    boot: Boot,
    playerIds: readonly string[],
    body: object = {},
  ): Promise<{ lobbyId: string; matchId: string }> {
    const lobbyId = await this.lobby(playerIds, body);
    await this.countedDown(lobbyId);
    boot.handOffs.begin(lobbyId);
    await boot.handOffs.idle();
    const matchId = (await this.find(lobbyId))?.lobby.matchId;
    if (!matchId) throw new Error('the hand-off failed');
    return { lobbyId, matchId };
  }

  async find(lobbyId: string): Promise<FullLobby | null> {
    return await findLobby(this.db, lobbyId);
  }

  async match(matchId: string): Promise<MatchRow> {
    const match = await findMatch(this.db, matchId);
    if (!match) throw new Error(`no match ${matchId}`);
    return match;
  }

  async matches(): Promise<MatchRow[]> {
    return await findMatches(this.db, undefined, 100);
  }
}
