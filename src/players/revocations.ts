import { and, gt, isNotNull } from 'drizzle-orm';
import { ACCESS_TOKEN_MS } from '../../protocol/limits.ts';
import type { Clock } from '../clock.ts';
import type { RevocationList } from '../http/authenticator.ts';
import { players, sessions } from '../store/schema.ts';
import type { Database } from '../store/transaction.ts';

/**
 * Ended sessions and banned players, in memory, so that no request needs SQL to be turned away. What this process ends
 * counts at once; what others do, and what was done before a restart, comes with {@link load}.
 */
export class Revocations implements RevocationList {
  readonly #clock: Clock;
  /** By session: until when an access token of it might still be good. */
  readonly #ended = new Map<string, number>();
  #banned: ReadonlySet<string> = new Set();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isEnded(sessionId: string): boolean {
    return this.#ended.has(sessionId);
  }

  isBanned(playerId: string): boolean {
    return this.#banned.has(playerId);
  }

  /** A session has ended: its access tokens are invalid from now on. */
  end(sessionId: string): void {
    this.#ended.set(sessionId, this.#clock.now().getTime() + ACCESS_TOKEN_MS);
  }

  /** Reads everything that may still matter. To be awaited before the first request, and called again every now and then. */
  async load(db: Database): Promise<void> {
    const nowMs = this.#clock.now().getTime();
    const since = new Date(nowMs - ACCESS_TOKEN_MS);
    const ended = await db
      .select({ id: sessions.id, endedAt: sessions.endedAt })
      .from(sessions)
      .where(and(isNotNull(sessions.endedAt), gt(sessions.endedAt, since)));
    const banned = await db.select({ id: players.id }).from(players).where(isNotNull(players.bannedAt));
    for (const { id, endedAt } of ended) this.#ended.set(id, (endedAt ?? since).getTime() + ACCESS_TOKEN_MS);
    this.#banned = new Set(banned.map(({ id }) => id));
    for (const [id, untilMs] of this.#ended) if (untilMs < nowMs) this.#ended.delete(id);
  }
}
