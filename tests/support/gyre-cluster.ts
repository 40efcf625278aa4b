/** Several Gyres on one database and one Redis, each in a process of its own. */
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from './postgres.ts';
import { GyreProcess } from './gyre-process.ts';
import { startRedis, type TestRedis } from './redis.ts';
import { waitFor } from './wait-for.ts';

export interface GyreClusterOptions {
  /** 2 if left out. */
  readonly processes?: number;
  /** Environment of all of them. */
  readonly env?: Readonly<Record<string, string>>;
  readonly entry?: string;
  /** Left out: one on the run's server. Disposed of with the cluster. */
  readonly database?: TestDatabase;
  /** Clients reach each of them directly, too. */
  readonly direct?: boolean;
  /** Its entry answers `GyreProcess.ask`. */
  readonly answers?: boolean;
  /** Redis keeps what it has over a restart. */
  readonly persistentRedis?: boolean;
}

/** A match, as SQL has it. */
export interface MatchNow {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly owner: string | null;
  readonly epoch: number;
  readonly deaths: number;
}

export class GyreCluster implements AsyncDisposable {
  readonly redis: TestRedis;
  readonly processes: GyreProcess[] = [];
  readonly #database: TestDatabase;
  readonly #options: GyreClusterOptions;
  readonly #pool: pg.Pool;

  private constructor(database: TestDatabase, redis: TestRedis, options: GyreClusterOptions) {
    this.#database = database;
    this.redis = redis;
    this.#options = options;
    this.#pool = new pg.Pool({ connectionString: database.url, max: 2 });
    this.#pool.on('error', () => undefined);
  }

  static async start(options: GyreClusterOptions = {}): Promise<GyreCluster> {
    const database = options.database ?? (await createTestDatabase());
    const redis = await startRedis({ persistent: options.persistentRedis ?? false });
    const cluster = new GyreCluster(database, redis, options);
    try {
      await Promise.all(Array.from({ length: options.processes ?? 2 }, () => cluster.add()));
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  get databaseUrl(): string {
    return this.#database.url;
  }

  /** Starts one more. */
  async add(options: Pick<GyreClusterOptions, 'entry' | 'env'> = {}): Promise<GyreProcess> {
    const { env, direct = false, answers = false } = this.#options;
    const { entry = this.#options.entry } = options;
    const process = await GyreProcess.start({
      databaseUrl: this.#database.url,
      env: { REDIS_URL: this.redis.url, ...env, ...options.env },
      direct,
      answers,
      ...(entry !== undefined && { entry }),
    });
    this.processes.push(process);
    return process;
  }

  at(index: number): GyreProcess {
    const process = this.processes[index];
    if (process === undefined) throw new RangeError(`no process ${index}`);
    return process;
  }

  async query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.#pool.query<Row>(text, values)).rows;
  }

  async match(matchId: string): Promise<MatchNow | null> {
    const [row] = await this.query<MatchNow & pg.QueryResultRow>('select * from matches where id = $1', [matchId]);
    return row ?? null;
  }

  /** The process that runs a match. */
  async ownerOf(matchId: string): Promise<GyreProcess> {
    return await waitFor(
      async () => {
        const [row] = await this.query<{ address: string }>(
          `select p.address from matches m join processes p on p.incarnation = m.owner
           where m.id = $1 and p.state in ('alive', 'draining')`,
          [matchId],
        );
        return this.processes.find(({ port }) => row?.address.endsWith(`:${port}`));
      },
      { what: `the owner of ${matchId}`, timeoutMs: 30_000 },
    );
  }

  /** Another process than this one. */
  otherThan(process: GyreProcess): GyreProcess {
    const other = this.processes.find((each) => each !== process && each.isAlive);
    if (other === undefined) throw new Error('there is no other');
    return other;
  }

  /** What all of them have written, for a test that failed. */
  get output(): string {
    return this.processes.map(({ port, output }) => `--- ${port}\n${output}`).join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.processes.map((process) => process[Symbol.asyncDispose]()));
    await this.#pool.end();
    await this.redis[Symbol.asyncDispose]();
    await this.#database[Symbol.asyncDispose]();
  }
}
