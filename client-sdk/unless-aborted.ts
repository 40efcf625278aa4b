import { GyreError } from './gyre-error.ts';

/** What a wait ends with that its own `signal` gave up. */
export function aborted(): GyreError {
  return new GyreError('aborted', 'the wait was aborted');
}

/** What becomes of `waiting`, unless `signal` gives up first: a room that is away may be dialled for ever. */
export function unlessAborted<Value>(waiting: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal) return waiting;
  const given = Promise.withResolvers<Value>();
  const abort = (): void => given.reject(aborted());
  const settle = (): void => signal.removeEventListener('abort', abort);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  waiting.then(given.resolve, given.reject).finally(settle);
  return given.promise;
}
