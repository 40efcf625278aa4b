import { CloseCode } from '../protocol/close-codes.ts';
import { GyreError } from './gyre-error.ts';
import type { MatchCloseReason } from './match.ts';
import { backoffMs, pause } from './pause.ts';
import type { LinkEnd } from './room-link.ts';
import type { Timing } from './timing.ts';
import type { MatchView } from './views.ts';

const REASONS: Readonly<Record<number, MatchCloseReason>> = {
  [CloseCode.consented]: 'left',
  [CloseCode.finished]: 'finished',
  [CloseCode.kicked]: 'kicked',
  [CloseCode.signedOut]: 'signed-out',
  [CloseCode.banned]: 'banned',
  [CloseCode.replaced]: 'replaced',
  [CloseCode.badInput]: 'bad-input',
  [CloseCode.tooManyMessages]: 'too-many-messages',
  [CloseCode.matchAbandoned]: 'abandoned',
  [CloseCode.incompatibleBuild]: 'incompatible-build',
};

/** What the end of a match's link means to its player. `match-over` says no more than that: REST knows how it ended. */
export function reasonOfEnd(end: LinkEnd): MatchCloseReason {
  if ('code' in end) return REASONS[end.code] ?? 'closed';
  switch (end.error.code) {
    case 'match-over':
      return 'finished';
    case 'not-in-match':
      return 'seat-given-up';
    case 'not-found':
      return 'not-found';
    case 'banned':
      return 'banned';
    case 'signed-out':
    case 'unauthenticated':
    case 'token-invalid':
      return 'signed-out';
    default:
      return 'closed';
  }
}

/** What taking a seat rejects with at the link's end; null if it is the network's, or this side's doing. */
export function refusalOfEnd(end: LinkEnd): GyreError | null {
  if ('error' in end) return end.error;
  const reason = reasonOfEnd(end);
  // As REST would have said, had it been asked a moment later.
  return OVER.has(reason) ? new GyreError('match-over', reason) : null;
}

const OVER: ReadonlySet<MatchCloseReason> = new Set(['finished', 'abandoned', 'incompatible-build']);

/** What a match's view says of its end; null while it goes on. */
export function reasonOfView({ state, reason }: Pick<MatchView, 'state' | 'reason'>): MatchCloseReason | null {
  if (state === 'finished') return 'finished';
  if (state !== 'abandoned') return null;
  return reason === 'incompatible-build' ? reason : 'abandoned';
}

/** Refusals of a seat that no waiting changes. */
export function isFinalRefusal(error: GyreError): boolean {
  return FINAL_REFUSALS.has(error.code);
}

const FINAL_REFUSALS: ReadonlySet<string> = new Set([
  'match-over',
  'not-in-match',
  'not-found',
  'banned',
  'signed-out',
  'unauthenticated',
  'token-invalid',
  'client-too-old',
  'invalid-request',
  'closed',
]);

/** What an unanswered request, or a result that won't come, rejects with. */
export function errorOfReason(reason: MatchCloseReason): GyreError {
  switch (reason) {
    case 'left':
      return new GyreError('left', 'the match was left');
    case 'abandoned':
    case 'incompatible-build':
      return new GyreError('match-abandoned', reason);
    case 'signed-out':
    case 'closed':
      return new GyreError(reason, 'the connection to the match was ended');
    default:
      return new GyreError('match-closed', reason);
  }
}

/** How often the result is looked up over REST before it is given up, at about 5 s each. */
const RESULT_TRIES = 24;
const RESULT_BACKOFF = { firstMs: 100, maxMs: 5_000 };

/** REST has how a match ended, once its transaction is through. null if that doesn't come in two minutes, or `signal` gives up. */
export async function lookUpEnd(
  fetch: () => Promise<MatchView>,
  { timing, signal }: { readonly timing: Timing; readonly signal: AbortSignal },
): Promise<MatchView | null> {
  for (let failures = 0; failures < RESULT_TRIES && !signal.aborted; failures++) {
    const view = await fetch().catch(() => null);
    if (view && reasonOfView(view)) return view;
    await pause(
      backoffMs(RESULT_BACKOFF, failures, () => timing.random()),
      signal,
      timing,
    );
  }
  return null;
}

/** Whether a seat could not be had because of what the match is, not because of the network. */
export function isNoSeat(error: unknown): boolean {
  return (
    GyreError.is(error) && (error.code === 'match-over' || error.code === 'not-in-match' || error.code === 'not-found')
  );
}
