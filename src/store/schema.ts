import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { AbandonReason, LobbyReason, LobbyState, MatchState, StartMode } from '../../protocol/states.ts';
import type { MatchResult } from '../../protocol/room-messages.ts';

/** All tables. What is acknowledged to a client is here (or in the match log) before the answer leaves. */

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });
type Json = Record<string, unknown>;

export const players = pgTable(
  'players',
  {
    id: text().primaryKey(),
    displayName: text('display_name').notNull(),
    kind: text().notNull().$type<'guest'>(),
    /** SHA-256 of the guest's device key; null for none. */
    deviceKeyHash: bytes('device_key_hash').unique(),
    /** Raised in each transaction in which the player enters or leaves a lobby or a match: the `rev` of the hub. */
    rev: integer().notNull().default(0),
    bannedAt: at('banned_at'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [
    index('players_banned')
      .on(table.id)
      .where(sql`banned_at is not null`),
  ],
);

/** One sign-in. Ending it makes all of its tokens invalid. */
export const sessions = pgTable(
  'sessions',
  {
    id: text().primaryKey(),
    playerId: text('player_id')
      .notNull()
      .references(() => players.id),
    createdAt: at('created_at').notNull().defaultNow(),
    endedAt: at('ended_at'),
  },
  (table) => [
    index('sessions_player').on(table.playerId),
    index('sessions_ended')
      .on(table.endedAt)
      .where(sql`ended_at is not null`),
  ],
);

/** Refresh tokens, by hash. A rotated one may be presented again for a short while. */
export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    hash: bytes().primaryKey(),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id),
    expiresAt: at('expires_at').notNull(),
    rotatedAt: at('rotated_at'),
  },
  (table) => [index('refresh_tokens_session').on(table.sessionId), index('refresh_tokens_expiry').on(table.expiresAt)],
);

export const lobbies = pgTable(
  'lobbies',
  {
    id: text().primaryKey(),
    version: integer().notNull().default(1),
    game: text().notNull(),
    name: text().notNull(),
    state: text().notNull().$type<LobbyState>().default('open'),
    reason: text().$type<LobbyReason>(),
    locked: boolean().notNull().default(false),
    private: boolean().notNull().default(false),
    /** scrypt, with its salt; null for none. */
    passwordHash: text('password_hash'),
    code: text().notNull(),
    hostId: text('host_id').notNull(),
    startMode: text('start_mode').notNull().$type<StartMode>(),
    minPlayers: smallint('min_players').notNull(),
    maxPlayers: smallint('max_players').notNull(),
    memberCount: smallint('member_count').notNull(),
    settings: jsonb().notNull().$type<Json>(),
    dataPublic: jsonb('data_public').notNull().$type<Json>(),
    dataMembers: jsonb('data_members').notNull().$type<Json>(),
    countdownEndsAt: at('countdown_ends_at'),
    /** An open `instant` lobby is to be handed off by itself, without a countdown. */
    startDue: boolean('start_due').notNull().default(false),
    /** The match being handed off (`starting`) or played (`in-match`). Shown to clients only `in-match`. */
    matchId: text('match_id'),
    lastMatchId: text('last_match_id'),
    /** Since when no member is connected; null while one is. Hidden and closed by it. */
    emptySince: at('empty_since'),
    createdAt: at('created_at').notNull().defaultNow(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('lobbies_code')
      .on(table.code)
      .where(sql`state <> 'closed'`),
    index('lobbies_list').on(table.state, table.createdAt, table.id),
    index('lobbies_list_game').on(table.game, table.state, table.createdAt, table.id),
    index('lobbies_countdown')
      .on(table.countdownEndsAt)
      .where(sql`state = 'countdown'`),
    index('lobbies_start_due')
      .on(table.id)
      .where(sql`start_due`),
    index('lobbies_empty')
      .on(table.emptySince)
      .where(sql`state in ('open', 'countdown')`),
    index('lobbies_match').on(table.matchId),
  ],
);

export const lobbyMembers = pgTable(
  'lobby_members',
  {
    lobbyId: text('lobby_id')
      .notNull()
      .references(() => lobbies.id),
    /** A player is in one lobby at most. */
    playerId: text('player_id')
      .primaryKey()
      .references(() => players.id),
    ready: boolean().notNull().default(false),
    team: text(),
    connected: boolean().notNull().default(true),
    /** While not connected: the last sign of life, or the end of the match if that came later. */
    awaySince: at('away_since'),
    dataPublic: jsonb('data_public').notNull().$type<Json>().default({}),
    dataMembers: jsonb('data_members').notNull().$type<Json>().default({}),
    joinedAt: at('joined_at').notNull().defaultNow(),
    /** Orders members who joined in the same millisecond. */
    joinedSeq: bigint('joined_seq', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
  },
  (table) => [
    index('lobby_members_lobby').on(table.lobbyId, table.joinedSeq),
    index('lobby_members_away').on(table.awaySince),
  ],
);

/** One row: when presence was last judged, so that its clocks can stand still while no process runs. */
export const presenceClock = pgTable('presence_clock', {
  id: smallint().primaryKey(),
  judgedAt: at('judged_at').notNull(),
});

/** Players who were kicked from a lobby may not come back to it. */
export const lobbyBans = pgTable(
  'lobby_bans',
  {
    lobbyId: text('lobby_id')
      .notNull()
      .references(() => lobbies.id),
    playerId: text('player_id').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.lobbyId, table.playerId] })],
);

export const lobbyMessages = pgTable(
  'lobby_messages',
  {
    id: text().primaryKey(),
    lobbyId: text('lobby_id')
      .notNull()
      .references(() => lobbies.id),
    playerId: text('player_id').notNull(),
    displayName: text('display_name').notNull(),
    text: text().notNull(),
    sentAt: at('sent_at').notNull().defaultNow(),
    /** Orders messages as they were written, whoever drew their ids. */
    seq: bigint({ mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
  },
  (table) => [index('lobby_messages_lobby').on(table.lobbyId, table.seq)],
);

/** Complaints of players, kept for the operator together with what was said. */
export const reports = pgTable('reports', {
  id: text().primaryKey(),
  lobbyId: text('lobby_id').notNull(),
  reporterId: text('reporter_id').notNull(),
  playerId: text('player_id').notNull(),
  reason: text().notNull(),
  messageId: text('message_id'),
  messageText: text('message_text'),
  createdAt: at('created_at').notNull().defaultNow(),
});

export const matches = pgTable(
  'matches',
  {
    /** Also the Colyseus room id. */
    id: text().primaryKey(),
    version: integer().notNull().default(1),
    game: text().notNull(),
    lobbyId: text('lobby_id'),
    state: text().notNull().$type<MatchState>(),
    reason: text().$type<AbandonReason>(),
    /** Of a private lobby: can't be watched. */
    private: boolean().notNull().default(false),
    settings: jsonb().notNull().$type<Json>(),
    /** Seeds the room's random numbers. */
    seed: bigint({ mode: 'number' }).notNull(),
    /** Hash of all that must be alike in two builds for one to go on with the other's room. */
    compat: text().notNull(),
    /** Incarnation that runs the room; null before the hand-off and when the match is parked or over. */
    owner: text(),
    /** Fencing number: raised with each new owner. */
    epoch: integer().notNull().default(0),
    /** Incarnation whose log has the newest full state; null: the owner's, or none yet. Its log is kept until another takes it over. */
    recordedBy: text('recorded_by'),
    /** Owners since then, the oldest first: any of their logs may have a newer state. Empty when that is noted. */
    ownedSince: text('owned_since').array().notNull().default([]),
    /** Deaths of processes that are its doing: while it was restored or stepped, or, not from outside, while it was alone on probation. */
    deaths: smallint().notNull().default(0),
    /** Deaths of its processes in a row that nobody knows the cause of, and that it may have caused. */
    uncleanDeaths: smallint('unclean_deaths').notNull().default(0),
    /** Those of them that came while it was alone on probation, since it was last acquitted. */
    deathsOnProbation: smallint('deaths_on_probation').notNull().default(0),
    /** Its owner watches whether it survives this room: a death now is this room's doing. */
    onProbation: boolean('on_probation').notNull().default(false),
    /** A reservation that is not playing by then is put back. */
    reservedUntil: at('reserved_until'),
    result: jsonb().$type<MatchResult>(),
    createdAt: at('created_at').notNull().defaultNow(),
    startedAt: at('started_at'),
    finishedAt: at('finished_at'),
  },
  (table) => [
    index('matches_owner')
      .on(table.owner)
      .where(sql`state in ('reserved', 'playing')`),
    index('matches_recorded_by')
      .on(table.recordedBy)
      .where(sql`state = 'playing'`),
    index('matches_state').on(table.state, table.game, table.id),
    index('matches_lobby').on(table.lobbyId),
  ],
);

export const matchSeats = pgTable(
  'match_seats',
  {
    matchId: text('match_id')
      .notNull()
      .references(() => matches.id),
    index: smallint().notNull(),
    /** null for a bot. */
    playerId: text('player_id'),
    displayName: text('display_name').notNull(),
    team: text(),
    isBot: boolean('is_bot').notNull().default(false),
    /** Taken while the match was played. */
    late: boolean().notNull().default(false),
    /** Of the newest right that was handed out for this seat. */
    generation: integer().notNull().default(0),
    /** Left on purpose, not taken in time, or away for too long. */
    givenUpAt: at('given_up_at'),
  },
  (table) => [
    primaryKey({ columns: [table.matchId, table.index] }),
    // Who leaves and joins again gets another seat; the first stays in the record.
    uniqueIndex('match_seats_present')
      .on(table.matchId, table.playerId)
      .where(sql`given_up_at is null`),
    index('match_seats_history').on(table.playerId, table.matchId),
  ],
);

/** Answers of requests that carried an `Idempotency-Key`, written in the transaction of their effect. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    playerId: text('player_id').notNull(),
    method: text().notNull(),
    path: text().notNull(),
    key: text().notNull(),
    /** SHA-256 of the canonical JSON body. */
    bodyHash: bytes('body_hash').notNull(),
    status: smallint().notNull(),
    headers: jsonb().notNull().$type<Record<string, string>>(),
    body: jsonb().$type<unknown>(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.playerId, table.method, table.path, table.key] }),
    index('idempotency_keys_age').on(table.createdAt),
  ],
);

/** What a process says of itself with each heartbeat: placement goes by it. */
export interface ProcessLoad {
  /** Open sockets. */
  readonly clients: number;
  readonly rooms: number;
  /** How late the event loop is, at the 99th percentile of the last heartbeats. */
  readonly delayMs: number;
  /** 0–1: how much of what JavaScript may use is in use. Left out by builds that don't tell. */
  readonly memory?: number;
  /** Its last word: it ends by itself, with an error. */
  readonly failed?: boolean;
}

/** Incarnations: one row a boot of a process. */
export const processes = pgTable('processes', {
  incarnation: text().primaryKey(),
  state: text().notNull().$type<'alive' | 'draining' | 'dead' | 'stopped'>(),
  build: text().notNull(),
  /** Raised with each heartbeat of a process in a cluster. */
  counter: bigint({ mode: 'number' }).notNull().default(0),
  /** `host:port` where other processes reach it; null: it is alone. */
  address: text(),
  /** `host[:port][/path]` where clients reach it directly; null: by the shared address alone. */
  directAddress: text('direct_address'),
  /** What its build can run: `compat` by game. */
  compats: jsonb().notNull().$type<Readonly<Record<string, string>>>().default({}),
  load: jsonb().notNull().$type<ProcessLoad>().default({ clients: 0, rooms: 0, delayMs: 0 }),
  /** The match that its watchdog named when it ended the process. */
  suspect: text(),
  /** It is dead, and its log takes nothing more: its matches may be taken over. */
  sealed: boolean().notNull().default(false),
  startedAt: at('started_at').notNull().defaultNow(),
  endedAt: at('ended_at'),
});

/** Which processes have seen a sign of life of which players: a member is gone when none has. */
export const presenceSigns = pgTable(
  'presence_signs',
  {
    playerId: text('player_id').notNull(),
    incarnation: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.playerId, table.incarnation] }),
    index('presence_signs_process').on(table.incarnation),
  ],
);
