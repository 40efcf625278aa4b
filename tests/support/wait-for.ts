/** How {@link waitFor} waits. */
export interface WaitOptions {
  /** Give up after this long; 10,000 by default. */
  readonly timeoutMs?: number;
  /** Look this often; 10 by default. */
  readonly everyMs?: number;
  /** What is awaited, for the message when it doesn't come. */
  readonly what?: string;
}

/**
 * Waits until `condition` gives something truthy, and gives that back. A condition that throws is not met yet; the last
 * thing that it threw is the cause of the error at the deadline, which is longer than the timeout by at most one look.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 10, what = 'the condition' }: WaitOptions = {},
): Promise<NonNullable<T>> {
  const deadlineMs = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= deadlineMs) throw new Error(`${what} did not come within ${timeoutMs} ms`, { cause });
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
