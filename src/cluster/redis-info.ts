/** What Redis says of itself, and what of it we can't live with. */

/** Null: it doesn't say. */
export interface RedisInfo {
  readonly version: string | null;
  /** Drawn anew at each of its starts. */
  readonly runId: string;
  readonly isLoading: boolean;
  readonly isReplica: boolean;
  readonly isCluster: boolean;
  /** 0: none. */
  readonly maxMemoryBytes: number | null;
  readonly evictionPolicy: string | null;
  readonly keepsOnDisk: boolean | null;
}

const MIN_VERSION = { major: 6, minor: 2 };

let unnamedRuns = 0;

/** @param text what INFO has answered */
export function parseRedisInfo(text: string): RedisInfo {
  const fields = new Map(
    text.split(/\r?\n/).map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
  const maxMemory = fields.get('maxmemory');
  const aof = fields.get('aof_enabled');
  unnamedRuns += 1;
  return {
    version: fields.get('redis_version') ?? null,
    // One that doesn't say may be another with each connection.
    runId: fields.get('run_id') ?? `unnamed ${unnamedRuns}`,
    isLoading: fields.get('loading') === '1',
    isReplica: fields.get('role') === 'slave',
    isCluster: fields.get('redis_mode') === 'cluster',
    maxMemoryBytes: maxMemory === undefined ? null : Number(maxMemory),
    evictionPolicy: fields.get('maxmemory_policy') ?? null,
    keepsOnDisk: aof === undefined ? null : aof === '1',
  };
}

/** @throws Error if it takes no writes (yet): that may change while it is waited for */
export function checkUsable({ isLoading, isReplica }: RedisInfo): void {
  if (isLoading) throw new Error('it is loading its data');
  if (isReplica) throw new Error('it is a replica, which takes no writes');
}

/** What is wrong with it for good; null: nothing is. */
export function redisProblem(info: RedisInfo): string | null {
  const { version, isCluster, maxMemoryBytes, evictionPolicy } = info;
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  const isOld = major < MIN_VERSION.major || (major === MIN_VERSION.major && minor < MIN_VERSION.minor);
  if (version !== null && isOld) return `is version ${version}; 6.2 or newer is needed`;
  if (isCluster)
    return 'is a Redis Cluster, whose keys are spread over nodes; use a single Redis, with a replica if you like';
  if (maxMemoryBytes !== 0 && evictionPolicy !== null && evictionPolicy !== 'noeviction') {
    return `has the maxmemory-policy ${evictionPolicy}, which throws away matches when memory is short; set it to noeviction`;
  }
  return null;
}

/** What an operator should know of it. */
export function redisWarnings({ keepsOnDisk, evictionPolicy }: RedisInfo): readonly string[] {
  const warnings: string[] = [];
  if (evictionPolicy === null) warnings.push('Redis does not tell its maxmemory-policy: it must be noeviction');
  if (keepsOnDisk === false) {
    warnings.push('Redis keeps nothing on disk (appendonly no): matches whose process dies together with it are lost');
  }
  return warnings;
}
