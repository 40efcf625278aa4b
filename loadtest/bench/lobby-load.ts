export interface LobbiesToOpen {
  readonly dataDir: string;
  /** Open lobbies, each with a host. */
  readonly open: number;
  /** Signed-in players without a lobby. */
  readonly signed: number;
}

export interface Signed {
  /** Access tokens. */
  readonly players: readonly string[];
  readonly hosts: readonly { readonly token: string; readonly lobbyId: string }[];
}

/** What happened to lobbies, and to those who looked. */
export interface ChangeCounts {
  readonly changes: number;
  /** Changes that were refused or lost. */
  readonly failed: number;
  /** Lists that were read right after a change was acknowledged. */
  readonly checks: number;
  /** Those that didn't show it. */
  readonly unseen: number;
  readonly lastFault: string | null;
}
