import type { RoomHost } from '../realtime/ports.ts';
import type { Committer } from './committer.ts';
import type { ProcessClock } from './process-clock.ts';
import type { Scheduler } from './scheduler.ts';

export interface ParkingParts {
  readonly clock: Pick<ProcessClock, 'freeze'>;
  readonly scheduler: Pick<Scheduler, 'stop'>;
  readonly roomHost: Pick<RoomHost, 'park'>;
  readonly committer: Pick<Committer, 'settled' | 'windDown'>;
}

/** For a log that is slow or away, in all: less than the 5 s that a step of a clean stop may take. */
const LOG_PATIENCE_MS = 4_000;

/**
 * Parks all matches for a clean stop: their time stands still from one instant on, a full state of each goes to the log,
 * and their sockets are closed with 4010. The next start adopts them as it would after a crash. Closing the log
 * afterwards makes them last on the disk. A log that is away is waited for, for 4 s: players have seen steps that it
 * doesn't have. What isn't in it by then is left to the room host to tell of. Matches that nothing is recorded of end here.
 *
 * Rejects with `LogSealedError` if another process has taken them over already.
 */
export async function parkMatches({ clock, scheduler, roomHost, committer }: ParkingParts): Promise<void> {
  // The log's signs of life run on this clock too: what comes after it is charged to nobody.
  clock.freeze();
  scheduler.stop();
  await committer.windDown(LOG_PATIENCE_MS);
  await committer.settled();
  await roomHost.park();
}
