import { setTimeout as pause } from 'node:timers/promises';

const CALL_LIMIT_MS = 5_000;
const INSIST_LIMIT_MS = 90_000;
const INSIST_PAUSE_MS = 200;
const UNAUTHENTICATED = 401;
/** Refusals of the caller: asking again gives the same. */
const FIRST_FINAL_STATUS = 400;
const FIRST_SERVER_STATUS = 500;

interface SignedIn {
  readonly player: { readonly id: string };
  readonly session: { readonly accessToken: string; readonly refreshToken: string };
}

/** What was asked, such as `POST /lobbies`, and with what. */
export interface Call {
  readonly what: string;
  readonly body?: object;
  readonly idempotencyKey?: string;
}

export class RestError extends Error {
  override readonly name = 'RestError';
  readonly status: number;

  constructor(what: string, status: number, text: string) {
    super(`${what}: ${status} ${text}`);
    this.status = status;
  }
}

/** A player without an SDK: plain calls, as somebody with another language would make them. */
export class Rest {
  readonly #endpoint: string;
  #session: SignedIn['session'] | null = null;
  playerId = '';

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  async signIn(displayName: string): Promise<void> {
    const signedIn = await this.insist<SignedIn>({ what: 'POST /auth/guest', body: { displayName } });
    this.#session = signedIn.session;
    this.playerId = signedIn.player.id;
  }

  /** @throws RestError for a status other than 2xx; another error if no answer came */
  async call<Answer>(call: Call): Promise<Answer> {
    try {
      return await this.#once<Answer>(call);
    } catch (error) {
      if (!(error instanceof RestError) || error.status !== UNAUTHENTICATED || this.#session === null) throw error;
      const { refreshToken } = this.#session;
      this.#session = (await this.#once<SignedIn>({ what: 'POST /auth/refresh', body: { refreshToken } })).session;
      return await this.#once<Answer>(call);
    }
  }

  /** Asks again for as long as the service has no answer, up to 90 s: for what may happen twice, or has a key. */
  async insist<Answer>(call: Call): Promise<Answer> {
    const endMs = performance.now() + INSIST_LIMIT_MS;
    for (;;) {
      try {
        return await this.call<Answer>(call);
      } catch (error) {
        if (isFinal(error) || performance.now() > endMs) throw error;
        await pause(INSIST_PAUSE_MS);
      }
    }
  }

  async #once<Answer>({ what, body, idempotencyKey }: Call): Promise<Answer> {
    const [method = '', route = ''] = what.split(' ');
    const token = this.#session?.accessToken;
    const response = await fetch(`${this.#endpoint}/v1${route}`, {
      method,
      headers: {
        ...(body && { 'Content-Type': 'application/json' }),
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...(idempotencyKey !== undefined && { 'Idempotency-Key': idempotencyKey }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(CALL_LIMIT_MS),
    });
    const text = await response.text();
    if (!response.ok) throw new RestError(what, response.status, text);
    return (text === '' ? null : JSON.parse(text)) as Answer;
  }
}

/** `idempotency-in-progress` (409) passes, as do 429 and 5xx. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof RestError)) return false;
  const passes = error.status === 429 || error.message.includes('"retryable":true');
  return error.status >= FIRST_FINAL_STATUS && error.status < FIRST_SERVER_STATUS && !passes;
}
