/** Who PostgreSQL runs as. It refuses to run as root, so root has to lend it another user. */
import { accessSync, constants, existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError } from '../../config-parsers.ts';
import type { EmbeddedLog } from '../embedded.ts';
import type { Binaries } from './binaries.ts';
import { runToEnd, type Command } from './run.ts';

interface UserId {
  readonly uid: number;
  readonly gid: number;
}

export interface PostgresUser {
  /** null = the user that we run as ourselves. */
  readonly id: UserId | null;
  /** How that user runs a program. */
  command(file: string, args: readonly string[]): Command;
}

/** Users that root may lend, in this order: no user is created, since a server's start should not change the machine. */
const LENT_USERS = ['postgres', 'nobody'];
const ROOT = 0;

/** Chooses by who we are, whom an existing folder belongs to, and which users there are. */
export async function chooseUser(options: {
  folder: string;
  binaries: Binaries;
  log: EmbeddedLog;
}): Promise<PostgresUser> {
  const { folder, binaries, log } = options;
  const owner = existsSync(folder) ? await ownerOf(folder) : null;
  if (process.getuid?.() !== ROOT) {
    refuseForeignFolder(folder, owner);
    return { id: null, command: (file, args) => ({ file, args }) };
  }
  const id = owner && owner.uid !== ROOT ? owner : await lentUser();
  const paths = [path.dirname(folder), binaries.home];
  if ((await Promise.all(paths.map((each) => canReach(each, id)))).every(Boolean)) {
    return { id, command: (file, args) => ({ file, args, ...id }) };
  }
  log.debug(`user ${id.uid} can't reach ${paths.join(' or ')}; PostgreSQL may pass closed folders`);
  return { id, command: passingFolders(id) };
}

function refuseForeignFolder(folder: string, owner: UserId | null): void {
  if (owner === null || process.getuid === undefined || owner.uid === process.getuid()) return;
  throw new ConfigError(
    'GYRE_DATA_DIR',
    `${folder} belongs to user ${owner.uid}: Gyre was first started by root or by another user`,
  );
}

async function ownerOf(folder: string): Promise<UserId> {
  const { uid, gid } = await stat(folder);
  return { uid, gid };
}

async function lentUser(): Promise<UserId> {
  for (const name of LENT_USERS) {
    const id = (option: string) => runToEnd({ file: 'id', args: [option, name] }).then(Number);
    const found = await Promise.all([id('-u'), id('-g')]).catch(() => null);
    if (found) return { uid: found[0], gid: found[1] };
  }
  throw new Error(
    `PostgreSQL refuses to run as root and there is no user ${LENT_USERS.join(' or ')}; start Gyre as another user`,
  );
}

/** Whether a user may pass every folder down to this one. Access lists are not looked at: they only ever cost the detour. */
async function canReach(folder: string, { uid, gid }: UserId): Promise<boolean> {
  const { mode, ...owner } = await stat(folder);
  const mayPass = owner.uid === uid ? 0o100 : owner.gid === gid ? 0o010 : 0o001;
  if ((mode & mayPass) === 0) return false;
  const parent = path.dirname(folder);
  return parent === folder || canReach(parent, { uid, gid });
}

/**
 * A checkout under /root or made by `mktemp -d` is closed to other users, and PostgreSQL needs to come by. Rather than
 * opening folders that aren't ours, the process alone gets the right to pass them: a capability, which Linux keeps over
 * a change of user only when told so. Without the secure bit, access(2) would ignore it (capabilities(7)).
 */
function passingFolders({ uid, gid }: UserId): PostgresUser['command'] {
  const setpriv = (process.env.PATH ?? '')
    .split(path.delimiter)
    .map((each) => path.join(each, 'setpriv'))
    .find(isExecutable);
  if (!setpriv) {
    throw new ConfigError(
      'GYRE_DATA_DIR',
      `PostgreSQL can't run as root, and user ${uid} can't reach Gyre's folders; start Gyre as another user`,
    );
  }
  const identity = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  const right = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup'];
  return (file, args) => ({ file: setpriv, args: [...identity, ...right, '--', file, ...args] });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
