/** Signing in, staying signed in, signing out. */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { ACCESS_TOKEN_MS, REFRESH_GRACE_MS, REFRESH_TOKEN_MS } from '../../protocol/limits.ts';
import type { GuestSignIn, Session, SignedIn } from '../../protocol/players.ts';
import type { Bus } from '../cluster/ports.ts';
import type { Clock } from '../clock.ts';
import type { AccessTokens } from '../http/access-tokens.ts';
import { ProblemError } from '../http/problem.ts';
import type { Caller } from '../http/route.ts';
import { newId } from '../store/ids.ts';
import type { Tx } from '../store/transaction.ts';
import { findByDeviceKey, findPlacedPlayer, insertGuest } from './player-store.ts';
import { ownView } from './player-view.ts';
import type { Revocations } from './revocations.ts';
import {
  endSession,
  type FoundToken,
  insertRefreshToken,
  insertSession,
  lockRefreshToken,
  markRotated,
} from './session-store.ts';

const REFRESH_TOKEN_BYTES = 32;

export interface SessionServiceOptions {
  readonly clock: Clock;
  readonly tokens: AccessTokens;
  readonly revocations: Revocations;
  readonly bus: Bus;
}

/** A refresh token was used again, too late: its session has ended. */
export interface ReusedToken {
  readonly reusedIn: string;
}

export class SessionService {
  readonly #clock: Clock;
  readonly #tokens: AccessTokens;
  readonly #revocations: Revocations;
  readonly #bus: Bus;

  constructor({ clock, tokens, revocations, bus }: SessionServiceOptions) {
    this.#clock = clock;
    this.#tokens = tokens;
    this.#revocations = revocations;
    this.#bus = bus;
  }

  /**
   * Signs in the guest of a device key, who is made at the first time; without a key always a new one.
   * @throws ProblemError `banned`
   */
  async signInAsGuest(
    tx: Tx,
    { deviceKey, displayName }: GuestSignIn,
  ): Promise<SignedIn & { readonly created: boolean }> {
    const deviceKeyHash = deviceKey ? sha256(deviceKey) : null;
    const id = newId('p');
    const name = displayName ?? `Guest-${randomInt(1_000, 10_000)}`;
    const created = await insertGuest(tx, { id, displayName: name, deviceKeyHash, createdAt: this.#clock.now() });
    const playerId = created ? id : await this.#knownGuest(tx, deviceKeyHash);
    const sessionId = newId('s');
    await insertSession(tx, { id: sessionId, playerId, createdAt: this.#clock.now() });
    return { ...(await this.#signedIn(tx, { id: playerId, sessionId })), created };
  }

  async #knownGuest(tx: Tx, deviceKeyHash: Buffer | null): Promise<string> {
    const known = deviceKeyHash && (await findByDeviceKey(tx, deviceKeyHash));
    if (!known) throw new Error('a new guest was in conflict with nobody');
    if (known.bannedAt) throw new ProblemError('banned', 'The operator has banned this player.');
    return known.id;
  }

  /**
   * Rotates a refresh token. The one before gets another successor for 30 s; later it is taken as stolen and the session
   * ends, which must be committed: hence a value and no throw.
   * @throws ProblemError `token-invalid`, `token-expired`, `banned`
   */
  async refresh(tx: Tx, refreshToken: string): Promise<SignedIn | ReusedToken> {
    const hash = sha256(refreshToken);
    const found = await lockRefreshToken(tx, hash);
    const now = this.#clock.now();
    const { token, playerId } = usable(found, now);
    if (token.rotatedAt && token.rotatedAt.getTime() + REFRESH_GRACE_MS < now.getTime()) {
      await this.signOut(tx, { id: playerId, sessionId: token.sessionId });
      return { reusedIn: token.sessionId };
    }
    if (!token.rotatedAt) await markRotated(tx, hash, now);
    return this.#signedIn(tx, { id: playerId, sessionId: token.sessionId });
  }

  /** Ends a session: all of its tokens are invalid from the next request on, its hubs close. */
  async signOut(tx: Tx, { id: playerId, sessionId }: Caller): Promise<void> {
    await endSession(tx, sessionId, this.#clock.now());
    tx.afterCommit(() => {
      this.#revocations.end(sessionId);
      this.#bus.publish('session', { sessionId, playerId });
    });
  }

  async #signedIn(tx: Tx, caller: Caller): Promise<SignedIn> {
    const placed = await findPlacedPlayer(tx.sql, caller.id);
    if (!placed) throw new Error(`${caller.id} has signed in and is not there`);
    return { player: ownView(placed), session: await this.#session(tx, caller) };
  }

  async #session(tx: Tx, caller: Caller): Promise<Session> {
    const refreshToken = randomBytes(REFRESH_TOKEN_BYTES).toString('base64url');
    await insertRefreshToken(tx, {
      hash: sha256(refreshToken),
      sessionId: caller.sessionId,
      expiresAt: new Date(this.#clock.now().getTime() + REFRESH_TOKEN_MS),
    });
    return {
      accessToken: this.#tokens.issue(caller),
      expiresInMs: ACCESS_TOKEN_MS,
      refreshToken,
      refreshExpiresInMs: REFRESH_TOKEN_MS,
    };
  }
}

function usable(found: FoundToken | null, now: Date): FoundToken {
  if (!found || found.ended) throw new ProblemError('token-invalid', 'This is no refresh token of a running session.');
  if (found.token.expiresAt <= now) throw new ProblemError('token-expired', 'Sign in again.');
  if (found.banned) throw new ProblemError('banned', 'The operator has banned this player.');
  return found;
}

function sha256(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
