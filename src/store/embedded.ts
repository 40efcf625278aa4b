/** The PostgreSQL that Gyre brings along: a real one, a child process of ours, with its files in the data folder. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { ConfigError } from '../config-parsers.ts';
import { findBinaries, majorOf, type Binaries } from './embedded/binaries.ts';
import { lockDataFolder } from './embedded/data-folder-lock.ts';
import { replaceOrphan } from './embedded/orphan.ts';
import { runToEnd } from './embedded/run.ts';
import { startServer } from './embedded/server.ts';
import { chooseUser, type PostgresUser } from './embedded/user.ts';
import { createFileOnce } from './private-file.ts';

/** What the embedded PostgreSQL has to say; pino's loggers fit. */
export interface EmbeddedLog {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** A running PostgreSQL of our own. */
export interface EmbeddedPostgres {
  /** `postgresql://…`, good until {@link EmbeddedPostgres.stop}; it holds a password, so keep it out of logs. */
  readonly url: string;
  /** Ends sessions, writes everything down, gives the data folder free. Calling it again waits for the same end. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly log: EmbeddedLog;
  /** On 127.0.0.1; left out: a free one. */
  readonly port?: number | undefined;
  /** 50 if left out: enough for one process, and for another that follows it. */
  readonly maxConnections?: number | undefined;
}

const ROLE = 'gyre';
const DATABASE = 'gyre';

/**
 * Starts PostgreSQL in `<dataDir>/postgres`, which it makes at the first start. One that a killed Gyre left running is
 * stopped cleanly and replaced; nothing that it had acknowledged is lost.
 * @throws ConfigError naming GYRE_DATA_DIR where the folder is in use, of another major, or can't be used
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { log, port, maxConnections } = options;
  const lock = await lockDataFolder(options.dataDir);
  try {
    const dataDir = await realpath(options.dataDir);
    const folder = path.join(dataDir, 'postgres');
    const binaries = await findBinaries();
    await refuseOtherMajor(folder, binaries);
    const user = await chooseUser({ folder, binaries, log });
    await replaceOrphan(folder, log);
    const password = await keptPassword(dataDir);
    if (!existsSync(folder)) await initialise({ dataDir, folder, password, binaries, user });
    const server = await startServer({ folder, binaries, user, log, role: ROLE, password, port, maxConnections });
    await createDatabase(server.urlOf('postgres'));
    let stopping: Promise<void> | undefined;
    const stop = async () => {
      await server.stop();
      await lock.release();
    };
    return { url: server.urlOf(DATABASE), stop: () => (stopping ??= stop()) };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function refuseOtherMajor(folder: string, binaries: Binaries): Promise<void> {
  if (!existsSync(folder)) return;
  const theirs = await readFile(path.join(folder, 'PG_VERSION'), 'utf8').then(
    (text) => text.trim(),
    () => null,
  );
  if (theirs === null) throw new ConfigError('GYRE_DATA_DIR', `${folder} exists but is no folder of PostgreSQL's`);
  const ours = await majorOf(binaries);
  if (theirs === ours) return;
  throw new ConfigError(
    'GYRE_DATA_DIR',
    `${folder} was written by PostgreSQL ${theirs} and this Gyre brings PostgreSQL ${ours}, which can't read it; ` +
      'use an empty folder, or move the data as docs/configuration.md says',
  );
}

async function keptPassword(dataDir: string): Promise<string> {
  const file = path.join(dataDir, 'postgres-password');
  await createFileOnce(file, () => randomBytes(24).toString('base64url'));
  return readFile(file, 'utf8');
}

interface Initialisation {
  readonly dataDir: string;
  readonly folder: string;
  readonly password: string;
  readonly binaries: Binaries;
  readonly user: PostgresUser;
}

/** Makes the folder elsewhere and moves it into place when it is whole: a start that was killed leaves no half of one. */
async function initialise({ dataDir, folder, password, binaries, user }: Initialisation): Promise<void> {
  const draft = path.join(dataDir, 'postgres.new');
  const passwordFile = path.join(dataDir, 'postgres.new-password');
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  // initdb runs as another user than we do and reads the password from a file only.
  await writeFile(passwordFile, password, { mode: 0o600 });
  try {
    if (user.id) {
      await chown(draft, user.id.uid, user.id.gid);
      await chown(passwordFile, user.id.uid, user.id.gid);
    }
    await chmod(draft, 0o700);
    // A locale of PostgreSQL's own sorts and folds the same on every machine.
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const access = [`--username=${ROLE}`, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    await runToEnd(user.command(binaries.initdb, [`--pgdata=${draft}`, ...access, ...locale]));
    await rename(draft, folder);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}
