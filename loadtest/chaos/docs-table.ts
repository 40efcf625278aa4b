import { readFile, writeFile } from 'node:fs/promises';
import { type ChaosResult, isKept } from './result.ts';
import { lossTable, markdownOf, SUBJECTS, waitTable } from './tables.ts';

const BEGIN = '<!-- table: written by `npm run chaos -- --docs` -->';
const END = '<!-- end of the table -->';

/** Puts a run's tables where the documentation has its place for them. @throws Error if it has none */
export async function writeDocs(file: string, result: ChaosResult): Promise<void> {
  const text = await readFile(file, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${file} has no place for the table.`);
  await writeFile(file, `${text.slice(0, begin)}${BEGIN}\n\n${tablesOf(result)}\n\n${text.slice(end)}`);
}

function tablesOf(result: ChaosResult): string {
  const { machine, startedAt, wanted, subjects, untried } = result;
  return [
    `\`${result.command}\`, seed ${wanted.seed}, on ${startedAt.slice(0, 10)}, commit ${machine.commit ?? 'unknown'}; ` +
      `${machine.cores} cores, Node ${machine.node}, ${wanted.processes} processes and all players on one machine. ` +
      (isKept(result) ? 'Every promise was kept.' : 'Not every promise was kept.'),
    markdownOf(lossTable(result)),
    ...subjects.flatMap(({ subject, outages }) => [
      `How long players of ${SUBJECTS[subject]} saw nothing new:`,
      markdownOf(waitTable(outages)),
    ]),
    ...untried.map((what) => `Not tried: ${what}.`),
  ].join('\n\n');
}
