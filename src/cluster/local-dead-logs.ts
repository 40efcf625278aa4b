import { readFile } from 'node:fs/promises';
import type { RecordedMatch } from '../../rooms/kit/ports.ts';
import type { ClusterLog } from './cluster-log.ts';
import { discardLog, listLogs, listSegments, logPath, sealLog, segmentPath, sweepDiscarded } from './log-files.ts';
import { decodeSegment, LogFormatError } from './log-format.ts';
import { MatchChains, NewestMatches } from './match-chains.ts';
import type { DeadLogs } from './ports.ts';

/** Reads the logs that other incarnations have left in a folder. */
export class LocalDeadLogs implements DeadLogs {
  readonly #folder: string;
  readonly #incarnation: string;
  readonly #logger: ClusterLog;

  /** @param options.incarnation our own, whose log is left alone */
  constructor(options: { folder: string; incarnation: string; logger: ClusterLog }) {
    this.#folder = options.folder;
    this.#incarnation = options.incarnation;
    this.#logger = options.logger;
  }

  async list(): Promise<readonly string[]> {
    await sweepDiscarded(this.#folder);
    return (await listLogs(this.#folder)).filter((incarnation) => incarnation !== this.#incarnation);
  }

  async seal(incarnation: string): Promise<void> {
    await sealLog(logPath(this.#folder, incarnation));
  }

  /** Rejects with a `LogFormatError` that names the file if a build of another log format wrote it. */
  async read(incarnations: readonly string[]): Promise<ReadonlyMap<string, RecordedMatch>> {
    const newest = new NewestMatches();
    const here = new Set(await this.list());
    for (const incarnation of incarnations.filter((each) => here.has(each))) {
      const log = logPath(this.#folder, incarnation);
      await sealLog(log);
      newest.add(await this.#readLog(log));
    }
    return newest.matches;
  }

  async discard(incarnations: readonly string[]): Promise<void> {
    for (const incarnation of incarnations) await discardLog(logPath(this.#folder, incarnation));
  }

  async #readLog(log: string): Promise<MatchChains> {
    const chains = new MatchChains();
    for (const number of await listSegments(log)) {
      const file = segmentPath(log, number);
      const { batches, damagedBytes } = decode(file, await readFile(file));
      for (const batch of batches) chains.add(batch);
      if (damagedBytes > 0) this.#logger.error({ file, damagedBytes }, 'the match log is damaged');
    }
    const matchIds = chains.brokenMatchIds;
    if (matchIds.length > 0)
      this.#logger.error({ matchIds }, 'these matches lack records and come back as they were before');
    return chains;
  }
}

function decode(file: string, content: Buffer) {
  try {
    return decodeSegment(content);
  } catch (error) {
    if (!(error instanceof LogFormatError)) throw error;
    throw new LogFormatError(`${file} can't be read: ${error.message}; start the build that wrote it, or move it away`);
  }
}
