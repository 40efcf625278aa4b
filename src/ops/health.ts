import { sql } from 'drizzle-orm';
import { ProblemError } from '../http/problem.ts';
import type { Database } from '../store/transaction.ts';

/** `leaving`: it still answers, but should be sent nothing new. */
type Phase = 'starting' | 'ready' | 'leaving' | 'draining';

/** A database that takes longer is as good as away. */
const DATABASE_TIMEOUT_MS = 2_000;
/** Probes of many balancers share one look. */
const LOOK_KEPT_MS = 1_000;

/** Whether this process should be sent anything: started, not stopping, and its database answers. */
export class Health {
  readonly #db: Database;
  #phase: Phase = 'starting';
  #look: { readonly atMs: number; readonly database: Promise<boolean> } | null = null;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Everything has started. */
  ready(): void {
    if (this.#phase === 'starting') this.#phase = 'ready';
  }

  /** The process will stop: balancers are to look elsewhere, and whoever is here is still served. */
  leaving(): void {
    if (this.#phase !== 'draining') this.#phase = 'leaving';
  }

  /** The process is stopping; there is no way back. */
  draining(): void {
    this.#phase = 'draining';
  }

  get isServing(): boolean {
    return this.#phase === 'ready' || this.#phase === 'leaving';
  }

  /** @throws ProblemError `dependency-unavailable` before everything has started, `draining` once the process is stopping */
  requireServing(): void {
    if (this.#phase === 'starting') throw new ProblemError('dependency-unavailable', 'The service is still starting.');
    if (!this.isServing) throw new ProblemError('draining', 'This process is stopping.');
  }

  /** @throws ProblemError `draining`, `dependency-unavailable` unless the process is ready */
  async requireReady(): Promise<void> {
    if (this.#phase === 'starting') throw new ProblemError('dependency-unavailable', 'The service is still starting.');
    if (this.#phase !== 'ready') throw new ProblemError('draining', 'This process is stopping.');
    if (!(await this.#databaseAnswers())) throw new ProblemError('dependency-unavailable', 'The database is away.');
  }

  #databaseAnswers(): Promise<boolean> {
    const nowMs = performance.now();
    if (!this.#look || nowMs - this.#look.atMs > LOOK_KEPT_MS) {
      this.#look = { atMs: nowMs, database: answersInTime(this.#db) };
    }
    return this.#look.database;
  }
}

async function answersInTime(db: Database): Promise<boolean> {
  const answer = db.execute(sql`select 1`).then(
    () => true,
    () => false,
  );
  const { promise: tooLate, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), DATABASE_TIMEOUT_MS);
  const answered = await Promise.race([answer, tooLate]);
  clearTimeout(timer);
  return answered;
}
