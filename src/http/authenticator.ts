import { createHash, timingSafeEqual } from 'node:crypto';
import type { AccessTokens } from './access-tokens.ts';
import { ProblemError } from './problem.ts';
import type { Caller } from './route.ts';

/** Who may no longer call, though their access tokens haven't run out. Answered from memory. */
export interface RevocationList {
  isEnded(sessionId: string): boolean;
  isBanned(playerId: string): boolean;
}

export interface AuthenticatorOptions {
  readonly tokens: AccessTokens;
  readonly revocations: RevocationList;
  /** null: nobody is the operator. */
  readonly operatorToken: string | null;
  /** Told of each call of a player: a sign of life. It must not throw. */
  readonly onAuthenticated: (playerId: string) => void;
}

/** Turns an `Authorization` header into a caller. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /** @throws ProblemError `unauthenticated`, `token-expired`, `token-invalid`, `banned` */
  player(authorization: string | undefined): Caller {
    const { tokens, revocations, onAuthenticated } = this.#options;
    const caller = tokens.verify(bearer(authorization));
    if (revocations.isEnded(caller.sessionId)) throw new ProblemError('token-invalid', 'This session has ended.');
    if (revocations.isBanned(caller.id)) throw new ProblemError('banned', 'The operator has banned this player.');
    onAuthenticated(caller.id);
    return caller;
  }

  /** @throws ProblemError `unauthenticated`, `token-invalid` */
  operator(authorization: string | undefined): void {
    const given = bearer(authorization);
    const { operatorToken } = this.#options;
    if (operatorToken === null || !timingSafeEqual(sha256(given), sha256(operatorToken))) {
      throw new ProblemError('token-invalid', "This is not the operator's token.");
    }
  }
}

function bearer(authorization: string | undefined): string {
  const token = /^Bearer +(\S.*)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) throw new ProblemError('unauthenticated', 'Send Authorization: Bearer and an access token.');
  return token.trim();
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
