// `npm run docs:configuration` writes the table of docs/configuration.md from src/config.ts, the one home of both.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { VARIABLES } from '../src/config.ts';

export const CONFIGURATION_PAGE = path.join(import.meta.dirname, '..', 'docs', 'configuration.md');

/** The page with its table, the one block of lines that begin with a bar, as the code has it. */
export function withCurrentTable(page: string): string {
  return page.replace(/^\|.*\n(\|.*\n)+/m, configurationTable());
}

function configurationTable(): string {
  const rows = Object.entries(VARIABLES).map(([name, { type, default: preset, doc }]) => {
    return `| \`${name}\` | ${type} | ${preset === null ? '' : `\`${preset}\``} | ${doc} |\n`;
  });
  return ['| variable | value | default | what it does |\n', '|---|---|---|---|\n', ...rows].join('');
}

if (import.meta.main) {
  writeFileSync(CONFIGURATION_PAGE, withCurrentTable(readFileSync(CONFIGURATION_PAGE, 'utf8')));
}
