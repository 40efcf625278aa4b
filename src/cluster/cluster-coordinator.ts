import { and, eq, ne, sql } from 'drizzle-orm';
import { matches, processes } from '../store/schema.ts';
import { type Database, inTransaction } from '../store/transaction.ts';
import type { ClusterLog } from './cluster-log.ts';
import { claimOrphans, countDeath } from './claims.ts';
import { DatabaseWatch } from './database-watch.ts';
import { declareDead, type Evidence, markSealed } from './death-certificate.ts';
import { type Beat, Heartbeat } from './heartbeat.ts';
import { type Lease, LOG_HOLDS_MS } from './lease.ts';
import type { Member } from './peers.ts';
import type { Claim, Coordinator } from './ports.ts';
import type { ProcessLoad } from '../store/schema.ts';
import { Silence } from './silence.ts';

/** How {@link ClusterCoordinator} is set up. */
export interface ClusterCoordinatorOptions {
  readonly db: Database;
  readonly connectionString: string;
  readonly incarnation: string;
  /** Which build runs, for the operator's eyes. */
  readonly build: string;
  /** `host:port` where other processes reach this one. */
  readonly address: string;
  readonly directAddress: string | null;
  /** What this build can run: `compat` by game. */
  readonly compats: Readonly<Record<string, string>>;
  readonly load: () => ProcessLoad;
  readonly lease: Pick<Lease, 'renewed'>;
  /** Makes a dead process's log take nothing more; rejects while it can't. */
  readonly seal: (incarnation: string) => Promise<void>;
  readonly logger: ClusterLog;
  /** This process was declared dead: called once. */
  readonly onFenced: () => void;
  /** A look at the living has brought news. */
  readonly onMembers: (members: readonly Member[]) => void;
  /** The database answers heartbeats, or doesn't any more. */
  readonly onDatabase: (answers: boolean) => void;
  /** Matches of dead processes can be claimed. */
  readonly onOrphans: () => void;
  /** 500 if left out. */
  readonly beatEveryMs?: number;
}

/**
 * Who lives, and who owns what, for processes that share a database: each raises a counter in its row, and judges the
 * others by theirs. Being dead is one conditional UPDATE; then the log is sealed; and then, and only then, are the
 * dead one's matches claimed.
 */
export class ClusterCoordinator implements Coordinator {
  readonly incarnation: string;
  readonly #options: ClusterCoordinatorOptions;
  readonly #heartbeat: Heartbeat;
  readonly #silence = new Silence();
  readonly #database: DatabaseWatch;
  readonly #goneListeners = new Set<(incarnation: string) => void>();
  readonly #burying = new Set<string>();
  #members: readonly Member[] = [];
  #fenced = false;
  #isRegistered = false;

  constructor(options: ClusterCoordinatorOptions) {
    const { connectionString, incarnation, load, beatEveryMs } = options;
    this.#options = options;
    this.incarnation = incarnation;
    this.#database = new DatabaseWatch(options.onDatabase);
    this.#heartbeat = new Heartbeat({
      connectionString,
      incarnation,
      load,
      onBeat: (beat) => {
        this.#database.answered(beat.sentAtMs);
        this.#heard(beat);
      },
      onMissed: (err) => {
        options.logger.warn({ err }, 'a heartbeat had no answer: the database is away');
        this.#database.missed();
      },
      ...(beatEveryMs === undefined ? {} : { everyMs: beatEveryMs }),
    });
  }

  /** Processes that live, this one too, from the one that has lived longest, as of the last heartbeat. */
  get members(): readonly Member[] {
    return this.#members;
  }

  memberOf(incarnation: string | null): Member | null {
    return this.#members.find((member) => member.incarnation === incarnation) ?? null;
  }

  others(): readonly string[] {
    return this.#members.flatMap(({ incarnation }) => (incarnation === this.incarnation ? [] : [incarnation]));
  }

  isFirst(): boolean {
    return this.#members[0]?.incarnation === this.incarnation;
  }

  onGone(listener: (incarnation: string) => void): () => void {
    this.#goneListeners.add(listener);
    return () => this.#goneListeners.delete(listener);
  }

  /** To be called when the port is open: from here on others call this process. Who had the address before is dead. */
  async start(): Promise<void> {
    const { db, incarnation, build, address, directAddress, compats, load } = this.#options;
    const before = await db
      .select({ incarnation: processes.incarnation })
      .from(processes)
      .where(
        and(
          eq(processes.address, address),
          ne(processes.incarnation, incarnation),
          sql`state in ('alive', 'draining')`,
        ),
      );
    for (const each of before) await this.bury(each.incarnation, { refused: true });
    const row = { incarnation, state: 'alive', build, address, directAddress, compats, load: load() } as const;
    await db.insert(processes).values(row);
    this.#isRegistered = true;
    await this.#heartbeat.beat();
    this.#heartbeat.start();
  }

  /** Whether our own row is alive, as of now. Rejects while the database is away: within two seconds, whoever else waits for it. */
  async confirmAlive(): Promise<boolean> {
    // Before it is written, nobody can have declared us dead.
    return !this.#isRegistered || (await this.#heartbeat.confirm());
  }

  /** Looks now who lives. */
  async refresh(): Promise<void> {
    // Before that, a look would not find this process, and take it for dead.
    if (this.#isRegistered) await this.#heartbeat.beat();
  }

  /** Nothing is placed here any more. */
  async drain(): Promise<void> {
    const { db, incarnation } = this.#options;
    await db
      .update(processes)
      .set({ state: 'draining' })
      .where(and(eq(processes.incarnation, incarnation), eq(processes.state, 'alive')));
    await this.refresh();
  }

  /** Declares a process dead if the evidence still holds, and seals its log. Never rejects: what fails is tried again with the next heartbeat. */
  async bury(incarnation: string, evidence: Evidence): Promise<void> {
    if (this.#burying.has(incarnation) || incarnation === this.incarnation) return;
    this.#burying.add(incarnation);
    try {
      const { db, logger } = this.#options;
      if (!(await declareDead(db, incarnation, evidence))) return;
      logger.warn({ incarnation, ...evidence }, 'a process is dead');
      await this.#seal(incarnation, 'refused' in evidence ? 0 : LOG_HOLDS_MS);
    } catch (error) {
      this.#options.logger.warn({ err: error, incarnation }, 'a dead process could not be buried yet');
    } finally {
      this.#burying.delete(incarnation);
    }
  }

  async claimOrphans(): Promise<readonly Claim[]> {
    const { db, incarnation, compats } = this.#options;
    return await claimOrphans(db, { incarnation, compats });
  }

  /** Says that this process lives, and reads whether it does, now rather than at the next beat. */
  beat(): void {
    void this.#heartbeat.beat();
  }

  async countDeath(matchId: string): Promise<number> {
    return await countDeath(this.#options.db, matchId);
  }

  async stop(): Promise<void> {
    const { db, incarnation } = this.#options;
    await this.#heartbeat.stop();
    await inTransaction(db, async ({ sql: tx }) => {
      await tx
        .update(matches)
        .set({ owner: null })
        .where(and(eq(matches.owner, incarnation), eq(matches.state, 'playing')));
      await tx
        .update(processes)
        .set({ state: 'stopped', endedAt: sql`now()` })
        .where(and(eq(processes.incarnation, incarnation), ne(processes.state, 'dead')));
    });
  }

  #heard({ sentAtMs, alive, rows }: Beat): void {
    if (this.#fenced) return;
    if (!alive) {
      this.#fenced = true;
      this.#options.onFenced();
      return;
    }
    this.#options.lease.renewed(sentAtMs);
    const living = rows.filter(({ state }) => state !== 'dead');
    this.#setMembers(living.flatMap(toMember));
    const counters = new Map(living.map(({ incarnation, counter }) => [incarnation, counter]));
    counters.delete(this.incarnation);
    for (const silent of this.#silence.look(counters, performance.now()))
      void this.bury(silent, { counter: counters.get(silent) ?? 0 });
    for (const { incarnation, state } of rows) if (state === 'dead') void this.#sealLater(incarnation);
  }

  #setMembers(members: readonly Member[]): void {
    const before = this.#members;
    this.#members = members;
    const here = new Set(members.map(({ incarnation }) => incarnation));
    this.#options.onMembers(members);
    for (const { incarnation } of before) {
      if (here.has(incarnation)) continue;
      for (const listener of this.#goneListeners) listener(incarnation);
      // It may have stopped, and left its matches to whoever is there.
      this.#options.onOrphans();
    }
  }

  /** Whoever declared it dead may have died before its log was sealed, or could not reach the log. */
  async #sealLater(incarnation: string): Promise<void> {
    if (this.#burying.has(incarnation)) return;
    this.#burying.add(incarnation);
    try {
      await this.#seal(incarnation, LOG_HOLDS_MS);
    } catch (error) {
      this.#options.logger.warn({ err: error, incarnation }, 'the log of a dead process could not be sealed yet');
    } finally {
      this.#burying.delete(incarnation);
    }
  }

  /** @param waitMs for one that may live on, and has yet to find out that its log is sealed */
  async #seal(incarnation: string, waitMs: number): Promise<void> {
    await this.#options.seal(incarnation);
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
    await markSealed(this.#options.db, incarnation);
    this.#options.onOrphans();
    await this.refresh();
  }
}

function toMember({ incarnation, state, address, directAddress, compats, load }: Beat['rows'][number]): Member[] {
  if (address === null) return [];
  return [{ incarnation, address, directAddress, draining: state === 'draining', compats, load }];
}
