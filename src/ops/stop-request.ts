/** What a stop is asked by; `process` itself, or an emitter in a test. */
export interface StopSource {
  on(event: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'disconnect', listener: () => void): unknown;
  exit(code: number): void;
  readonly channel?: { unref(): void } | undefined;
}

/** One Ctrl-C comes from the terminal and from the launcher, and one service manager's stop likewise. */
const SAME_REQUEST_MS = 1_000;
/** 128 + SIGINT: what a shell shows for a program ended by Ctrl-C. */
const FORCED_EXIT_CODE = 130;

/**
 * Calls `stop` when this process is first asked to end: SIGINT, SIGTERM, a closed terminal (SIGHUP), or the end of the
 * launcher, whose channel closes even if it was killed. A request repeated after a second means "now": exit at once.
 * @param nowMs a monotonic clock, for tests
 */
export function onStopRequest(
  stop: (reason: string) => void,
  source: StopSource = process,
  nowMs: () => number = () => performance.now(),
): void {
  let firstAtMs: number | undefined;
  const request = (reason: string) => {
    if (firstAtMs === undefined) {
      firstAtMs = nowMs();
      stop(reason);
    } else if (reason !== 'disconnect' && nowMs() - firstAtMs > SAME_REQUEST_MS) {
      source.exit(FORCED_EXIT_CODE);
    }
  };
  for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const) source.on(event, () => request(event));
  // Listening makes Node keep the process alive for the channel's sake.
  source.channel?.unref();
}

/** Asks this process to end, as its service manager would. */
export function sendOneselfSigterm(): void {
  process.kill(process.pid, 'SIGTERM');
}
