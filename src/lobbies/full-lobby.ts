import type { lobbies } from '../store/schema.ts';

/** A lobby's row. */
export type LobbyRow = typeof lobbies.$inferSelect;
export type JsonData = Record<string, unknown>;

/** A member, with what the views show of the player. */
export interface Member {
  readonly playerId: string;
  readonly displayName: string;
  /** The player's membership revision: `rev` of the hub. */
  readonly rev: number;
  readonly ready: boolean;
  readonly team: string | null;
  readonly connected: boolean;
  /** Since when its clocks run; null while connected. */
  readonly awaySince: Date | null;
  readonly dataPublic: JsonData;
  readonly dataMembers: JsonData;
  readonly joinedAt: Date;
}

/** A lobby and its members, who are in the order in which they joined. Never changed in place. */
export interface FullLobby {
  readonly lobby: Readonly<LobbyRow>;
  readonly members: readonly Member[];
}

export function connectedMembers({ members }: FullLobby): readonly Member[] {
  return members.filter((member) => member.connected);
}

export function memberOf({ members }: FullLobby, playerId: string): Member | undefined {
  return members.find((member) => member.playerId === playerId);
}
