/** The one secret of an installation, and the keys derived from it. */
import { createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError } from './config-parsers.ts';
import type { Config, SettledConfig } from './config.ts';
import { createFileOnce } from './store/private-file.ts';

const KEY_BYTES = 32;
const SECRET_BYTES = 48;
/** What is drawn has 64 characters; somebody may have put one of their own there. */
const KEPT_SECRET = /^[\x21-\x7e]{48,}$/;
const DAMAGED =
  'it is damaged; restore it, or delete it for a new one: access tokens and rights to seats become void, ' +
  'which clients renew by themselves';

/**
 * Settles the secret: the configured one, else the one kept in the data folder, which is drawn at the first start.
 * @throws ConfigError where the kept one can't be read or is damaged
 */
export async function resolveSecret(config: Config): Promise<SettledConfig> {
  return Object.freeze({ ...config, secret: config.secret ?? (await keptSecret(config.dataDir)) });
}

async function keptSecret(dataDir: string): Promise<string> {
  const file = path.join(dataDir, 'secret');
  try {
    await mkdir(dataDir, { recursive: true });
    await createFileOnce(file, () => `${randomBytes(SECRET_BYTES).toString('base64url')}\n`);
    const secret = (await readFile(file, 'utf8')).trim();
    // Another secret in its place would void access tokens and rights to seats without a word. Nobody is signed out:
    // sessions are in the database, and clients fetch new tokens by themselves.
    if (!KEPT_SECRET.test(secret)) throw new Error(DAMAGED);
    return secret;
  } catch (error) {
    throw new ConfigError('GYRE_SECRET', `is unset and ${file} can't be used: ${(error as Error).message}`);
  }
}

/**
 * The key for one purpose, 32 bytes (HKDF-SHA-256, RFC 5869). Keys of two purposes tell nothing about each other.
 * @param purpose a fixed text, such as `access-token`; changing it makes all that was signed with it invalid
 */
export function deriveKey(secret: string, purpose: string): KeyObject {
  // As bytes it would be made a key again for each use.
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, 'gyre', purpose, KEY_BYTES)));
}
