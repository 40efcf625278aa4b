import { GyreError } from '../../client-sdk/index.ts';

const PATIENCE_MS = 30_000;
const PAUSE_MS = 250;

/**
 * Calls `act` again for as long as the service can't be reached, up to 30 s: a person would press the button again. Only for
 * what may happen twice.
 */
export async function patiently<T>(act: () => Promise<T>): Promise<T> {
  const endMs = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!GyreError.is(error) || !error.retryable || performance.now() > endMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
