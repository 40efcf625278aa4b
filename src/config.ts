/** Environment → one typed, documented {@link Config}. `docs/configuration.md` is the table below, checked by a test. */
import * as parse from './config-parsers.ts';
import { ConfigError } from './config-parsers.ts';

export { ConfigError };

/** How Gyre is set up. Read once at start; nothing else reads the environment. */
export interface Config {
  /** TCP port of everything; 0 = any free port. */
  readonly port: number;
  /** Address to listen on; `0.0.0.0` = every IPv4 interface. */
  readonly host: string;
  /** A PostgreSQL to use; null = the embedded one, in the data folder. */
  readonly databaseUrl: string | null;
  /** A Redis or Valkey; null = one process alone. */
  readonly redisUrl: string | null;
  /** Absolute path of the folder that holds whatever must survive a restart. */
  readonly dataDir: string;
  /** What every other secret is derived from, see `deriveKey`; null until `resolveSecret` has settled it. */
  readonly secret: string | null;
  /** The shared address that clients use, without a trailing slash; null = whatever they called. */
  readonly publicUrl: string | null;
  /** This process's own address, `host[:port][/path]`; null = the shared one. */
  readonly directAddress: string | null;
  /** Where other processes of the cluster reach this one, `host:port`; null = the first address of this machine, and the port. */
  readonly peerAddress: string | null;
  /** How long a stop may take to move matches to other processes. */
  readonly drainTimeoutMs: number;
  /** How long matches that no living process can run wait for one that can. */
  readonly strandedTimeoutMs: number;
  /** Origins that browsers may come from; null = any. */
  readonly origins: readonly string[] | null;
  /** Whether the REST limits are enforced. A room's caps always are. */
  readonly rateLimits: boolean;
  /** How many connections one address may hold open; it counts only with `rateLimits`. */
  readonly maxSocketsPerAddress: number;
  /** Bearer token of the operator's console and routes; null = those are closed. */
  readonly operatorToken: string | null;
  readonly logLevel: parse.LogLevel;
  /** How many proxies in front of us may be believed about a caller's address; 0 = none. */
  readonly trustedProxyHops: number;
  /** `NODE_ENV=production`. */
  readonly production: boolean;
}

/** A {@link Config} whose secret is settled: what the service is started with. */
export type SettledConfig = Config & { readonly secret: string };

interface Variable<T> {
  /** The variable's type, in words for the table. */
  readonly type: string;
  /** What an unset or empty variable means, written as one would set it; null = nothing at all. */
  readonly default: string | null;
  readonly doc: string;
  /** Throws what is wrong with a value, without naming the variable. */
  readonly parse: (value: string) => T;
}

const variable = <T>(definition: Variable<T>): Variable<T> => definition;

/** Every variable that Gyre reads, by name. */
export const VARIABLES = {
  PORT: variable({
    type: 'integer 0–65535',
    default: '2567',
    doc: 'Port of everything: REST, WebSockets, the page. `0` takes any free port and says which.',
    parse: parse.integer(0, 65_535),
  }),
  HOST: variable({
    type: 'address',
    default: '0.0.0.0',
    doc: 'Address to listen on. `127.0.0.1` keeps the server to this machine.',
    parse: parse.host,
  }),
  DATABASE_URL: variable({
    type: 'postgresql:// address',
    default: null,
    doc: 'A PostgreSQL 16 or newer to use. Unset: a PostgreSQL of its own, in the data folder.',
    parse: parse.url(['postgres:', 'postgresql:']),
  }),
  REDIS_URL: variable({
    type: 'redis:// address',
    default: null,
    doc: 'A Redis 6.2 or Valkey, which makes this process one of many on the same `DATABASE_URL`, with the same `GYRE_SECRET`. Unset: one process alone. See [cluster.md](cluster.md).',
    parse: parse.url(['redis:', 'rediss:']),
  }),
  GYRE_DATA_DIR: variable({
    type: 'folder',
    default: './data',
    doc: 'Everything that must survive a restart: the embedded database, the match log, the drawn secret.',
    parse: parse.folder,
  }),
  GYRE_SECRET: variable({
    type: 'at least 32 characters',
    default: null,
    doc: 'What all keys are derived from; changing it voids all access tokens and rights to seats, not the sessions. Unset: drawn once and kept in the data folder. Required in production: `openssl rand -base64 48`.',
    parse: parse.secret,
  }),
  GYRE_PUBLIC_URL: variable({
    type: 'http(s):// address',
    default: null,
    doc: 'The shared address that clients reach Gyre by, as it stands in links. Unset: the address of the request.',
    parse: parse.publicUrl,
  }),
  GYRE_DIRECT_ADDRESS: variable({
    type: '`host[:port][/path]`',
    default: null,
    doc: 'The address of this very process, where it differs from the shared one.',
    parse: parse.directAddress,
  }),
  GYRE_PEER_ADDRESS: variable({
    type: '`host:port`',
    default: null,
    doc: 'Where the other processes of a cluster reach this one; different for each. Unset: the first address of this machine that is not a loopback one (with `HOST=127.0.0.1` that), and `PORT`.',
    parse: parse.peerAddress,
  }),
  GYRE_DRAIN_TIMEOUT_MS: variable({
    type: 'integer 0–3600000',
    default: '60000',
    doc: 'How long a process of a cluster that is stopped may take to move its matches to others. What no other can run by then is abandoned.',
    parse: parse.integer(0, 3_600_000),
  }),
  GYRE_STRANDED_TIMEOUT_MS: variable({
    type: 'integer 0–86400000',
    default: '60000',
    doc: 'How long matches of dead or stopped processes that no living process of a cluster can run, since their game has changed, wait for one that can. Then they are abandoned.',
    parse: parse.integer(0, 86_400_000),
  }),
  GYRE_ORIGINS: variable({
    type: 'origins, comma separated',
    default: null,
    doc: 'Origins of pages that may call and connect. Unset: any. A caller without an Origin is always accepted.',
    parse: parse.origins,
  }),
  GYRE_RATE_LIMITS: variable({
    type: '`on` or `off`',
    default: 'on',
    doc: "The limits on REST calls and on the connections of an address, never a room's caps. In a cluster the limits of players and addresses hold over all processes; what an address may ask for in all, and its connections, are counted by each process. `off` is for tests and refused in production.",
    parse: parse.onOff,
  }),
  GYRE_MAX_SOCKETS_PER_ADDRESS: variable({
    type: 'integer 1–1000000',
    default: '2000',
    doc: 'How many connections one address (one /64 of IPv6) may hold open, of each process; one more is answered 429. Behind trusted proxies only WebSockets count, since proxies share theirs between clients. A load test from one machine may need more.',
    parse: parse.integer(1, 1_000_000),
  }),
  GYRE_OPERATOR_TOKEN: variable({
    type: 'at least 16 characters',
    default: null,
    doc: "The token of the operator's console and routes. Unset: they are closed.",
    parse: parse.token,
  }),
  GYRE_LOG_LEVEL: variable({
    type: parse.LOG_LEVELS.map((level) => `\`${level}\``).join(', '),
    default: 'info',
    doc: 'The least important lines that are still logged.',
    parse: parse.oneOf(parse.LOG_LEVELS),
  }),
  GYRE_TRUSTED_PROXIES: variable({
    type: 'integer 0–10',
    default: '0',
    doc: 'How many proxies stand in front, each adding to `X-Forwarded-For`. `0`: the header is not believed.',
    parse: parse.integer(0, 10),
  }),
  NODE_ENV: variable({
    type: 'text',
    default: null,
    doc: '`production` demands a secret and the rate limits. Anything else is development.',
    parse: (value) => value,
  }),
} as const;

type Name = keyof typeof VARIABLES;
type Value<N extends Name> = ReturnType<(typeof VARIABLES)[N]['parse']>;
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment; touches nothing else, so a drawn secret is not in it yet (`resolveSecret`).
 * @throws ConfigError in one line that names the variable
 */
export function readConfig(env: Environment): Config {
  const production = env.NODE_ENV === 'production';
  const rateLimits = required(env, 'GYRE_RATE_LIMITS');
  const secret = optional(env, 'GYRE_SECRET');
  if (production && !rateLimits) throw new ConfigError('GYRE_RATE_LIMITS', 'off is refused in production');
  if (production && secret === null) {
    throw new ConfigError('GYRE_SECRET', 'is required in production; draw one with: openssl rand -base64 48');
  }
  const redisUrl = optional(env, 'REDIS_URL');
  const databaseUrl = optional(env, 'DATABASE_URL');
  if (redisUrl !== null && databaseUrl === null) {
    throw new ConfigError('DATABASE_URL', 'is required with REDIS_URL: all processes of a cluster share it');
  }
  if (redisUrl !== null && secret === null) {
    throw new ConfigError('GYRE_SECRET', 'is required with REDIS_URL: all processes of a cluster share it');
  }
  return Object.freeze({
    port: required(env, 'PORT'),
    host: required(env, 'HOST'),
    databaseUrl,
    redisUrl,
    dataDir: required(env, 'GYRE_DATA_DIR'),
    secret,
    publicUrl: optional(env, 'GYRE_PUBLIC_URL'),
    directAddress: optional(env, 'GYRE_DIRECT_ADDRESS'),
    peerAddress: optional(env, 'GYRE_PEER_ADDRESS'),
    drainTimeoutMs: required(env, 'GYRE_DRAIN_TIMEOUT_MS'),
    strandedTimeoutMs: required(env, 'GYRE_STRANDED_TIMEOUT_MS'),
    origins: optional(env, 'GYRE_ORIGINS'),
    rateLimits,
    maxSocketsPerAddress: required(env, 'GYRE_MAX_SOCKETS_PER_ADDRESS'),
    operatorToken: optional(env, 'GYRE_OPERATOR_TOKEN'),
    logLevel: required(env, 'GYRE_LOG_LEVEL'),
    trustedProxyHops: required(env, 'GYRE_TRUSTED_PROXIES'),
    production,
  });
}

function optional<N extends Name>(env: Environment, name: N): Value<N> | null {
  const text = env[name]?.trim() || VARIABLES[name].default;
  if (text === null) return null;
  try {
    // TypeScript doesn't follow N through the table: every parser of it is one of Value's by definition.
    return VARIABLES[name].parse(text) as Value<N>;
  } catch (error) {
    throw new ConfigError(name, error instanceof Error ? error.message : String(error));
  }
}

function required<N extends Name>(env: Environment, name: N): Value<N> {
  const value = optional(env, name);
  if (value === null) throw new TypeError(`${name} has neither a value nor a default`);
  return value;
}
