import { and, asc, eq, inArray, isNull, lt, notExists, or, sql } from 'drizzle-orm';
import { MATCH_SEATS_MAX, PLAYER_SEATS_MAX } from '../../protocol/limits.ts';
import type { GameDefinition } from '../../rooms/kit/define-game.ts';
import type { GameRegistry } from '../games/registry.ts';
import { requireVersion } from '../http/if-match.ts';
import { ProblemError } from '../http/problem.ts';
import { lobbies, lobbyBans, matchSeats } from '../store/schema.ts';
import { newId } from '../store/ids.ts';
import type { Tx } from '../store/transaction.ts';
import { type Admission, joinerOf, StaleAdmission } from './door.ts';
import { allowsState } from './filter-match.ts';
import { type FullLobby, type Member, memberOf } from './full-lobby.ts';
import { refusalAfterPassword, refusalBeforePassword, teamFull } from './join-rules.ts';
import { isVisible, type LobbyCall, lobbyNotFound } from './lobby-access.ts';
import { alreadyInLobby, type LobbyChanges } from './lobby-changes.ts';
import { drawCode } from './lobby-code.ts';
import { checkTeam, type LobbyDraft } from './lobby-draft.ts';
import type { LobbyFilter } from './lobby-filter.ts';
import { filterSql, listedSql } from './lobby-query.ts';
import { withChangedMember, withMember } from './lobby-rules.ts';
import { lobbyIdOf, lockLobby } from './lobby-store.ts';
import { findPlayer, raiseRevs } from './member-store.ts';
import type { MatchPort, Seated } from './ports.ts';
import { lateTeam } from './team-spread.ts';

/** A join as it was asked for, after codes and passwords were compared. */
export interface Join {
  readonly call: LobbyCall;
  readonly admission: Admission;
  readonly team: string | null;
}

/** A quick-join, checked. */
export interface QuickJoinOrder {
  readonly playerId: string;
  readonly game: GameDefinition;
  readonly filter: LobbyFilter;
  /** What to make if nothing fits; null: nothing. */
  readonly create: LobbyDraft | null;
  /** Whether to throw `StartingSoon` rather than make a lobby, or find none, while one that fits is `starting`. */
  readonly waits: boolean;
}

/** A lobby would take the player if its hand-off were over, which is a matter of moments. */
export class StartingSoon extends Error {
  override readonly name = 'StartingSoon';
  readonly lobbyId: string;

  constructor(lobbyId: string) {
    super(`${lobbyId} is starting`);
    this.lobbyId = lobbyId;
  }
}

/** What came of it. `made` is null for somebody who was in already. */
export interface Entrance {
  readonly full: FullLobby;
  readonly made: 'lobby' | 'member' | null;
}

const CODES_TRIED = 50;
/** Each failed look means that another has just joined, so this many in a row say that nothing is free for long. */
const LOOKS = 20;

export interface LobbyEntrancesParts {
  readonly changes: LobbyChanges;
  readonly games: GameRegistry;
  readonly matches: Pick<MatchPort, 'joinMatch'>;
}

/** The ways into a lobby. */
export class LobbyEntrances {
  readonly #changes: LobbyChanges;
  readonly #games: GameRegistry;
  readonly #matches: Pick<MatchPort, 'joinMatch'>;

  constructor({ changes, games, matches }: LobbyEntrancesParts) {
    this.#changes = changes;
    this.#games = games;
    this.#matches = matches;
  }

  /** @throws ProblemError `already-in-lobby` */
  async create(tx: Tx, playerId: string, draft: LobbyDraft): Promise<FullLobby> {
    const otherLobbyId = await lobbyIdOf(tx.sql, playerId);
    if (otherLobbyId !== null) throw alreadyInLobby(otherLobbyId);
    const host = await this.#newMember(tx, playerId, null);
    for (let tried = 0; tried < CODES_TRIED; tried += 1) {
      const created = await this.#changes.create(tx, { lobby: lobbyRow(draft, host), members: [host] });
      if (created !== null) return created;
    }
    throw new Error(`${CODES_TRIED} codes in a row are taken`);
  }

  /**
   * A member who is in already, but has no seat in the match that is played, gets one.
   * @throws ProblemError in the contract's order of a join
   * @throws StaleAdmission if the password was changed since it was compared
   */
  async join(tx: Tx, { call, admission, team }: Join): Promise<Entrance> {
    const { lobbyId, playerId } = call;
    const before = await lockLobby(tx, lobbyId);
    if (before === null) throw lobbyNotFound(lobbyId);
    if (!admission.codeRight && !isVisible(before, playerId, this.#changes.now())) throw lobbyNotFound(lobbyId);
    const teams = this.#changes.teamsOf(before.lobby.game);
    checkTeam(team, teams);
    requireVersion(call.ifMatch, before.lobby.version);
    const self = memberOf(before, playerId);
    if (self !== undefined) return { full: await this.#seatMember(tx, before, self), made: null };
    const wanted = teams.find(({ name }) => name === team) ?? null;
    const joiner = await joinerOf(tx.sql, before.lobby, { playerId, team: wanted });
    const lateJoin = this.#takesLate(before);
    const refusal =
      refusalBeforePassword(before, joiner, { lateJoin }) ??
      refusalByPassword(before, admission) ??
      refusalAfterPassword(before, joiner);
    if (refusal !== null) throw refusal;
    return { full: await this.#enter(tx, before, { playerId, team }), made: 'member' };
  }

  /**
   * Joins the fullest lobby that fits, the oldest first; makes one if none does. Players who come at the same time fill
   * lobbies rather than each making one, and wait for one another only where they must.
   * @throws ProblemError `already-in-lobby`, `no-lobby`
   * @throws StartingSoon if the order waits
   */
  async quickJoin(tx: Tx, order: QuickJoinOrder): Promise<Entrance> {
    const { playerId, game, filter, create } = order;
    const otherLobbyId = await lobbyIdOf(tx.sql, playerId);
    if (otherLobbyId !== null) throw alreadyInLobby(otherLobbyId);
    const free = await this.#enterFitting(tx, order, { wait: false });
    if (free !== null) return free;
    // Makers of lobbies for one game take turns: the next finds the lobby of the one before.
    if (create !== null)
      await tx.sql.execute(sql`select pg_advisory_xact_lock(hashtext('quick-join'), hashtext(${game.name}))`);
    // What starts now is played when it can be joined.
    const starting = order.waits && game.lateJoin && allowsState(filter, 'in-match');
    for (let look = 0; look < LOOKS; look += 1) {
      const [found] = await this.#fitting(tx, order, { starting });
      if (found === undefined) break;
      if (found.state === 'starting') throw new StartingSoon(found.id);
      const entered = await this.#enterFitting(tx, order, { wait: look > 0 });
      if (entered !== null) return entered;
    }
    if (create === null) throw new ProblemError('no-lobby', `No lobby of ${game.name} fits.`);
    return { full: await this.create(tx, playerId, create), made: 'lobby' };
  }

  /** In a savepoint: the lock on a lobby that filled up while we waited for it is let go at once, not at the end. */
  async #enterFitting(tx: Tx, order: QuickJoinOrder, { wait }: { readonly wait: boolean }): Promise<Entrance | null> {
    try {
      return await tx.sql.transaction(async (savepoint) => {
        const inner: Tx = { sql: savepoint, afterCommit: (effect) => tx.afterCommit(effect) };
        const [found] = await this.#fitting(inner, order).for('update', wait ? {} : { skipLocked: true });
        const before = found === undefined ? null : await lockLobby(inner, found.id);
        if (before === null) throw new NoneFree();
        // Asked only now that the lobby is locked: the same player's other request may have come in a moment ago.
        if (memberOf(before, order.playerId) !== undefined) throw alreadyInLobby(before.lobby.id);
        return { full: await this.#enter(inner, before, { playerId: order.playerId, team: null }), made: 'member' };
      });
    } catch (error) {
      if (error instanceof NoneFree) return null;
      throw error;
    }
  }

  /**
   * The lobby to enter, if there is one.
   * @param starting also looks for one that is `starting`, in the same statement: between two it might be either, and missed
   */
  #fitting(tx: Tx, { playerId, game, filter }: QuickJoinOrder, { starting } = { starting: false }) {
    const joinable = and(inArray(lobbies.state, game.lateJoin ? ['open', 'in-match'] : ['open']), filterSql(filter));
    // Asked for by state, it will have another one in a moment.
    const otherwise = filterSql(filter.filter(({ field }) => field !== 'state'));
    const isStarting = eq(lobbies.state, 'starting');
    const barred = tx.sql
      .select({ one: sql`1` })
      .from(lobbyBans)
      .where(and(eq(lobbyBans.lobbyId, lobbies.id), eq(lobbyBans.playerId, playerId)));
    const full = tx.sql
      .select({ one: sql`1` })
      .from(matchSeats)
      .where(and(eq(matchSeats.matchId, lobbies.matchId), eq(matchSeats.index, MATCH_SEATS_MAX - 1)));
    const ownLast = tx.sql
      .select({ one: sql`1` })
      .from(matchSeats)
      .where(and(eq(matchSeats.matchId, lobbies.matchId), eq(matchSeats.playerId, playerId)))
      .offset(PLAYER_SEATS_MAX - 1);
    return tx.sql
      .select({ id: lobbies.id, state: lobbies.state })
      .from(lobbies)
      .where(
        and(
          eq(lobbies.game, game.name),
          starting ? or(joinable, and(isStarting, otherwise)) : joinable,
          listedSql(this.#changes.now()),
          eq(lobbies.locked, false),
          isNull(lobbies.passwordHash),
          lt(lobbies.memberCount, lobbies.maxPlayers),
          notExists(barred),
          game.lateJoin ? and(notExists(full), notExists(ownLast)) : undefined,
        ),
      )
      .orderBy(
        ...(starting ? [isStarting] : []),
        sql`${lobbies.maxPlayers} - ${lobbies.memberCount}`,
        asc(lobbies.createdAt),
        asc(lobbies.id),
      )
      .limit(1);
  }

  async #enter(
    tx: Tx,
    before: FullLobby,
    { playerId, team }: { readonly playerId: string; readonly team: string | null },
  ): Promise<FullLobby> {
    const member = await this.#newMember(tx, playerId, team);
    const seat = await this.#takeSeat(tx, before, member);
    const wanted = this.#changes.teamsOf(before.lobby.game).find(({ name }) => name === team);
    if (seat !== null && wanted !== undefined && seat.team !== team) throw teamFull(wanted);
    return this.#changes.save(tx, { before, after: withMember(before, member) });
  }

  /** A member who was away when the match began, or has left it, takes part again; if there is no seat left, a member all the same. */
  async #seatMember(tx: Tx, before: FullLobby, member: Member): Promise<FullLobby> {
    if (!this.#takesLate(before)) return before;
    const seat = await this.#takeSeat(tx, before, member).catch(nullIfFull);
    if (seat === null) return before;
    const now = (await raiseRevs(tx, [member.playerId])).get(member.playerId);
    this.#changes.nudge(tx, member.playerId);
    return withChangedMember(before, { ...member, ...now });
  }

  /** null if no match is played, or the player is in it. It comes before players are locked. */
  async #takeSeat(tx: Tx, { lobby }: FullLobby, { playerId, displayName, team }: Member): Promise<Seated | null> {
    if (lobby.state !== 'in-match' || lobby.matchId === null) return null;
    const teams = this.#changes.teamsOf(lobby.game);
    const teamAmong = (present: readonly Seated[]) => lateTeam(present, { wish: team, teams });
    return this.#matches.joinMatch(tx, lobby.matchId, { playerId, displayName, teamAmong });
  }

  #takesLate({ lobby }: FullLobby): boolean {
    return this.#games.get(lobby.game)?.lateJoin ?? false;
  }

  async #newMember(tx: Tx, playerId: string, team: string | null): Promise<Member> {
    const player = await findPlayer(tx.sql, playerId);
    // As after the database was replaced: the token outlived its player.
    if (player === null) throw new ProblemError('token-invalid', 'The player of this token is not there any more.');
    const none = { ready: false, connected: true, awaySince: null, dataPublic: {}, dataMembers: {} };
    return { playerId, ...player, ...none, team, joinedAt: this.#changes.now() };
  }
}

class NoneFree extends Error {}

function nullIfFull(error: unknown): null {
  if (error instanceof ProblemError && error.code === 'lobby-full') return null;
  throw error;
}

function refusalByPassword({ lobby }: FullLobby, admission: Admission): ProblemError | null {
  if (lobby.passwordHash === null) return null;
  if (admission.comparedHash !== lobby.passwordHash && admission.hadPassword) throw new StaleAdmission();
  return admission.passwordRight
    ? null
    : new ProblemError('wrong-password', `The password of ${lobby.id} is another one.`);
}

function lobbyRow(draft: LobbyDraft, host: Member): FullLobby['lobby'] {
  const { game, passwordHash, maxPlayers, startMode, settings, dataPublic, dataMembers } = draft;
  return {
    id: newId('l', host.joinedAt.getTime()),
    version: 1,
    game: game.name,
    name: draft.name ?? `${host.displayName}'s game`,
    state: 'open',
    reason: null,
    locked: false,
    private: draft.private,
    passwordHash,
    code: drawCode(),
    hostId: host.playerId,
    startMode,
    minPlayers: game.players.min,
    maxPlayers,
    memberCount: 1,
    settings,
    dataPublic,
    dataMembers,
    countdownEndsAt: null,
    startDue: startMode === 'instant',
    matchId: null,
    lastMatchId: null,
    emptySince: null,
    createdAt: host.joinedAt,
    updatedAt: host.joinedAt,
  };
}
