/** Everything about who somebody is, put together. */
import { lt } from 'drizzle-orm';
import type { ClusterView } from '../cluster/cluster-view.ts';
import type { Bus } from '../cluster/ports.ts';
import type { Clock } from '../clock.ts';
import { AccessTokens } from '../http/access-tokens.ts';
import { Authenticator } from '../http/authenticator.ts';
import { purgeKept } from '../http/idempotency-store.ts';
import type { Route } from '../http/route.ts';
import type { Logger } from '../ops/logging.ts';
import { Periodic } from '../ops/periodic.ts';
import { refreshTokens } from '../store/schema.ts';
import type { Database } from '../store/transaction.ts';
import { authRoutes } from './auth-routes.ts';
import { playerRoutes } from './player-routes.ts';
import { PlayerService } from './player-service.ts';
import { Revocations } from './revocations.ts';
import { SessionService } from './session-service.ts';

export interface AccountsOptions {
  readonly db: Database;
  readonly bus: Bus;
  readonly cluster: ClusterView;
  readonly clock: Clock;
  readonly log: Logger;
  readonly secret: string;
  readonly operatorToken: string | null;
  /** Resolves when the processes that can be reached know that a session has ended; it must not reject. Left out: there are none. */
  readonly tellOthers?: (sessionId: string) => Promise<void>;
  /** Told of each call of a signed-in player. It must not throw. */
  readonly onAuthenticated: (playerId: string) => void;
  /** Told of a lobby whose member has another name, before anyone else learns of it. It must not throw. */
  readonly onLobbyTouched: (lobbyId: string) => void;
}

/** Another process may have ended a session, and its nudge been lost. */
const REVOCATIONS_EVERY_MS = 5_000;
const PURGE_EVERY_MS = 3_600_000;

export class Accounts {
  readonly authenticator: Authenticator;
  readonly routes: readonly Route[];
  readonly #options: AccountsOptions;
  readonly #revocations: Revocations;
  readonly #periodic: Periodic;
  #unsubscribe: (() => void)[] = [];

  constructor(options: AccountsOptions) {
    const { db, bus, clock, log, secret, operatorToken, onAuthenticated, onLobbyTouched } = options;
    const { tellOthers = async () => {} } = options;
    const tokens = new AccessTokens(secret, clock);
    this.#options = options;
    this.#revocations = new Revocations(clock);
    this.authenticator = new Authenticator({ tokens, revocations: this.#revocations, operatorToken, onAuthenticated });
    const sessions = new SessionService({ clock, tokens, revocations: this.#revocations, bus });
    this.routes = [
      ...authRoutes({ db, sessions, tellOthers }),
      ...playerRoutes({ db, players: new PlayerService({ clock, bus, onLobbyTouched }) }),
    ];
    this.#periodic = new Periodic(
      [
        { name: 'revocations', everyMs: REVOCATIONS_EVERY_MS, run: () => this.#revocations.load(db) },
        { name: 'purge', everyMs: PURGE_EVERY_MS, run: () => this.#purge() },
      ],
      log,
    );
  }

  /** To be awaited before the first request: what was revoked before a restart stays so. */
  async start(): Promise<void> {
    this.#unsubscribe = [
      this.#options.bus.subscribe('session', ({ sessionId }) => this.#revocations.end(sessionId)),
      this.#options.bus.onReturn(() => void this.#catchUp()),
    ];
    // After that: what another process ends meanwhile is not missed.
    await this.#revocations.load(this.#options.db);
    this.#periodic.start();
  }

  /** Another process has ended a session. */
  signedOut(sessionId: string): void {
    this.#revocations.end(sessionId);
  }

  async stop(): Promise<void> {
    for (const end of this.#unsubscribe) end();
    await this.#periodic.stop();
  }

  /** Nudges may have been lost. */
  async #catchUp(): Promise<void> {
    const { db, log } = this.#options;
    // The next time is soon.
    await this.#revocations.load(db).catch((err: unknown) => log.warn({ err }, 'revocations could not be read'));
  }

  async #purge(): Promise<void> {
    const { db, clock, cluster } = this.#options;
    if (!cluster.isFirst()) return;
    await purgeKept(db, clock.now());
    await db.delete(refreshTokens).where(lt(refreshTokens.expiresAt, clock.now()));
  }
}
