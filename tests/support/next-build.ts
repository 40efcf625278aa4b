/** The next build of this very source: with one more migration, and one game changed. */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const PARTS = ['package.json', 'protocol', 'rooms', 'src', 'tests/cluster', 'tests/support/run-host.ts'];
const MIGRATIONS = 'src/store/migrations';
/** What its migration adds, nullable, to the table `matches`. */
export const NEW_COLUMN = 'of_the_next_build';

export interface NextBuild extends AsyncDisposable {
  /** What runs a process of it, as an absolute path. */
  readonly entry: string;
}

/** Made anew in a temporary folder, and deleted with it. */
export async function makeNextBuild(): Promise<NextBuild> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gyre-next-'));
  for (const part of PARTS) await cp(path.join(ROOT, part), path.join(folder, part), { recursive: true });
  await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  await addMigration(path.join(folder, MIGRATIONS));
  await change(path.join(folder, 'tests/cluster/upgrade-games.ts'), {
    from: 'const added = {};',
    to: 'const added = { best: t.uint16().default(0) };',
  });
  return {
    entry: path.join(folder, 'tests/cluster/upgrade-process.ts'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

async function addMigration(folder: string): Promise<void> {
  const file = path.join(folder, 'meta', '_journal.json');
  const journal = JSON.parse(await readFile(file, 'utf8')) as { entries: { idx: number; when: number }[] };
  const last = journal.entries.at(-1);
  if (last === undefined) throw new Error('there is no migration yet');
  const idx = last.idx + 1;
  const tag = `${String(idx).padStart(4, '0')}_next_build`;
  await writeFile(path.join(folder, `${tag}.sql`), `ALTER TABLE "matches" ADD COLUMN "${NEW_COLUMN}" text;`);
  journal.entries.push({ ...last, idx, when: last.when + 1, tag } as typeof last);
  await writeFile(file, JSON.stringify(journal));
}

async function change(file: string, { from, to }: { from: string; to: string }): Promise<void> {
  const text = await readFile(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no "${from}"`);
  await writeFile(file, text.replace(from, to));
}
