/**
 * What black-box tests talk to: one process, or, with `GYRE_TEST_CLUSTER=2` (or 3, …) in the environment, so many behind a front that
 * gives each single request to the next one. Clients can't tell, so the same tests must pass.
 */
import { GyreCluster } from './gyre-cluster.ts';
import { GyreProcess } from './gyre-process.ts';
import { SpreadingFront } from './spreading-front.ts';

export interface Service {
  readonly port: number;
  readonly endpoint: string;
  /** `kill -9` of all of it. */
  kill(): Promise<void>;
  /** Ctrl-C of all of it: its matches wait for the next start. */
  stop(): Promise<unknown>;
  /** At the same address, on the same data. */
  start(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface ServiceOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What is run; by default a host without the page. */
  readonly entry?: string;
}

export async function startService(options: ServiceOptions = {}): Promise<Service> {
  const processes = clusterSize();
  return processes === null ? await GyreProcess.start(options) : await ClusteredService.open({ ...options, processes });
}

/** How many processes black-box tests are to run against; null: one, alone. */
export function clusterSize(): number | null {
  const asked = process.env['GYRE_TEST_CLUSTER'];
  return asked ? Number(asked) : null;
}

/** Several processes that look like one. */
export class ClusteredService implements Service {
  readonly cluster: GyreCluster;
  readonly #front: SpreadingFront;

  private constructor(cluster: GyreCluster, front: SpreadingFront) {
    this.cluster = cluster;
    this.#front = front;
  }

  static async open(options: ServiceOptions & { readonly processes: number }): Promise<ClusteredService> {
    const cluster = await GyreCluster.start(options);
    const targets = () => cluster.processes.map(({ port, isAlive }) => ({ port, isReady: isAlive }));
    return new ClusteredService(cluster, await SpreadingFront.listen(targets));
  }

  get port(): number {
    return this.#front.port;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async kill(): Promise<void> {
    await Promise.all(this.cluster.processes.map((each) => each.kill()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.cluster.processes.map((each) => each.stop()));
  }

  async start(): Promise<void> {
    try {
      await Promise.all(this.cluster.processes.map((each) => each.start()));
    } catch (error) {
      throw new Error(`not all have started:\n${this.cluster.output}`, { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#front[Symbol.asyncDispose]();
    await this.cluster[Symbol.asyncDispose]();
  }
}
