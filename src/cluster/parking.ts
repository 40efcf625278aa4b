import type { ClusterLog } from './cluster-log.ts';
import type { Committer } from './committer.ts';
import type { ProcessClock } from './process-clock.ts';
import type { Scheduler } from './scheduler.ts';

export interface ParkingParts {
  readonly clock: ProcessClock;
  readonly scheduler: Scheduler;
  readonly committer: Committer;
  readonly logger: ClusterLog;
}

/**
 * Stops the time of all matches and writes a full state of each, so that the next start adopts them as they are now.
 * Resolves when those are in the log and everything that was committed before was let out; then sockets may be closed.
 * Closing the log makes it last on the disk. Rejects with `LogSealedError` if another process has the matches already.
 */
export async function parkRooms({ clock, scheduler, committer, logger }: ParkingParts): Promise<void> {
  clock.freeze();
  const failed = scheduler.stopAndWriteFulls();
  // They come back as of their last record all the same.
  if (failed.length > 0) logger.error({ matchIds: failed }, 'matches were parked without a last full state');
  await committer.settled();
}
