import { GyreError } from '../../client-sdk/index.ts';
import type { GyreErrorCode } from '../../client-sdk/index.ts';

type Sentence = string | ((error: GyreError) => string);

/** Every code in words that a player understands, with what to do about it where there is something. */
const SENTENCES: Readonly<Record<GyreErrorCode, Sentence>> = {
  'invalid-request': ({ errors, detail }) => `That can’t be accepted: ${errors[0]?.detail ?? detail}`,
  'invalid-filter': 'This filter isn’t possible.',
  'invalid-cursor': 'The list has changed. Please look again.',
  unauthenticated: 'Please sign in first.',
  'token-expired': 'Your session has expired. Please sign in again.',
  'token-invalid': 'Your session has ended. Please sign in again.',
  'token-reused': 'Your session was ended for safety. Please sign in again.',
  'not-host': 'Only the host can do that.',
  'not-member': 'You are no longer in this lobby.',
  'wrong-password': 'That password isn’t right.',
  kicked: 'The host removed you from this lobby, so you can’t come back in.',
  banned: 'You are banned from this service.',
  'not-in-match': 'You have no seat in this game.',
  'not-found': 'That lobby doesn’t exist any more, or the code is wrong.',
  'no-lobby': 'No open lobby fits right now.',
  'method-not-allowed': 'The server doesn’t allow that.',
  'not-acceptable': 'The server can’t answer that.',
  'lobby-full': 'That lobby is full.',
  'already-in-lobby': 'You are already in a lobby. Leave it first.',
  'not-ready': 'Not everyone is ready yet.',
  'too-few-players': ({ extensions: { needed } }) =>
    typeof needed === 'number' ? `It takes ${needed} players to start.` : 'More players are needed to start.',
  'team-full': 'That team is full.',
  'wrong-state': ({ extensions: { state } }) => WRONG_STATE[String(state)] ?? 'That isn’t possible right now.',
  'match-over': 'This game is over.',
  'idempotency-in-progress': 'Still working on it. Please try again in a moment.',
  'version-mismatch': 'Someone changed this a moment ago. Have another look.',
  'body-too-large': 'That is too long.',
  'unsupported-media-type': 'The server didn’t understand that.',
  'idempotency-mismatch': 'Something got mixed up. Please try again.',
  'lobby-locked': 'The host has locked this lobby.',
  'client-too-old': 'This page is older than the server. Please reload it.',
  'rate-limited': ({ retryAfterMs }) => `That was a bit fast. Try again ${inSeconds(retryAfterMs)}.`,
  internal: ({ requestId }) =>
    `Something went wrong on the server${requestId ? ` (${requestId})` : ''}. Please try again.`,
  draining: 'The server is restarting. Try again in a moment.',
  'dependency-unavailable': 'A part of the service is away. Try again in a moment.',
  spectator: 'You are only watching.',
  'no-capacity': 'There is no room for another game right now. Try again in a moment.',
  'match-moving': 'The game is being moved. It goes on in a moment.',
  network: 'The server can’t be reached. Check your connection.',
  'unexpected-response': 'The server gave a strange answer. Please try again.',
  'signed-out': 'You are signed out.',
  'not-in-lobby': 'You are no longer in that lobby.',
  left: 'You have left the game.',
  'match-closed': 'The connection to the game has ended.',
  'match-abandoned': 'The game was ended without a result.',
  'message-too-large': 'That is too long to send.',
  'queue-full': 'Too much is waiting for the connection to come back.',
  'outcome-unknown': 'Your move arrived, but its answer got lost.',
  aborted: 'That was cancelled.',
  closed: 'The connection was closed.',
};

const WRONG_STATE: Readonly<Record<string, string>> = {
  open: 'Nothing is being started right now.',
  countdown: 'The countdown is running. Try again when it is over.',
  starting: 'The game is just starting.',
  'in-match': 'The game is on. Try again when it is over.',
  closed: 'This lobby is closed.',
};

/** What went wrong, as a sentence. */
export function sentenceOf(error: unknown): string {
  if (!GyreError.is(error)) return 'Something went wrong on this page. Please reload it.';
  // A newer server has codes that this page doesn't know.
  const sentence: Sentence = Object.hasOwn(SENTENCES, error.code) ? SENTENCES[error.code] : error.detail;
  return typeof sentence === 'string' ? sentence : sentence(error);
}

function inSeconds(afterMs: number | null): string {
  const seconds = Math.ceil((afterMs ?? 0) / 1_000);
  if (seconds <= 0) return 'in a moment';
  return seconds === 1 ? 'in a second' : `in ${seconds} seconds`;
}
