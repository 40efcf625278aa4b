import path from 'node:path';
import { LocalDeadLogs } from './cluster/local-dead-logs.ts';
import { openLocalLog } from './cluster/local-log.ts';
import type { DeadLogs, RoomLog } from './cluster/ports.ts';
import type { ProcessClock } from './cluster/process-clock.ts';
import { StepMark } from './cluster/step-mark.ts';
import type { Logger } from './ops/logging.ts';

/** A log, as rooms need it: it also knows which matches it has. */
export interface EngineLog extends RoomLog {
  /** The match has a full state in this log, and was not forgotten. */
  holds(matchId: string): boolean;
  /** Matches whose last full state keeps old pieces of the log from being deleted. */
  matchesNeedingFull(): string[];
}

/** Where rooms leave what outlives their process. */
export interface EngineStores {
  readonly log: EngineLog;
  readonly deadLogs: DeadLogs;
  /** Names the room that was being stepped to the next start; null: there is no place that the next start would look at. */
  readonly mark: StepMark | null;
}

/** What stores are opened with. */
export interface StoreHooks {
  readonly clock: ProcessClock;
  /** Pieces of the log are complete: matches that keep them are to write a full state, in no hurry. */
  readonly onRotated: () => void;
  /** The log has lost these matches: each is to write a full state at once. */
  readonly onLost: (matchIds: readonly string[]) => void;
}

/** Of a process that is alone: files in its data folder. */
export async function openLocalStores(
  { clock, onRotated }: StoreHooks,
  { dataDir, incarnation, logger }: { readonly dataDir: string; readonly incarnation: string; readonly logger: Logger },
): Promise<EngineStores> {
  const folder = path.join(dataDir, 'log');
  const mark = new StepMark(path.join(dataDir, 'step-mark'));
  const log = await openLocalLog({ folder, incarnation, clock, onRotated });
  return { log, mark, deadLogs: new LocalDeadLogs({ folder, incarnation, logger }) };
}
