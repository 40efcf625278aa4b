import { asGyreError, GyreError } from './gyre-error.ts';
import type { HttpClient, HttpRequest, TokenSource } from './http-client.ts';
import { LiveValue } from './live.ts';
import { randomId } from './random-id.ts';
import type { StoredSession, Vault } from './vault.ts';
import type { PlayerView } from './views.ts';

/** Requests of a signed-in player. */
export interface Api {
  call<Body>(request: HttpRequest): Promise<Body>;
}

interface SignedIn {
  readonly player: PlayerView;
  readonly session: { readonly accessToken: string; readonly expiresInMs: number; readonly refreshToken: string };
}

/** An access token with less than this left is renewed before it is used. */
const RENEW_AHEAD_MS = 60_000;
const DEVICE_KEY_BITS = 256;

export interface SessionOptions {
  readonly http: HttpClient;
  readonly vault: Vault;
  /** Tells the locks of several services on one page apart. */
  readonly endpoint: string;
}

/** Who is signed in, and the tokens for it. */
export class Session implements TokenSource, Api {
  readonly player = new LiveValue<PlayerView | null>(null);
  readonly #options: SessionOptions;
  #renewing: Promise<StoredSession> | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  call<Body>(request: HttpRequest): Promise<Body> {
    return this.#options.http.authorized<Body>(request, this);
  }

  async signInAsGuest(displayName: string | undefined): Promise<PlayerView> {
    const deviceKey = this.#options.vault.read().deviceKey ?? randomId(DEVICE_KEY_BITS);
    // Kept before it is used: an answer that gets lost must not leave a player behind whom nobody can become again.
    this.#options.vault.write({ deviceKey });
    const signedIn = await this.#options.http.anonymous<unknown>({
      method: 'POST',
      path: '/v1/auth/guest',
      body: { deviceKey, displayName },
      repeatable: true,
    });
    return this.#accept(signedIn);
  }

  /** Takes up the stored session. Null if there is none, or it has ended. */
  async resume(): Promise<PlayerView | null> {
    if (!this.#options.vault.read().session) return null;
    try {
      const player = await this.call<PlayerView>({ method: 'GET', path: '/v1/players/me' });
      this.player.set(player);
      return player;
    } catch (error) {
      if (GyreError.is(error, 'signed-out')) return null;
      throw error;
    }
  }

  /** Ends the session on the server too; the server being away doesn't keep anyone signed in here. */
  async signOut(forget: boolean): Promise<void> {
    if (this.#options.vault.read().session) {
      // Signed out on this side whatever the server says; what it did not hear of runs out by itself.
      await this.call({ method: 'DELETE', path: '/v1/auth/sessions/current', repeatable: true }).catch(() => undefined);
    }
    this.end();
    if (forget) this.#options.vault.write({ deviceKey: undefined });
  }

  /** The session is over: forget its tokens. The device key stays, so that the same guest can sign in again. */
  end(): void {
    this.#options.vault.write({ session: undefined });
    this.player.set(null);
  }

  /** Asks the server whether the stored session is still good; if not, it is over here too. */
  async isAlive(): Promise<boolean> {
    try {
      this.player.set(await this.call<PlayerView>({ method: 'GET', path: '/v1/players/me' }));
      return true;
    } catch (error) {
      const { status, code } = asGyreError(error);
      // A server that is away or busy says nothing about the session; the hub will ask again.
      if (status !== 401 && code !== 'signed-out' && code !== 'banned') return code !== 'closed';
      this.end();
      return false;
    }
  }

  async accessToken(): Promise<string> {
    const session = this.#stored();
    if (session.accessEndsAtMs - Date.now() > RENEW_AHEAD_MS) return session.accessToken;
    try {
      return (await this.#renewOnce(session)).accessToken;
    } catch (error) {
      // Ahead of time it is no harm that it failed.
      if (session.accessEndsAtMs > Date.now() && !GyreError.is(error, 'signed-out')) return session.accessToken;
      throw error;
    }
  }

  async renew(stale: string): Promise<string> {
    const session = this.#stored();
    if (session.accessToken !== stale) return session.accessToken;
    return (await this.#renewOnce(session)).accessToken;
  }

  #stored(): StoredSession {
    const { session } = this.#options.vault.read();
    if (!session) throw new GyreError('signed-out', 'nobody is signed in');
    return session;
  }

  /** One at a time: a rotating token that is used twice looks stolen. */
  #renewOnce(session: StoredSession): Promise<StoredSession> {
    this.#renewing ??= this.#locked(() => this.#renew(session)).finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  /** One tab at a time, where tabs share their storage and the browser has locks. */
  #locked(run: () => Promise<StoredSession>): Promise<StoredSession> {
    const locks = this.#options.vault.shared ? globalThis.navigator?.locks : undefined;
    return locks ? locks.request(`gyre-refresh:${this.#options.endpoint}`, run) : run();
  }

  async #renew(before: StoredSession): Promise<StoredSession> {
    // While this tab waited for the lock, another one may have done it.
    const session = this.#stored();
    if (session.accessToken !== before.accessToken) return session;
    try {
      const signedIn = await this.#options.http.anonymous<unknown>({
        method: 'POST',
        path: '/v1/auth/refresh',
        body: { refreshToken: session.refreshToken },
        repeatable: true,
      });
      // Whoever has signed out or in anew meanwhile means that.
      if (this.#isStored(session)) this.#accept(signedIn);
      return this.#stored();
    } catch (error) {
      const failure = asGyreError(error);
      if (failure.status !== 401 && failure.code !== 'banned') throw failure;
      if (!this.#isStored(session)) return this.#stored();
      this.end();
      throw new GyreError('signed-out', 'the session has ended', { status: failure.status, cause: failure });
    }
  }

  #isStored({ refreshToken }: StoredSession): boolean {
    return this.#options.vault.read().session?.refreshToken === refreshToken;
  }

  #accept(answer: unknown): PlayerView {
    if (!isSignedIn(answer)) throw new GyreError('unexpected-response', 'the answer is no sign-in');
    const { player, session } = answer;
    this.#options.vault.write({
      session: {
        accessToken: session.accessToken,
        accessEndsAtMs: Date.now() + session.expiresInMs,
        refreshToken: session.refreshToken,
      },
    });
    this.player.set(player);
    return player;
  }
}

/** Whether an answer has what is kept of it: a proxy's may be JSON too. */
function isSignedIn(answer: unknown): answer is SignedIn {
  const { player, session } = (answer ?? {}) as { readonly [Part in keyof SignedIn]?: Partial<SignedIn[Part]> | null };
  const tokens = [session?.accessToken, session?.refreshToken];
  return (
    typeof player?.id === 'string' &&
    typeof session?.expiresInMs === 'number' &&
    tokens.every((token) => typeof token === 'string')
  );
}
