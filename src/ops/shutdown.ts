import type { ClusterLog } from '../cluster/cluster-log.ts';

/** One part of a clean stop. */
export interface ShutdownStep {
  /** In words, for the line that says what hung: "closing the database". */
  readonly name: string;
  readonly run: () => unknown;
}

export interface ShutdownOptions {
  readonly logger: ClusterLog;
  /** For all steps together; 10,000 if left out. A step that is reached after it still gets half a second. */
  readonly deadlineMs?: number;
  /** For one step, 5,000 if left out: one that hangs must not cost the others their turn. */
  readonly stepMs?: number;
}

const DEADLINE_MS = 10_000;
const STEP_MS = 5_000;
const LAST_CHANCE_MS = 500;

/**
 * Runs the steps of a stop one after the other. What fails or hangs is logged by name and left behind: whoever asked for
 * a stop gets one. Never rejects.
 * @returns the names of the steps that failed or hung; empty after a clean stop
 */
export async function shutDown(steps: readonly ShutdownStep[], options: ShutdownOptions): Promise<readonly string[]> {
  const { logger, deadlineMs = DEADLINE_MS, stepMs = STEP_MS } = options;
  const endMs = performance.now() + deadlineMs;
  const unclean: string[] = [];
  for (const { name, run } of steps) {
    const limitMs = Math.max(LAST_CHANCE_MS, Math.min(stepMs, endMs - performance.now()));
    try {
      await within(limitMs, run);
    } catch (error) {
      unclean.push(name);
      logger.error({ err: error, step: name }, `stopping: ${name} did not end cleanly`);
    }
  }
  return unclean;
}

async function within(limitMs: number, run: () => unknown): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`it hung for ${Math.round(limitMs)} ms`)), limitMs);
  try {
    await Promise.race([Promise.resolve().then(run), late]);
  } finally {
    clearTimeout(timer);
  }
}
