/** Small files that only we may read. */
import { randomBytes } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';

const OWNER_ONLY = 0o600;

/**
 * Writes `content()` to `file`, readable for its owner alone, unless the file exists. Whole or not at all: whoever
 * finds the file finds all of it, on the disk, however the writer ended.
 * @returns whether it was us who wrote it
 */
export async function createFileOnce(file: string, content: () => string): Promise<boolean> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await writeDurably(draft, content());
    // Unlike a rename, a link never replaces what another process has put there meanwhile.
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function writeDurably(file: string, content: string): Promise<void> {
  await using handle = await open(file, 'wx', OWNER_ONLY);
  await handle.writeFile(content);
  await handle.sync();
}
