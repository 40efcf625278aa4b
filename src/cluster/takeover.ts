import type { RecordedMatch } from '../../rooms/kit/ports.ts';
import { adoptClaim, type ClaimParts } from './adoption.ts';
import { SUSPICIOUS_DEATHS } from './claims.ts';
import { LogSealedError } from './log-errors.ts';
import { isNewer } from './match-chains.ts';
import type { Claim, DeadLogs } from './ports.ts';

export interface TakeoverParts extends ClaimParts {
  readonly incarnation: string;
  readonly claim: (which: { readonly suspicious: boolean }) => Promise<readonly Claim[]>;
  readonly deadLogs: Pick<DeadLogs, 'read'>;
  /** The match is here, or abandoned: whoever waits for it looks again. */
  readonly onTaken: (claim: Claim) => Promise<void>;
  /** A match that was alone on probation has not ended this process. */
  readonly acquit: (matchId: string) => Promise<unknown>;
}

/** How long a suspicious match is watched before the next one is taken. */
const PROBATION_MS = 1_500;
/** Each death after an acquittal makes the next watch so much longer: who needs some seconds to end its process is found out, too. */
const LONGER_TIMES = 3;
const MAX_PROBATION_MS = 10_000;
const AT_ONCE = 4;
const RETRY_MS = 250;
/** A minute of it; one that could not be read by then is somebody else's to try. */
const MAX_TRIES = 240;
/** Nudges may be lost, and what others have left may be anybody's. */
const LOOK_EVERY_MS = 1_000;

/**
 * Takes over the matches of processes that are no more, for as long as this one lives: a few at a time, so that all who live
 * share them. Matches that may have killed their processes come one at a time, and are watched for a while.
 */
export class Takeover {
  readonly #parts: TakeoverParts;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #again = false;
  #stopped = false;
  #probation: Promise<void> | null = null;
  /** Claimed, and not here yet. */
  readonly #taking = new Set<string>();

  constructor(parts: TakeoverParts) {
    this.#parts = parts;
  }

  /** Takes over what there is, and looks again every second. Resolves after the first look. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
    await this.look();
  }

  /** Takes over no more; waits for what is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearInterval(this.#timer);
    await this.#running;
  }

  /** Whether a match is ours already and about to be here. */
  isTaking(matchId: string): boolean {
    return this.#taking.has(matchId);
  }

  /** There may be something to take over. Never rejects. */
  look(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    try {
      do {
        this.#again = false;
        await this.#takeAll();
        if (this.#probation === null && !this.#stopped) await this.#takeSuspicious();
      } while (this.#again && !this.#stopped);
    } catch (error) {
      this.#parts.logger.warn({ err: error }, 'taking over matches failed: it is tried again');
    }
  }

  async #takeAll(): Promise<void> {
    const logs = new SealedLogs(this.#parts);
    while (!this.#stopped) {
      const claims = await this.#parts.claim({ suspicious: false });
      if (claims.length === 0) return;
      for (const { matchId } of claims) this.#taking.add(matchId);
      await this.#takeSome([...claims], logs);
    }
  }

  /** A few side by side: what each mostly does is wait for the stores. Between two restores of one, others of the process have their turn. */
  async #takeSome(claims: Claim[], logs: SealedLogs): Promise<void> {
    const worker = async (): Promise<void> => {
      for (let claim = claims.shift(); claim !== undefined; claim = claims.shift()) {
        await this.#take(claim, logs);
        await turnOfTheLoop();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  async #takeSuspicious(): Promise<void> {
    const [claim] = await this.#parts.claim({ suspicious: true });
    if (claim === undefined) return;
    this.#taking.add(claim.matchId);
    this.#parts.logger.warn({ matchId: claim.matchId }, 'a match that may have killed its processes is on probation');
    const taken = await this.#take(claim, new SealedLogs(this.#parts));
    if (taken) this.#probation = this.#watch(claim);
    // There is nothing to watch: the next one.
    else this.#again = true;
  }

  async #watch(claim: Claim): Promise<void> {
    const { matchId } = claim;
    try {
      await new Promise((resolve) => setTimeout(resolve, probationMs(claim)).unref());
      if (!this.#stopped) await this.#parts.acquit(matchId);
    } catch (error) {
      this.#parts.logger.warn({ err: error, matchId }, 'the end of a probation could not be noted');
    } finally {
      this.#probation = null;
    }
    void this.look();
  }

  /**
   * A claim is ours for as long as we live: a store that is away is waited for.
   * @returns whether the match goes on here
   */
  async #take(claim: Claim, logs: SealedLogs): Promise<boolean> {
    const { matchId, epoch } = claim;
    let isHere = false;
    for (let tries = 1; ; tries += 1) {
      try {
        const reason = await adoptClaim(this.#parts, claim, await logs.newestOf(claim));
        isHere = reason === null;
        this.#taking.delete(matchId);
        this.#parts.logger.info({ matchId, epoch, reason }, 'took over a match');
        await this.#parts.onTaken(claim);
        return isHere;
      } catch (error) {
        if (error instanceof LogSealedError) throw error;
        this.#parts.logger.warn({ err: error, matchId, tries }, 'a match could not be taken over yet');
        // It is ours in the database and isn't here: it is given up again when that is seen.
        if (tries >= MAX_TRIES || this.#stopped || !this.#taking.has(matchId)) break;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    this.#taking.delete(matchId);
    return isHere;
  }
}

/** Logs of the dead, each read once. */
class SealedLogs {
  readonly #parts: Pick<TakeoverParts, 'deadLogs' | 'incarnation'>;
  readonly #read = new Map<string, Promise<ReadonlyMap<string, RecordedMatch>>>();

  constructor(parts: Pick<TakeoverParts, 'deadLogs' | 'incarnation'>) {
    this.#parts = parts;
  }

  async newestOf({ matchId, logs }: Claim): Promise<RecordedMatch | undefined> {
    let newest: RecordedMatch | undefined;
    for (const log of logs) {
      // Reading seals: never our own.
      if (log === this.#parts.incarnation) continue;
      const found = (await this.#of(log)).get(matchId);
      if (found !== undefined && (newest === undefined || isNewer(found, newest))) newest = found;
    }
    return newest;
  }

  #of(log: string): Promise<ReadonlyMap<string, RecordedMatch>> {
    const known = this.#read.get(log);
    if (known !== undefined) return known;
    const read = this.#parts.deadLogs.read([log]);
    this.#read.set(log, read);
    // Whoever reads it learns of a failure; the next one tries again.
    read.catch(() => this.#read.delete(log));
    return read;
  }
}

function probationMs({ uncleanDeaths }: Claim): number {
  return Math.min(MAX_PROBATION_MS, PROBATION_MS * LONGER_TIMES ** (uncleanDeaths - SUSPICIOUS_DEATHS));
}

function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
