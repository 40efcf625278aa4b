import { CloseCode } from '../protocol/close-codes.ts';

/**
 * What to do about a socket that closed:
 * - `again`: dial again with the same right;
 * - `ask`: the right is no good any more: ask for another one over REST;
 * - `final`: it is over.
 */
export type CloseVerdict = 'again' | 'ask' | 'final';

const FINAL: ReadonlySet<number> = new Set([
  CloseCode.consented,
  CloseCode.finished,
  CloseCode.kicked,
  CloseCode.signedOut,
  CloseCode.banned,
  CloseCode.replaced,
  CloseCode.badInput,
  CloseCode.tooManyMessages,
  CloseCode.matchAbandoned,
  CloseCode.incompatibleBuild,
]);
const FIRST_APPLICATION_CODE = 4000;

/** Of a match's socket. */
export function matchVerdict(code: number): CloseVerdict {
  if (FINAL.has(code)) return 'final';
  // Below 4000 speaks the network or a proxy. Everything else is Colyseus' way to say that the right opened nothing,
  // or a code of a newer server.
  return code < FIRST_APPLICATION_CODE || code === CloseCode.comeBack ? 'again' : 'ask';
}

/** Of a hub's socket: only the end of the session ends it. */
export function hubVerdict(code: number): CloseVerdict {
  if (code === CloseCode.signedOut || code === CloseCode.banned) return 'final';
  return code < FIRST_APPLICATION_CODE || code === CloseCode.comeBack ? 'again' : 'ask';
}
