import type { RecordedMatch } from '../../rooms/kit/ports.ts';
import type { ClusterLog } from './cluster-log.ts';
import { decodeSegment, LOG_FORMAT_VERSION, LogFormatError } from './log-format.ts';
import { MatchChains, NewestMatches } from './match-chains.ts';
import type { DeadLogs } from './ports.ts';
import type { RedisConnection } from './redis-connection.ts';
import { DISCARD, logKeys, SEAL } from './redis-log-keys.ts';

type Entry = readonly [id: Buffer, fields: readonly Buffer[]];

/** What one command is to bring, so that neither Redis nor this process is busy with it for long. */
const PIECE_BYTES = 1024 * 1024;
const MAX_PIECE_ENTRIES = 1_000;
/** A Redis that stands still is to be noticed by whoever waits for a recovery. */
const TIMEOUT_MS = 5_000;

/** Seals and reads the logs of incarnations that are no more, in Redis. Rejects with a `RedisAwayError` when Redis goes away. */
export class RedisDeadLogs implements DeadLogs {
  readonly #redis: RedisConnection;
  readonly #incarnation: string;
  readonly #logger: ClusterLog;

  /** @param options.incarnation our own, which is not listed */
  constructor(options: { redis: RedisConnection; incarnation: string; logger: ClusterLog }) {
    this.#redis = options.redis;
    this.#incarnation = options.incarnation;
    this.#logger = options.logger;
  }

  async list(): Promise<readonly string[]> {
    const all = await this.#redis.command<string[]>(['HKEYS', this.#redis.key('logs')], { timeoutMs: TIMEOUT_MS });
    return all.filter((incarnation) => incarnation !== this.#incarnation);
  }

  async seal(incarnation: string): Promise<void> {
    await this.#seal(incarnation);
  }

  /** Rejects with a `LogFormatError` that names the log if a build of another log format wrote it. */
  async read(incarnations: readonly string[]): Promise<ReadonlyMap<string, RecordedMatch>> {
    const newest = new NewestMatches();
    for (const incarnation of incarnations) {
      const entries = await this.#seal(incarnation);
      if (entries > 0) newest.add(await this.#readLog(incarnation, entries));
    }
    return newest.matches;
  }

  async discard(incarnations: readonly string[]): Promise<void> {
    for (const incarnation of incarnations) {
      const { sealed, logs } = logKeys(this.#redis, incarnation);
      await this.#redis.run(DISCARD, { keys: [sealed, logs], args: [incarnation] }, { timeoutMs: TIMEOUT_MS });
    }
  }

  /** @returns how many entries it has, from now on for good */
  async #seal(incarnation: string): Promise<number> {
    const { sealed, log, logs } = logKeys(this.#redis, incarnation);
    return await this.#redis.run<number>(
      SEAL,
      { keys: [sealed, log, logs], args: [incarnation] },
      { timeoutMs: TIMEOUT_MS },
    );
  }

  async #readLog(incarnation: string, entries: number): Promise<MatchChains> {
    const { sealed } = logKeys(this.#redis, incarnation);
    const chains = new MatchChains();
    let damagedBytes = 0;
    let read = 0;
    for await (const [, fields] of this.#entries(sealed)) {
      damagedBytes += addEntry(chains, sealed, fields);
      read += 1;
    }
    // Half a log would take matches back to states that were left behind.
    if (read !== entries) throw new Error(`the log ${sealed} was discarded while it was read`);
    if (damagedBytes > 0) this.#logger.error({ log: sealed, damagedBytes }, 'the match log is damaged');
    const matchIds = chains.brokenMatchIds;
    if (matchIds.length > 0)
      this.#logger.error({ matchIds }, 'these matches lack records and come back as they were before');
    return chains;
  }

  /** Piece by piece: between two of them, this process does what else it has to do. */
  async *#entries(stream: string): AsyncGenerator<Entry> {
    let from = '-';
    let count = 16;
    for (;;) {
      const args = ['XRANGE', stream, from, '+', 'COUNT', `${count}`];
      const piece = await this.#redis.command<readonly Entry[]>(args, { timeoutMs: TIMEOUT_MS, binary: true });
      yield* piece;
      const last = piece.at(-1);
      if (last === undefined || piece.length < count) return;
      from = `(${last[0].toString()}`;
      const bytes = piece.reduce((sum, [, fields]) => sum + (fields[1]?.length ?? 0), 1);
      count = Math.min(MAX_PIECE_ENTRIES, Math.max(1, Math.floor((count * PIECE_BYTES) / bytes)));
    }
  }
}

/** @returns how many bytes of it are damaged */
function addEntry(chains: MatchChains, log: string, [version, batch]: readonly Buffer[]): number {
  if (version?.toString() !== `${LOG_FORMAT_VERSION}`) {
    throw new LogFormatError(
      `the log ${log} can't be read: its format is version ${version?.toString()}, this build reads version ` +
        `${LOG_FORMAT_VERSION}; start the build that wrote it, or delete it`,
    );
  }
  const { batches, damagedBytes, tornBytes } = decodeSegment(batch ?? Buffer.alloc(0));
  for (const each of batches) chains.add(each);
  return damagedBytes + tornBytes;
}
