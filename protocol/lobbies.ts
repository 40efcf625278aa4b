import { z } from 'zod';
import { TeamInfo } from './games.ts';
import { ChatText, CountdownMs, DisplayName, Id, JsonObject, LobbyName, LobbyPassword, Timestamp } from './shapes.ts';
import { LOBBY_REASONS, LOBBY_STATES, START_MODES } from './states.ts';

/** `public` is for everyone who may see the lobby, `members` for its members. */
export const ScopedData = z.object({ public: JsonObject, members: JsonObject.optional() });
export type ScopedData = z.infer<typeof ScopedData>;

export const LobbyMember = z.object({
  playerId: Id,
  displayName: z.string(),
  ready: z.boolean(),
  team: z.string().nullable(),
  connected: z.boolean(),
  joinedAt: Timestamp,
  data: ScopedData,
});
export type LobbyMember = z.infer<typeof LobbyMember>;

/** A lobby as its caller may see it: `rev` and `code` are for members, `members` is absent in lists. */
export const Lobby = z
  .object({
    id: Id,
    version: z.int().positive(),
    rev: z.int().nonnegative().optional(),
    game: z.string(),
    name: z.string(),
    state: z.enum(LOBBY_STATES),
    reason: z.enum(LOBBY_REASONS).nullable(),
    locked: z.boolean(),
    private: z.boolean(),
    hasPassword: z.boolean(),
    code: z.string().optional(),
    hostId: Id,
    startMode: z.enum(START_MODES),
    minPlayers: z.int().positive(),
    maxPlayers: z.int().positive(),
    memberCount: z.int().nonnegative(),
    openSlots: z.int().nonnegative(),
    teams: z.array(TeamInfo),
    settings: JsonObject,
    data: ScopedData,
    members: z.array(LobbyMember).optional(),
    countdownEndsAt: Timestamp.nullable(),
    matchId: Id.nullable(),
    lastMatchId: Id.nullable(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'Lobby' });
export type Lobby = z.infer<typeof Lobby>;

const DataPatch = z.strictObject({ public: JsonObject.nullish(), members: JsonObject.nullish() });
export type DataPatch = z.infer<typeof DataPatch>;

/** In POST, null means left out. */
export const LobbyCreate = z.strictObject({
  game: z.string(),
  name: LobbyName.nullish(),
  private: z.boolean().nullish(),
  password: LobbyPassword.nullish(),
  maxPlayers: z.int().positive().nullish(),
  startMode: z.enum(START_MODES).nullish(),
  settings: JsonObject.nullish(),
  data: DataPatch.nullish(),
});
export type LobbyCreate = z.infer<typeof LobbyCreate>;

/** A merge-patch (RFC 7386). null: no password; defaults for `settings`, empty for `data`; elsewhere 400. */
export const LobbyPatch = z.strictObject({
  name: LobbyName.optional(),
  private: z.boolean().optional(),
  password: LobbyPassword.nullable().optional(),
  maxPlayers: z.int().positive().optional(),
  locked: z.boolean().optional(),
  startMode: z.enum(START_MODES).optional(),
  settings: JsonObject.nullable().optional(),
  data: DataPatch.nullable().optional(),
});
export type LobbyPatch = z.infer<typeof LobbyPatch>;

/** PUT counts as POST here: null means left out. */
export const LobbyJoin = z.strictObject({
  password: z.string().max(256).nullish(),
  code: z.string().max(64).nullish(),
  team: z.string().nullish(),
});
export type LobbyJoin = z.infer<typeof LobbyJoin>;

export const JoinByCode = z.strictObject({ code: z.string().max(64), password: z.string().max(256).nullish() });
export type JoinByCode = z.infer<typeof JoinByCode>;

export const QuickJoin = z.strictObject({
  game: z.string(),
  /** The list's filter, by the list's names: `{ "openSlots.ge": 2 }`. */
  where: JsonObject.nullish(),
  create: LobbyCreate.omit({ game: true }).nullish(),
});
export type QuickJoin = z.infer<typeof QuickJoin>;

export const MemberPatch = z.strictObject({
  ready: z.boolean().optional(),
  team: z.string().nullable().optional(),
  data: DataPatch.nullable().optional(),
});
export type MemberPatch = z.infer<typeof MemberPatch>;

export const HostChange = z.strictObject({ playerId: Id });
export const StartRequest = z.strictObject({ countdownMs: CountdownMs.nullish() });
export type StartRequest = z.infer<typeof StartRequest>;

export const ChatSend = z.strictObject({ text: ChatText });
export const ChatMessage = z
  .object({ id: Id, playerId: Id, displayName: DisplayName, text: z.string(), sentAt: Timestamp })
  .meta({ id: 'ChatMessage' });
export type ChatMessage = z.infer<typeof ChatMessage>;

export const ReportCreate = z.strictObject({ playerId: Id, reason: ChatText, messageId: Id.nullish() });
export type ReportCreate = z.infer<typeof ReportCreate>;
