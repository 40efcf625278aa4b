import type { Clock } from '../clock.ts';
import type { GameRegistry } from '../games/registry.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import type { Database } from '../store/transaction.ts';
import { type FullLobby, type LobbyRow, memberOf } from './full-lobby.ts';
import { type Joiner, refusalBeforePassword } from './join-rules.ts';
import { isVisible } from './lobby-access.ts';
import { normalizeCode } from './lobby-code.ts';
import { findLobby, lobbyIdByCode, lobbyIdOf, type Sql } from './lobby-store.ts';
import { isBarred } from './member-store.ts';
import type { Passwords } from './passwords.ts';

/** What somebody shows at the door of a lobby, and who it is. */
export interface Knock {
  readonly playerId: string;
  /** The client's own address. */
  readonly address: string;
  readonly code: string | null;
  readonly password: string | null;
}

/** What was found out before the transaction. */
export interface Admission {
  readonly lobbyId: string;
  /** The code was the lobby's. */
  readonly codeRight: boolean;
  /** A password came along. */
  readonly hadPassword: boolean;
  /** Hash that the password was compared with; null if it wasn't compared. */
  readonly comparedHash: string | null;
  readonly passwordRight: boolean;
}

/** The password was changed, or began to matter, since it was looked at: look again. */
export class StaleAdmission extends Error {
  override readonly name = 'StaleAdmission';
}

export interface DoorParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly games: GameRegistry;
  readonly limits: RateLimits;
  readonly passwords: Passwords;
}

/** Compares codes and passwords, outside of transactions: it takes time, and wrong ones are counted. */
export class Door {
  readonly #parts: DoorParts;

  constructor(parts: DoorParts) {
    this.#parts = parts;
  }

  /**
   * Refuses nobody but who has guessed too often: what speaks against a join is judged in its transaction.
   * @throws ProblemError `rate-limited`
   */
  async examine(lobbyId: string, knock: Knock): Promise<Admission> {
    const full = await findLobby(this.#parts.db, lobbyId);
    if (full !== null && memberOf(full, knock.playerId) !== undefined) return knocked(lobbyId, knock);
    const visible = full !== null && isVisible(full, knock.playerId, this.#parts.clock.now());
    const codeRight = !visible && (await this.#codeIsRight(full, knock));
    if (full === null || (!visible && !codeRight)) return knocked(lobbyId, knock);
    const { passwordHash } = full.lobby;
    const { password } = knock;
    if (passwordHash === null || password === null || !(await this.#passwordMatters(full, knock))) {
      return { ...knocked(lobbyId, knock), codeRight };
    }
    const passwordRight = await this.#count(knock, () => this.#parts.passwords.matches(password, passwordHash));
    return { ...knocked(lobbyId, knock), codeRight, comparedHash: passwordHash, passwordRight };
  }

  /** Id of the lobby with a code; null if there is none. @throws ProblemError `rate-limited` */
  async find(knock: Knock): Promise<string | null> {
    const code = normalizeCode(knock.code ?? '');
    let lobbyId: string | null = null;
    await this.#count(knock, async () => {
      if (code !== null) lobbyId = await lobbyIdByCode(this.#parts.db, code);
      return lobbyId !== null;
    });
    return lobbyId;
  }

  /**
   * Whether the code opens a lobby that isn't there without it. Whoever shows anything at such a door has guessed, also
   * where there is no lobby at all: neither the count nor the time that a comparison takes may tell the two apart.
   */
  async #codeIsRight(full: FullLobby | null, knock: Knock): Promise<boolean> {
    const { code, password } = knock;
    if (code === null && password === null) return false;
    return this.#count(knock, () =>
      Promise.resolve(full !== null && code !== null && normalizeCode(code) === full.lobby.code),
    );
  }

  /** Whether nothing else keeps the player out: then the comparison, which is dear, is of no use. */
  async #passwordMatters(full: FullLobby, { playerId }: Knock): Promise<boolean> {
    const { db, games } = this.#parts;
    const joiner = await joinerOf(db, full.lobby, { playerId, team: null });
    return refusalBeforePassword(full, joiner, { lateJoin: games.get(full.lobby.game)?.lateJoin ?? false }) === null;
  }

  /** Counts before it compares, so that no number of guesses at the same time gets past the limit. */
  async #count({ playerId, address }: Knock, isRight: () => Promise<boolean>): Promise<boolean> {
    const { limits } = this.#parts;
    const counted = await limits.count({ name: 'wrongSecret', address }, playerId);
    const right = await isRight();
    if (right) await counted.giveBack();
    return right;
  }
}

function knocked(lobbyId: string, { password }: Knock): Admission {
  return { lobbyId, codeRight: false, hadPassword: password !== null, comparedHash: null, passwordRight: false };
}

/** What the rules ask about a player at the door. */
export async function joinerOf(sql: Sql, lobby: LobbyRow, joiner: Pick<Joiner, 'playerId' | 'team'>): Promise<Joiner> {
  const barred = await isBarred(sql, lobby.id, joiner.playerId);
  return { ...joiner, barred, otherLobbyId: await lobbyIdOf(sql, joiner.playerId) };
}
