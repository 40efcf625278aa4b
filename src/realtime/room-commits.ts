import type { MatchCore } from '../../rooms/kit/match-core.ts';
import type { CommitRecord, StepOutput } from '../../rooms/kit/ports.ts';
import type { Committer } from '../cluster/committer.ts';
import { RecordLostError } from '../cluster/log-errors.ts';

export interface RoomCommitsParts {
  readonly core: MatchCore;
  readonly epoch: number;
  readonly committer: Pick<Committer, 'commit' | 'record' | 'letOut' | 'settled'>;
}

/**
 * Records what a match becomes and lets it out, as durably as its game asks for. With `commit` everything waits for its
 * record, in the order of the whole process. With `snapshot` and `none` nothing waits for a log, but for what may
 * not be taken back even then: nothing of the match overtakes that.
 */
export class RoomCommits {
  readonly #parts: RoomCommitsParts;
  /** Of this match, not let out yet. */
  #waiting = 0;
  /** With `snapshot`: new instances get ids below this one, or a crash could give them to others once more. */
  #refIdsUpTo = 0;
  #changed = false;

  constructor(parts: RoomCommitsParts) {
    this.#parts = parts;
  }

  /** Between a change and the full state that is due after it; undefined: as long as the log likes; Infinity: for ever. */
  get fullWithinMs(): number | undefined {
    switch (this.#parts.core.game.durability) {
      case 'commit':
        return undefined;
      case 'snapshot':
        return SNAPSHOT_WITHIN_MS;
      default:
        return Infinity;
    }
  }

  /** Whether something has changed since the last full state. */
  get changed(): boolean {
    return this.#changed;
  }

  /** @param output null: the step did nothing, and what is to be let out waits for no record */
  step(output: StepOutput | null, release: () => void): void {
    this.#changed ||= output?.changed === true;
    this.letOut(output?.record ?? this.#recordOfSpentIds(), release);
  }

  /** After all that was let out before. @param record what has to be durable first */
  letOut(record: CommitRecord | null, release: () => void): void {
    const { core, committer } = this.#parts;
    if (core.game.durability === 'commit') {
      committer.commit(record && this.#toLog(record), release);
    } else if (record === null && this.#waiting === 0) {
      committer.letOut(release);
    } else {
      this.#waiting += 1;
      committer.commit(record && this.#toLog(record), () => {
        this.#waiting -= 1;
        this.#noteRefIds(record);
        release();
      });
    }
  }

  writeFull(): void {
    if (this.#parts.core.game.durability === 'none') return;
    const record = this.#full();
    this.#parts.committer.commit(this.#toLog(record), () => this.#noteRefIds(record));
  }

  /** As `Committer.record`. With `none` there is nothing to wait for. */
  async recordFull(): Promise<void> {
    if (this.#parts.core.game.durability === 'none') return;
    await this.#record(this.#full());
  }

  /**
   * The whole match, for whoever runs it next. Resolves when it is durable, as far as its game asks for that and there is a log,
   * and all before it was let out. Rejects with `LogSealedError`.
   */
  async handOver(): Promise<CommitRecord> {
    const record = this.#full();
    try {
      await (this.#parts.core.game.durability === 'none' ? this.#parts.committer.settled() : this.#record(record));
    } catch (error) {
      // Without a log there is none that the next owner would need.
      if (!(error instanceof RecordLostError)) throw error;
    }
    return record;
  }

  async #record(record: CommitRecord): Promise<void> {
    await this.#parts.committer.record(this.#toLog(record));
    this.#noteRefIds(record);
  }

  #full(): CommitRecord {
    const record = this.#parts.core.full();
    this.#changed = false;
    return record;
  }

  /** A snapshot that has to come before the state that is about to be seen; null if the last one will do. */
  #recordOfSpentIds(): CommitRecord | null {
    const { core } = this.#parts;
    return core.game.durability === 'snapshot' && core.nextRefId > this.#refIdsUpTo ? this.#full() : null;
  }

  #noteRefIds(record: CommitRecord | null): void {
    this.#refIdsUpTo = Math.max(this.#refIdsUpTo, record?.nextRefId ?? 0);
  }

  #toLog(record: CommitRecord) {
    const { core, epoch } = this.#parts;
    return { ...record, matchId: core.matchId, epoch };
  }
}

/** Less than the second that `snapshot` promises, so that a late step and the append have a place in it. */
const SNAPSHOT_WITHIN_MS = 800;
