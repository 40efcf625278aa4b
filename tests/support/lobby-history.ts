/** Random histories of lobbies: every kind of change, by a few players, each checked against what must always hold. */
import { isDeepStrictEqual } from 'node:util';
import { inArray } from 'drizzle-orm';
import fc from 'fast-check';
import type { LobbyState } from '../../protocol/states.ts';
import { ProblemError } from '../../src/http/problem.ts';
import { connectedMembers, type FullLobby, memberOf } from '../../src/lobbies/full-lobby.ts';
import type { LobbyCall } from '../../src/lobbies/lobby-access.ts';
import { draftLobby } from '../../src/lobbies/lobby-draft.ts';
import { LobbyEntrances } from '../../src/lobbies/lobby-entrances.ts';
import { LobbyHosting } from '../../src/lobbies/lobby-hosting.ts';
import { LobbyMembers } from '../../src/lobbies/lobby-members.ts';
import { withAway, withReturned } from '../../src/lobbies/lobby-rules.ts';
import { findLobby, lockLobby } from '../../src/lobbies/lobby-store.ts';
import { lobbyView } from '../../src/lobbies/lobby-view.ts';
import { newId } from '../../src/store/ids.ts';
import { players } from '../../src/store/schema.ts';
import { inTransaction, type Tx } from '../../src/store/transaction.ts';
import { teamRace } from './games.ts';
import type { LobbyBed } from './lobby-bed.ts';

const PLAYERS = 5;
/** Small, so that it is often full. */
const PLACES = 4;

/** One thing that somebody tries to do; `who` and `whom` are players' numbers, or stand for roles. */
export type Step =
  | { readonly do: 'join' | 'leave' | 'start' | 'cancel' | 'close' | 'away' | 'back'; readonly who: number }
  | { readonly do: 'kick' | 'lift' | 'hand over'; readonly who: number; readonly whom: number }
  | { readonly do: 'ready'; readonly who: number; readonly ready: boolean }
  | { readonly do: 'team'; readonly who: number; readonly team: string | null }
  | { readonly do: 'patch'; readonly who: number; readonly patch: object }
  | { readonly do: 'counted down' | 'played' | 'hand-off failed' | 'finished' | 'abandoned' };

/** Stand for whoever is the host, the first connected member who isn't ready, the first who isn't a member. */
const HOST = -1;
const UNREADY = -2;
const OUTSIDER = -3;
const who = fc.nat(PLAYERS - 1);
const mostly = (role: number) => fc.oneof({ weight: 3, arbitrary: fc.constant(role) }, { weight: 1, arbitrary: who });
const mostlyHost = mostly(HOST);
const mostlyTrue = fc.nat(5).map((chance) => chance > 0);
const team = fc.constantFrom('red', 'blue', null);

/** Likely enough to come far: starts and marks are frequent, closing is rare. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('join' as const), who: mostly(OUTSIDER) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), who }) },
  { weight: 14, arbitrary: fc.record({ do: fc.constant('ready' as const), who: mostly(UNREADY), ready: mostlyTrue }) },
  { weight: 10, arbitrary: fc.record({ do: fc.constantFrom('start' as const), who: mostlyHost }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('cancel' as const, 'close'), who: mostlyHost }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('away' as const), who: mostlyHost }) },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('back' as const), who }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('kick' as const, 'lift', 'hand over'), who: mostlyHost, whom: who }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('team' as const), who, team }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('patch' as const), who: mostlyHost, patch: patch() }) },
  { weight: 16, arbitrary: fc.record({ do: fc.constantFrom('counted down' as const, 'played') }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('hand-off failed' as const, 'finished', 'abandoned') }) },
);

function patch(): fc.Arbitrary<object> {
  return fc.oneof(
    fc.record({ settings: fc.record({ laps: fc.integer({ min: 1, max: 3 }) }) }),
    fc.record({ maxPlayers: fc.integer({ min: 2, max: PLACES }) }),
    fc.record({ startMode: fc.constantFrom('host', 'all-ready') }),
    fc.record({ locked: fc.boolean(), name: fc.constantFrom('a', 'b') }),
    fc.record({ data: fc.constantFrom(null, { public: { map: 'x' } }, { public: { map: null } }) }),
  );
}

const NEXT: Readonly<Record<LobbyState, readonly LobbyState[]>> = {
  open: ['open', 'countdown', 'closed'],
  countdown: ['countdown', 'open', 'starting', 'closed'],
  starting: ['starting', 'in-match', 'open', 'closed'],
  'in-match': ['in-match', 'open', 'closed'],
  closed: [],
};

/** A lobby of five players' own, and what was seen of it. */
export class LobbyHistory {
  readonly #bed: LobbyBed;
  readonly #entrances: LobbyEntrances;
  readonly #members: LobbyMembers;
  readonly #hosting: LobbyHosting;
  readonly #playerIds: string[];
  readonly #revs = new Map<string, number>();
  /** How often each state was reached: a history that never plays proves little. */
  readonly reached = new Map<LobbyState, number>();
  #lobbyId = '';
  #matchId = '';
  /** The lobby after the last step; null for a new one. */
  #seen: FullLobby | null = null;

  private constructor(bed: LobbyBed, playerIds: string[]) {
    const { changes } = bed.lobbies;
    const { games } = bed.http;
    this.#bed = bed;
    this.#playerIds = playerIds;
    this.#entrances = new LobbyEntrances({ changes, games, matches: bed.matches });
    this.#members = new LobbyMembers({ changes, matches: bed.matches });
    this.#hosting = new LobbyHosting({ changes, games, matches: bed.matches });
  }

  static async begin(bed: LobbyBed): Promise<LobbyHistory> {
    const rows = Array.from({ length: PLAYERS }, (_, index) => ({ id: newId('p'), displayName: `Player ${index}` }));
    await bed.http.db.insert(players).values(rows.map((row) => ({ ...row, kind: 'guest' as const })));
    const history = new LobbyHistory(
      bed,
      rows.map(({ id }) => id),
    );
    await history.#create();
    return history;
  }

  /** Tries a step and checks what came of it. @throws Error that names what doesn't hold */
  async take(step: Step): Promise<void> {
    const before = (this.#seen ??= await this.#find());
    let refused = false;
    try {
      await inTransaction(this.#bed.http.db, (tx) => this.#try(tx, step, before));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      refused = true;
    }
    const after = await this.#find();
    await this.#check({ step, before, after, refused });
    this.#seen = after;
    if (after.lobby.state === 'closed') await this.#create();
  }

  /** With two members who are ready: from there it isn't far to a match. */
  async #create(): Promise<void> {
    const draft = draftLobby(this.#bed.http.games, { game: 'team-race', maxPlayers: PLACES });
    const [host = '', ...others] = this.#playerIds.slice(0, 3);
    const { lobby } = await inTransaction(this.#bed.http.db, (tx) => this.#entrances.create(tx, host, draft));
    this.#lobbyId = lobby.id;
    const first = await this.#find();
    for (const player of [1, 2]) {
      for (const step of [
        { do: 'join' as const, who: player },
        { do: 'ready' as const, who: player, ready: true },
      ]) {
        await inTransaction(this.#bed.http.db, (tx) => this.#try(tx, step, first));
      }
    }
    this.#seen = null;
    this.#countEntries({ entered: [host, ...others], left: [] });
  }

  async #find(): Promise<FullLobby> {
    const { db } = this.#bed.http;
    const open = await findLobby(db, this.#lobbyId);
    if (open !== null) return open;
    const lobby = await db.query.lobbies.findFirst({ where: (row, { eq }) => eq(row.id, this.#lobbyId) });
    const member = await db.query.lobbyMembers.findFirst({ where: (row, { eq }) => eq(row.lobbyId, this.#lobbyId) });
    if (lobby?.state !== 'closed' || member !== undefined) throw new Error('a lobby without members must be closed');
    return { lobby, members: [] };
  }

  #call(player: number, full: FullLobby): LobbyCall {
    const roles: Readonly<Record<number, string | undefined>> = {
      [HOST]: full.lobby.hostId,
      [UNREADY]: connectedMembers(full).find(({ ready }) => !ready)?.playerId,
      [OUTSIDER]: this.#playerIds.find((id) => memberOf(full, id) === undefined),
    };
    const playerId = this.#playerIds[player] ?? roles[player] ?? full.lobby.hostId;
    return { lobbyId: this.#lobbyId, playerId, ifMatch: null };
  }

  async #try(tx: Tx, step: Step, before: FullLobby): Promise<void> {
    const { moves } = this.#bed.lobbies;
    switch (step.do) {
      case 'counted down':
        this.#matchId = newId('m');
        this.#bed.http.clock.advance(4_000);
        await moves.toStarting(tx, this.#lobbyId, this.#matchId);
        return;
      case 'played':
        await moves.toInMatch(tx, this.#lobbyId, this.#matchId);
        return;
      case 'hand-off failed':
        await moves.backToOpen(tx, this.#lobbyId, this.#matchId, 'room-failed');
        return;
      case 'finished':
        await moves.afterMatch(tx, this.#lobbyId, this.#matchId, null);
        return;
      case 'abandoned':
        await moves.afterMatch(tx, this.#lobbyId, this.#matchId, 'match-abandoned');
        return;
      default:
        await this.#tryAs(tx, step, this.#call(step.who, before));
        return;
    }
  }

  async #tryAs(tx: Tx, step: Extract<Step, { who: number }>, call: LobbyCall): Promise<void> {
    const whom = 'whom' in step ? (this.#playerIds[step.whom] ?? '') : '';
    const admission = { lobbyId: call.lobbyId, codeRight: true, hadPassword: false, comparedHash: null };
    switch (step.do) {
      case 'join':
        await this.#entrances.join(tx, { call, admission: { ...admission, passwordRight: false }, team: null });
        return;
      case 'leave':
        await this.#members.leave(tx, call);
        return;
      case 'kick':
        if (call.playerId !== whom) await this.#members.kick(tx, call, whom);
        return;
      case 'lift':
        await this.#members.lift(tx, call, whom);
        return;
      case 'ready':
        await this.#members.patch(tx, call, { ready: step.ready });
        return;
      case 'team':
        await this.#members.patch(tx, call, { team: step.team });
        return;
      case 'patch':
        await this.#hosting.patch(tx, call, step.patch);
        return;
      case 'hand over':
        await this.#hosting.handOver(tx, call, whom);
        return;
      case 'start':
        await this.#hosting.start(tx, call);
        return;
      case 'cancel':
        await this.#hosting.cancel(tx, call);
        return;
      case 'close':
        await this.#hosting.close(tx, call);
        return;
      case 'away':
      case 'back':
        await this.#transit(tx, call.playerId, step.do);
        return;
    }
  }

  /** As presence does it, whose clocks are tested elsewhere. */
  async #transit(tx: Tx, playerId: string, way: 'away' | 'back'): Promise<void> {
    const before = await lockLobby(tx, this.#lobbyId);
    if (before === null) return;
    const now = this.#bed.http.clock.now();
    const after =
      way === 'away' ? withAway(before, new Map([[playerId, now]])) : withReturned(before, new Set([playerId]));
    await this.#bed.lobbies.changes.save(tx, { before, after });
  }

  async #check(seen: Seen): Promise<void> {
    const { before, after } = seen;
    this.reached.set(after.lobby.state, (this.reached.get(after.lobby.state) ?? 0) + 1);
    for (const [what, holds] of Object.entries({ ...invariants(after), ...transitions(seen) })) {
      if (!holds) throw new Error(`broken: ${what}, after ${JSON.stringify(seen.step)}`);
    }
    const ids = ({ members }: FullLobby) => members.map(({ playerId }) => playerId);
    this.#countEntries({
      entered: ids(after).filter((id) => memberOf(before, id) === undefined),
      left: ids(before).filter((id) => memberOf(after, id) === undefined),
    });
    const rows = await this.#bed.http.db.select().from(players).where(inArray(players.id, this.#playerIds));
    for (const { id, rev } of rows)
      if (rev !== (this.#revs.get(id) ?? 0)) throw new Error(`broken: ${id} has rev ${rev}`);
  }

  #countEntries({ entered, left }: { readonly entered: readonly string[]; readonly left: readonly string[] }): void {
    for (const id of [...entered, ...left]) this.#revs.set(id, (this.#revs.get(id) ?? 0) + 1);
  }
}

interface Seen {
  readonly step: Step;
  readonly before: FullLobby;
  readonly after: FullLobby;
  readonly refused: boolean;
}

/** What holds of a lobby at any time. */
function invariants(full: FullLobby): Readonly<Record<string, boolean>> {
  const { lobby, members } = full;
  const { state, hostId, memberCount, maxPlayers, countdownEndsAt, matchId, emptySince, reason } = lobby;
  const isClosed = state === 'closed';
  const inTeam = (name: string) => members.filter((member) => member.team === name).length;
  return {
    'memberCount is the number of members': memberCount === members.length,
    'there are no more members than places': memberCount <= maxPlayers,
    'the host is a member': isClosed || memberOf(full, hostId) !== undefined,
    'a lobby without members is closed': isClosed === (members.length === 0),
    'a countdown has an end, nothing else has': (state === 'countdown') === (countdownEndsAt !== null),
    'there is a match from its start to its end':
      isClosed || ['starting', 'in-match'].includes(state) === (matchId !== null),
    'a reason is for open lobbies': isClosed || state === 'open' || reason === null,
    'emptySince says that nobody is connected':
      isClosed || (connectedMembers(full).length === 0) === (emptySince !== null),
    'awaySince says that a member is not connected': members.every(
      ({ connected, awaySince }) => connected === (awaySince === null),
    ),
    'no team has too many members': teamRace.teams.every(({ name, maxPlayers: most }) => inTeam(name) <= most),
  };
}

/** What holds of any change. */
function transitions({ step, before, after, refused }: Seen): Readonly<Record<string, boolean>> {
  const changed = !isDeepStrictEqual(seenByMembers(before), seenByMembers(after));
  const from = before.lobby.state;
  const to = after.lobby.state;
  const onNewTerms = ['settings', 'maxPlayers', 'startMode'].some(
    (key) => !isDeepStrictEqual(before.lobby[key as 'settings'], after.lobby[key as 'settings']),
  );
  const ended = from === 'in-match' && to === 'open';
  const host = memberOf(after, after.lobby.hostId);
  const lost = before.members.some(({ playerId, connected, ready }) => {
    const now = memberOf(after, playerId);
    return now === undefined || (connected && !now.connected) || (ready && !now.ready);
  });
  const noMarks = after.members.every(({ ready }) => !ready);
  const keptMarks = after.members.every(
    ({ playerId, ready }) => (memberOf(before, playerId)?.ready ?? false) === ready,
  );
  return {
    'the version rises by one with what can be seen, else not':
      after.lobby.version === before.lobby.version + (changed ? 1 : 0),
    'updatedAt goes with the version': changed || +after.lobby.updatedAt === +before.lobby.updatedAt,
    'what is refused changes nothing': !refused || isDeepStrictEqual(before, after),
    'states follow one another as they may': NEXT[from].includes(to),
    'new terms clear all marks': !onNewTerms || noMarks,
    'a match clears all marks': !ended || noMarks,
    'marks change by their members, teams, new terms and matches alone':
      keptMarks || onNewTerms || ended || step.do === 'ready' || step.do === 'team',
    'who is no longer there or ready stops a countdown': !(from === 'countdown' && lost) || to !== 'countdown',
    'a host who is gone is followed by one who is there':
      host?.connected !== false ||
      connectedMembers(after).length === 0 ||
      memberOf(before, after.lobby.hostId)?.connected === false,
  };
}

function seenByMembers(full: FullLobby): unknown {
  const {
    version: _version,
    updatedAt: _updatedAt,
    rev: _rev,
    ...view
  } = lobbyView(full, full.lobby.hostId, teamRace.teams);
  return view;
}
